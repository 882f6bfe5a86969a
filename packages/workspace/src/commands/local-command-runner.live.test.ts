// Commands on this machine, with and without the sandbox.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { commandRunnerCases } from '../testing/command-runner-cases.ts';
import type { CommandRequest } from './command-runner.ts';
import {
  createLocalCommandRunner,
  type LocalCommandRunner,
  type LocalCommandRunnerOptions,
} from './local-command-runner.ts';

let folder = '';
let root = '';
const runners: LocalCommandRunner[] = [];
let ids = 0;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-command-')));
  root = join(folder, 'ws');
  mkdirSync(root);
});
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.close();
  rmSync(folder, { recursive: true, force: true });
});

function createRunner(more: Partial<LocalCommandRunnerOptions> = {}): LocalCommandRunner {
  const runner = createLocalCommandRunner({
    root,
    addedFolders: [],
    protectedFolders: [join(folder, 'state')],
    folder: join(folder, 'state', 'commands'),
    environment: {
      PATH: process.env['PATH'],
      HOME: join(folder, 'home'),
      OPENAI_API_KEY: 'sk-not-a-real-key',
      GREETING: 'hello',
    },
    now: () => performance.now(),
    newId: () => `c${process.pid}-${ids++}`,
    ...more,
  });
  runners.push(runner);
  return runner;
}

function request(command: string, more: Partial<CommandRequest> = {}): CommandRequest {
  const signal = new AbortController().signal;
  const plain = {
    timeoutMs: 20_000,
    maxOutputBytes: 64 * 1024,
    network: false,
    writable: true,
    sandbox: 'preferred',
  } as const;
  return { ...plain, command, signal, ...more };
}

