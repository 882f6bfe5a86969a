// The program that runs inside a sandbox with some domains: passes loopback connections on to the proxy's socket, runs the command.

/** Where the proxy is found inside the sandbox. */
export const forwardedSocket = '/run/monkey-proxy.sock';
/** Port of the loopback address of the sandbox; the sandbox has a network of its own, so it is always free. */
export const forwardedPort = 3128;

// As text for `node -e`: nothing of ours has to be readable in the sandbox. It outlives SIGTERM, so that the command may end
// politely, and ends as the command ends.
const program = `
const net = require('net'), { spawn } = require('child_process');
process.on('SIGTERM', () => {});
const server = net.createServer((a) => {
  const b = net.connect('${forwardedSocket}');
  a.pipe(b).pipe(a);
  a.on('error', () => b.destroy());
  b.on('error', () => a.destroy());
});
server.listen(${forwardedPort}, '127.0.0.1', () => {
  const [file, ...rest] = process.argv.slice(1);
  const child = spawn(file, rest, { stdio: 'inherit' });
  child.on('error', (error) => { console.error(error.message); process.exit(127); });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (require('os').constants.signals[signal] || 0) : code));
});
`;

/** The command line that runs `line` behind the forwarder; `node` is the path of a Node that the sandbox can read. */
export function forwardedLine(node: string, line: readonly string[]): string[] {
  return [node, '-e', program.trim(), '--', ...line];
}

/** What tells programs of the proxy. Programs that do not obey it have no network at all. */
export function proxyEnvironment(address: string): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
  const local = 'localhost,127.0.0.1,::1';
  return {
    ...Object.fromEntries(names.map((name) => [name, address])),
    NO_PROXY: local,
    no_proxy: local,
    NODE_USE_ENV_PROXY: '1',
  };
}
