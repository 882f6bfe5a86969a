// `monkey mcp auth`: logs in at a remote MCP server, by a browser on this machine or by an address that is pasted back.
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type LoginStore, logIn, proxiedFetch, type RemoteServer } from '@monkey-coder/agents';
import { createLoginStore, readServers } from '@monkey-coder/engine';
import { proxyFromEnvironment } from '@monkey-coder/models';
import { MonkeyError } from '@monkey-coder/protocol';
import { type CommandContext, printJson } from '../configuration/command-context.ts';
import type { World } from '../configuration/environment.ts';
import { openTerminal } from '../run/terminal-gate.ts';
import { printable } from '../terminal/style.ts';

/** Nobody is waited for longer than this. */
const patienceMs = 10 * 60_000;

/** Logs in or, with --forget, out. Exit code 41 when the server does not agree. */
export async function authenticate(context: CommandContext, name: string, entry: unknown): Promise<number> {
  const { world, line } = context;
  const server = remoteServer(context, name, entry);
  const logins = createLoginStore(world.homes, world.now);
  if (line.options.has('forget')) {
    logins.write(server.url, undefined);
    world.out(`logged out of ${name} (here; the server may keep the login alive)\n`);
    return 0;
  }
  const isOpening = !line.options.has('no-browser') && world.outIsTerminal;
  await visitAndLogIn(context, server, { logins, isOpening });
  if (context.asJson) return printJson(world, { name, url: server.url, loggedIn: true });
  world.out(`logged in at ${name}; see what it offers: monkey mcp tools ${name}\n`);
  return 0;
}

function remoteServer(context: CommandContext, name: string, entry: unknown): RemoteServer {
  const settings = { ...context.loaded().settings, mcpServers: { [name]: entry }, mcpSources: [] };
  const { configs, problems } = readServers({ settings, environment: context.world.environment }, []);
  const [server] = configs;
  if (server?.kind === 'remote') return server;
  throw new MonkeyError(
    'usage.invalid',
    problems[0] ?? `${name} is a program on this machine: there is nothing to log in at`,
  );
}

interface Visit {
  readonly logins: LoginStore;
  readonly isOpening: boolean;
}

async function visitAndLogIn(
  { world, style, asJson }: CommandContext,
  server: RemoteServer,
  { logins, isOpening }: Visit,
): Promise<void> {
  const state = crypto.randomUUID();
  const callback = await listenForCode(state);
  const terminal = world.inIsTerminal ? openTerminal(world.stdin, world.out, style) : undefined;
  try {
    await logIn(server, {
      logins,
      fetch: proxiedFetch(proxyFromEnvironment(world.environment), fetch),
      state,
      redirectUrl: callback.redirectUrl,
      async visit(address) {
        const say = asJson ? world.err : world.out;
        say(`open this address in a browser:\n\n  ${printable(address.href)}\n\n`);
        if (isOpening) openBrowser(address, world);
        const pasted = terminal?.ask('if that browser is on another machine, paste the address it ends at: ');
        return await Promise.race([callback.code, ...(pasted === undefined ? [] : [pastedCode(pasted, state)])]);
      },
    });
  } finally {
    terminal?.close();
    callback.close();
  }
}

/** The code in a pasted address; the end of input leaves it to the browser. */
async function pastedCode(pasted: Promise<string | undefined>, state: string): Promise<string> {
  const text = (await pasted)?.trim() ?? '';
  if (text === '') return new Promise(() => undefined);
  return codeIn(URL.canParse(text) ? new URL(text) : undefined, state);
}

function codeIn(url: URL | undefined, state: string): string {
  const { searchParams } = url ?? new URL('http://127.0.0.1');
  const refused = searchParams.get('error');
  if (refused !== null)
    throw new Error(`the server refused: ${refused} ${searchParams.get('error_description') ?? ''}`.trim());
  const code = searchParams.get('code');
  if (code === null || searchParams.get('state') !== state) throw new Error('that is not the address of this login');
  return code;
}

interface Callback {
  readonly redirectUrl: string;
  readonly code: Promise<string>;
  close(): void;
}

/** Waits on this machine for the browser to come back. What comes without the right state is not ours. */
async function listenForCode(state: string): Promise<Callback> {
  let answer = (_code: Promise<string>): void => undefined;
  const code = new Promise<string>((resolve) => {
    answer = resolve;
  });
  code.catch(() => undefined);
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const isOurs = url.pathname === '/callback' && url.searchParams.get('state') === state;
    response.writeHead(isOurs ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(isOurs ? 'Thank you. You can close this page and go back to the terminal.\n' : 'Nothing is here.\n');
    if (isOurs) answer((async () => codeIn(url, state))());
  });
  await new Promise<void>((resolve, reject) => server.listen(0, '127.0.0.1', resolve).once('error', reject));
  const timer = setTimeout(() => answer(Promise.reject(new Error('nobody came back within ten minutes'))), patienceMs);
  const { port } = server.address() as AddressInfo;
  return {
    redirectUrl: `http://127.0.0.1:${port}/callback`,
    code,
    close() {
      clearTimeout(timer);
      server.close();
      server.closeAllConnections();
    },
  };
}

function openBrowser(address: URL, { environment }: World): void {
  const program = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  const child = spawn(program, [address.href], { stdio: 'ignore', detached: true, env: { ...environment } });
  child.on('error', () => undefined).unref();
}