const canSandbox = (() => {
  try {
    execFileSync('bwrap', ['--ro-bind', '/', '/', '--unshare-pid', '--unshare-net', 'true'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!canSandbox)('commands in bubblewrap', () => {
  for (const { name, run } of commandRunnerCases) it(name, () => run({ root, runner: createRunner() }));

  it('writes only the workspace and a private /tmp that lasts as long as the runner', async () => {
    const runner = createRunner();
    const outside = join(folder, 'outside.txt');
    const result = await runner.run(
      request(`echo x > '${outside}'; echo y > /tmp/private; echo z > inside.txt; touch /usr/x`),
    );
    expect(result.exitCode).not.toBe(0);
    expect(existsSync(outside)).toBe(false);
    expect(existsSync('/tmp/private')).toBe(false);
    expect(readFileSync(join(root, 'inside.txt'), 'utf8')).toBe('z\n');
    expect((await runner.run(request('cat /tmp/private'))).output).toBe('y\n');
    const readOnly = await runner.run(request('echo no > readonly.txt', { writable: false }));
    expect(readOnly.exitCode).not.toBe(0);
    expect(existsSync(join(root, 'readonly.txt'))).toBe(false);
  });

  it('hides secret places of the home folder and the agent’s own folders', async () => {
    for (const name of ['home/.ssh', 'state']) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'home', '.ssh', 'id'), 'private');
    writeFileSync(join(folder, 'home', '.netrc'), 'password');
    writeFileSync(join(folder, 'home', '.profile'), 'harmless');
    writeFileSync(join(folder, 'state', 'keys.json'), 'keys');
    const runner = createRunner({ root, addedFolders: [] });
    const { output } = await runner.run(
      request(
        `cat '${folder}/home/.ssh/id' '${folder}/home/.netrc' '${folder}/state/keys.json' ; ls -A '${folder}/state' | wc -l`,
      ),
    );
    expect(output).not.toMatch(/private|password|^keys$/m);
  });

  it('lets a command commit, but not plant hooks or configuration', async () => {
    execFileSync('git', ['init', '-q'], { cwd: root });
    writeFileSync(join(root, 'a.txt'), 'a\n');
    const config = readFileSync(join(root, '.git', 'config'), 'utf8');
    const commit =
      'git add -A && git -c user.name=a -c user.email=a@example.org commit -qm one && git log --oneline | wc -l';
    const result = await createRunner().run(request(commit));
    expect(result.output.trim()).toBe('1');
    const trap = await createRunner().run(
      request('echo evil > .git/hooks/pre-commit; git config core.pager evil; mv .git/hooks .git/h'),
    );
    expect(trap.exitCode).not.toBe(0);
    expect(existsSync(join(root, '.git', 'hooks', 'pre-commit'))).toBe(false);
    expect(readFileSync(join(root, '.git', 'config'), 'utf8')).toBe(config);
  });

  it('has no network unless allowed', async () => {
    const server = createServer((_request, response) => response.end('reached'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const fetchIt = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3`;
    try {
      const runner = createRunner();
      expect((await runner.run(request(fetchIt))).output).not.toContain('reached');
      expect((await runner.run(request(fetchIt, { network: true }))).output).toContain('reached');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('says what it enforces', async () => {
    const status = await createRunner().sandbox();
    expect(status.kind).toBe('bubblewrap');
    expect(status.enforced.join()).toContain('no network');
  });

  it('leaves nothing behind when the agent itself is killed', async () => {
    const seconds = `5000.${process.pid}`;
    const script = join(folder, 'agent.mjs');
    const shared = '--unshare-pid --die-with-parent --new-session --ro-bind / / --dev /dev --proc /proc';
    writeFileSync(
      script,
      `import { spawn } from 'node:child_process';
       spawn('bwrap', [...'${shared}'.split(' '), 'bash', '-c', 'setsid sleep ${seconds} & sleep ${seconds}'], { detached: true, stdio: 'ignore' });
       setInterval(() => {}, 1000); setTimeout(() => process.stdout.write('up'), 300);`,
    );
    const agent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => agent.stdout.once('data', resolve));
    const exited = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGKILL');
    await exited;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const left = execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' }).split('\n');
    expect(left.filter((line) => line.includes(`sleep ${seconds}`) && !line.startsWith('Z'))).toEqual([]);
  });
});

describe('commands without a sandbox', () => {
  for (const { name, run } of commandRunnerCases) {
    it(name, () => {
      const runner = createRunner();
      const off = { ...runner, run: (one: CommandRequest) => runner.run({ ...one, sandbox: 'off' }) };
      return run({ root, runner: off });
    });
  }

  it('says that nothing is enforced where bubblewrap is missing, and refuses when it is required', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const name of ['bash', 'sh', 'echo']) {
      writeFileSync(join(bin, name), `#!/bin/sh\nexec /bin/${name} "$@"\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const runner = createRunner({ environment: { PATH: bin } });
    const status = await runner.sandbox();
    expect(status.kind).toBe('none');
    expect(status.notEnforced.join()).toContain('bubblewrap is not installed');
    expect((await runner.run(request('echo works'))).output).toBe('works\n');
    await expect(runner.run(request('echo x', { sandbox: 'required' }))).rejects.toMatchObject({
      code: 'permission.denied',
    });
  });

  it('falls back once when bubblewrap is there but fails, without running the command twice', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'bwrap'),
      `#!/bin/sh\necho called >> '${folder}/calls'\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n`,
    );
    chmodSync(join(bin, 'bwrap'), 0o755);
    const runner = createRunner({ environment: { PATH: `${bin}:${process.env['PATH']}` } });
    for (let round = 0; round < 3; round += 1) await runner.run(request('echo ran >> ran.txt'));
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('called\n');
    expect(readFileSync(join(root, 'ran.txt'), 'utf8')).toBe('ran\nran\nran\n');
    expect((await runner.sandbox()).notEnforced.join()).toContain('No permissions to create new namespace');
    const strict = createRunner({ environment: { PATH: `${bin}:${process.env['PATH']}` } });
    await expect(strict.run(request('echo x', { sandbox: 'required' }))).rejects.toMatchObject({
      code: 'permission.denied',
    });
  });
});

describe('after an agent without a sandbox was killed', () => {
  const isLinux = process.platform === 'linux';

  it.runIf(isLinux)('the next one ends what is left, and nothing else', { timeout: 30_000 }, async () => {
    const parent = join(folder, 'all');
    const script = await bundleAgent();
    const seconds = `4000.${process.pid}`;
    const polite = `(trap 'echo bye > bye.txt; exit' TERM; while :; do /bin/sleep 0.05; done) >/dev/null 2>&1 &`;
    const command = `${polite} (trap '' TERM; env -i /bin/sleep ${seconds}1) & setsid /bin/sleep ${seconds}2 & echo up; sleep ${seconds}3`;
    const agent = spawn(process.execPath, [script, root, join(parent, 'dead'), command], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] },
    });
    await new Promise((resolve) => agent.stdout.once('data', resolve));
    const marker = readdirSync(join(parent, 'dead', 'live'))[0] ?? '';
    const bystander = spawn('sleep', [`${seconds}4`], { stdio: 'ignore' });
    onTestFinished(() => void execFileSync('sh', ['-c', `pgrep -f '^(/bin/)?sleep ${seconds}' | xargs -r kill -9`]));
    const living = createRunner({ folder: join(parent, 'living'), foldersOfAll: parent });
    const longRun = living.run(request(`sleep ${seconds}5`, { sandbox: 'off' }));
    const next = createRunner({ folder: join(parent, 'next'), foldersOfAll: parent });
    for (let round = 0; round < 100 && running(seconds).length < 5; round += 1) await next.recover();
    expect(running(seconds)).toEqual(['1', '2', '3', '4', '5']);

    const exited = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGKILL');
    await exited;
    expect(running(seconds)).toEqual(['1', '2', '3', '4', '5']);
    const owner = readdirSync(join(parent, 'dead')).find((name) => name.startsWith('owner_')) ?? '';
    // A marker on a process that is older than the owner is no proof: nothing is ended.
    forgeOwner(join(parent, 'forged'), marker, owner.replace(/^(owner_\d+)_\d+/, `$1_${2 ** 50}`));
    mkdirSync(join(parent, 'nobody'));
    rmSync(join(parent, 'dead'), { recursive: true });
    await next.recover();
    expect(running(seconds)).toEqual(['1', '2', '3', '4', '5']);

    forgeOwner(join(parent, 'dead'), marker, owner);
    await next.recover();
    expect(running(seconds)).toEqual(['4', '5']);
    expect(readFileSync(join(root, 'bye.txt'), 'utf8')).toBe('bye\n');
    await next.close();
    expect(readdirSync(parent).sort()).toEqual(['living', 'nobody']);
    expect(bystander.exitCode).toBe(null);
    await living.close();
    await longRun;
  });

  it('looks through nothing when nothing is left, and notes only what runs', async () => {
    const runner = createRunner({ folder: join(folder, 'all', 'own'), foldersOfAll: join(folder, 'all') });
    await runner.recover();
    expect(existsSync(join(folder, 'all'))).toBe(false);
    await runner.run(request('ls live', { sandbox: 'off', cwd: root }));
    expect(readdirSync(join(folder, 'all', 'own', 'live'))).toEqual([]);
  });
});

function forgeOwner(at: string, marker: string, owner: string): void {
  mkdirSync(join(at, 'live'), { recursive: true });
  writeFileSync(join(at, 'live', marker), '');
  writeFileSync(join(at, owner), '');
}

/** Last digits of the sleeps of this test that run. */
function running(seconds: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' }).split('\n');
  const found = lines
    .filter((line) => !line.startsWith('Z'))
    .map((line) => new RegExp(`sleep ${seconds}(\\d)$`).exec(line));
  return [...new Set(found.flatMap((match) => match?.[1] ?? []))].sort();
}

/** A process that runs one command with the real runner and says so when it has spoken. */
async function bundleAgent(): Promise<string> {
  const outfile = join(folder, 'agent.mjs');
  await build({
    stdin: {
      contents: `import { createLocalCommandRunner } from './local-command-runner.ts';
        const [, , root, folder, command] = process.argv;
        const runner = createLocalCommandRunner({ root, addedFolders: [], protectedFolders: [], folder, environment: process.env, now: Date.now, newId: () => 'orphan-' + process.pid + '-' + Date.now() });
        await runner.run({ command, timeoutMs: 60_000, maxOutputBytes: 1000, network: false, writable: true, sandbox: 'off', signal: new AbortController().signal, onOutput: () => process.stdout.write('up') });`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    logLevel: 'error',
  });
  return outfile;
}

it('obeys no bare repository that lies about as plain files, when a command only reads', async () => {
  const bare = join(root, 'notes');
  for (const name of ['objects', 'refs']) mkdirSync(join(bare, name), { recursive: true });
  const mark = join(root, 'ran');
  writeFileSync(join(bare, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(
    join(bare, 'config'),
    `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = touch ${mark}\n`,
  );
  const look = (writable: boolean) => createRunner().run(request('git -C notes status', { writable, sandbox: 'off' }));
  await look(false);
  expect(existsSync(mark)).toBe(false);
  await look(true);
  expect(existsSync(mark), 'the trap itself works').toBe(true);
});
