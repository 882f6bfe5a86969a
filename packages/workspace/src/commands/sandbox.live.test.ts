// What a command may reach and use: domains, sockets, memory, a terminal; and what goes on in the background.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer as createWeb } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandRequest } from './command-runner.ts';
import {
  createLocalCommandRunner,
  type LocalCommandRunner,
  type LocalCommandRunnerOptions,
} from './local-command-runner.ts';
import { seatbeltProfile } from './seatbelt.ts';

let folder = '';
let root = '';
let ids = 0;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-sandbox-')));
  root = join(folder, 'ws');
  mkdirSync(root);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

function createRunner(more: Partial<LocalCommandRunnerOptions> = {}): LocalCommandRunner {
  const runner = createLocalCommandRunner({
    root,
    addedFolders: [],
    protectedFolders: [join(folder, 'state')],
    folder: join(folder, 'state', 'commands'),
    environment: { PATH: process.env['PATH'], HOME: join(folder, 'home') },
    now: () => performance.now(),
    newId: () => `s${process.pid}-${ids++}`,
    ...more,
  });
  closing.push(() => runner.close());
  return runner;
}

function request(command: string, more: Partial<CommandRequest> = {}): CommandRequest {
  const { signal } = new AbortController();
  return {
    command,
    timeoutMs: 20_000,
    maxOutputBytes: 64 * 1024,
    network: false,
    writable: true,
    sandbox: 'preferred',
    signal,
    ...more,
  };
}

async function listening<T extends Server>(server: T, where: number | string): Promise<T> {
  await new Promise<void>((resolve) =>
    typeof where === 'string' ? server.listen(where, resolve) : server.listen(where, '127.0.0.1', resolve),
  );
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return server;
}

const canSandbox = (() => {
  try {
    execFileSync('bwrap', ['--ro-bind', '/', '/', '--unshare-pid', '--unshare-net', 'true'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
})();

const fetchText = (url: string): string =>
  `'${process.execPath}' -e "require('http').get('${url}', (r) => r.pipe(process.stdout)).on('error', (e) => console.log(e.code))"`;
const throughProxy = (url: string): string =>
  `'${process.execPath}' -e "require('http').get({ host: '127.0.0.1', port: 3128, path: '${url}' }, (r) => r.pipe(process.stdout)).on('error', (e) => console.log(e.code))"`;

describe.skipIf(!canSandbox)('domains', () => {
  it('are reached through the proxy only, and nothing else is reached at all', async () => {
    const web = await listening(
      createWeb((_, answer) => answer.end('hello from outside\n')),
      0,
    );
    const { port } = web.address() as AddressInfo;
    const runner = createRunner();
    const network = { domains: [`localhost:${port}`] };
    const url = `http://localhost:${port}/`;
    expect((await runner.run(request(throughProxy(url), { network }))).output).toBe('hello from outside\n');
    expect((await runner.run(request('echo $HTTPS_PROXY', { network }))).output).toBe('http://127.0.0.1:3128\n');
    // A program that passes the proxy by has no network.
    expect((await runner.run(request(fetchText(`http://127.0.0.1:${port}/`), { network }))).output).toBe(
      'ECONNREFUSED\n',
    );
    expect((await runner.run(request(throughProxy('http://127.0.0.1:1/'), { network }))).output).toContain(
      'not in the list',
    );
    expect((await runner.run(request(throughProxy(url), { network: { domains: ['example.org'] } }))).output).toContain(
      'not in the list',
    );
    expect((await runner.run(request(throughProxy(url), { network: { domains: [] } }))).output).toBe('ECONNREFUSED\n');
    await expect(runner.run(request(':', { network: { domains: ['http://x'] } }))).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });

  it('keep exit codes, signals, time-outs and the end of all processes', async () => {
    const runner = createRunner({ graceMs: 200 });
    const network = { domains: ['example.org'] };
    expect((await runner.run(request('exit 7', { network }))).exitCode).toBe(7);
    const started = performance.now();
    const ended = await runner.run(
      request('setsid sleep 4321.77 & trap "" TERM; sleep 4321.77', { network, timeoutMs: 500 }),
    );
    expect(ended.endedBy).toBe('timeout');
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(survivors('4321.77')).toEqual([]);
  });
});

function survivors(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`sleep\0${word}`);
    } catch {
      return false;
    }
  });
}

describe.skipIf(!canSandbox)('sockets', () => {
  it('of other programs are not reached, wherever their files lie; the project’s own are', async () => {
    mkdirSync(join(folder, 'home', 'engine'), { recursive: true });
    const answer = () => createServer((socket) => socket.end('reached\n'));
    const outside = join(folder, 'home', 'engine', 'docker.sock');
    await listening(answer(), outside);
    await listening(answer(), join(root, 'own.sock'));
    await listening(answer(), '\0monkey-test-abstract');
    // The folder of the tests lies in /tmp, which is hidden: one more that does not.
    const runner = createRunner({ addedFolders: [] });
    const call = (path: string) =>
      request(
        `'${process.execPath}' -e "require('net').connect('${path}').on('data', (d) => console.log(String(d).trim())).on('error', (e) => console.log('no'))"`,
      );
    expect((await runner.run(call(outside))).output).toBe('no\n');
    expect((await runner.run(call('\\\\0monkey-test-abstract'))).output).toBe('no\n');
    expect((await runner.run(call(join(root, 'own.sock')))).output).toBe('reached\n');
  });

  // A checkout in /tmp is not seen by commands at all.
  it.skipIf(process.cwd().startsWith('/tmp'))('are shut even where the file system is readable', async () => {
    const elsewhere = mkdtempSync(join(process.cwd(), 'node_modules', '.monkey-socket-'));
    closing.push(async () => rmSync(elsewhere, { recursive: true, force: true }));
    const path = join(elsewhere, 'd.sock');
    await listening(
      createServer((socket) => socket.end('reached\n')),
      path,
    );
    const script = `require('net').connect('${path}').on('data', (d) => console.log(String(d).trim())).on('error', (e) => console.log('no'))`;
    const runner = createRunner();
    expect((await runner.run(request(`'${process.execPath}' -e "${script}"`, { sandbox: 'off' }))).output).toBe(
      'reached\n',
    );
    expect((await runner.run(request(`'${process.execPath}' -e "${script}"`))).output).toBe('no\n');
    expect((await runner.run(request(`'${process.execPath}' -e "${script}"`, { network: true }))).output).toBe('no\n');
  });
});

describe.skipIf(process.platform !== 'linux')('limits', () => {
  for (const sandbox of ['preferred', 'off'] as const) {
    it(`end a command that takes too much memory (sandbox ${sandbox})`, async () => {
      const runner = createRunner({ resources: { memoryBytes: 150 * 1024 * 1024, processes: 50 } });
      const hungry = `'${process.execPath}' -e "const all = []; setInterval(() => all.push(Buffer.alloc(5e6, 1)), 20)"`;
      const result = await runner.run(request(hungry, { sandbox }));
      expect(result.endedBy).toBe('resource-limit');
      expect(result.exceeded).toMatch(/^\d+ MiB of memory; 150 MiB are allowed$/);
    });
  }

  it('end a command that starts too many processes', async () => {
    const runner = createRunner({ resources: { memoryBytes: 1024 ** 4, processes: 20 } });
    const result = await runner.run(request('for i in $(seq 40); do sleep 4322.5 & done; wait'));
    expect(result).toMatchObject({ endedBy: 'resource-limit', exceeded: expect.stringContaining('20 are allowed') });
    expect(survivors('4322.5')).toEqual([]);
  });
});

describe.skipIf(!existsSync('/usr/bin/script'))('a terminal', () => {
  for (const sandbox of ['preferred', 'off'] as const) {
    it(`is given when asked for, with plain text out of it (sandbox ${sandbox})`, async () => {
      const runner = createRunner();
      const told = `[ -t 1 ] && echo yes || echo no; stty size; printf '\\033[1mbold\\033[0m it'"'"'s\\n'; exit 5`;
      expect(await runner.run(request(told, { terminal: true, sandbox }))).toMatchObject({
        exitCode: 5,
        output: "yes\n40 120\nbold it's\n",
      });
      expect((await runner.run(request('[ -t 1 ] && echo yes || echo no', { sandbox }))).output).toBe('no\n');
      const slow = await runner.run(request('sleep 4323.5', { terminal: true, sandbox, timeoutMs: 300 }));
      expect(slow.endedBy).toBe('timeout');
      expect(survivors('4323.5')).toEqual([]);
    });
  }

  it('says when there is no program to make one', async () => {
    const runner = createRunner({ environment: { PATH: join(folder, 'nothing') } });
    await expect(runner.run(request('true', { terminal: true, sandbox: 'off' }))).rejects.toMatchObject({
      code: 'command.failed',
    });
  });
});

describe('background commands', () => {
  for (const sandbox of ['preferred', 'off'] as const) {
    it(`go on, are read piece by piece, and end when told or with the runner (sandbox ${sandbox})`, async () => {
      const runner = createRunner();
      const { background } = runner;
      const { id } = await background.start(request('echo one; sleep 0.3; echo two; sleep 4324.5', { sandbox }));
      await until(() => background.read(id, 0).text.includes('two'));
      const first = background.read(id, 0);
      expect(first).toMatchObject({ text: 'one\ntwo\n', next: 8, status: { state: 'running' } });
      expect(background.read(id, 4).text).toBe('two\n');
      expect((await runner.run(request('echo meanwhile', { sandbox }))).output).toBe('meanwhile\n');
      expect(await background.stop(id)).toMatchObject({ state: 'ended', endedBy: 'cancelled' });
      expect(survivors('4324.5')).toEqual([]);
      const quick = await background.start(request('exit 3', { sandbox }));
      await until(() => background.read(quick.id, 0).status.state === 'ended');
      expect(background.read(quick.id, 0).status).toMatchObject({ exitCode: 3 });
      await background.start(request('setsid nohup sleep 4325.5 & sleep 4325.5', { sandbox }));
      await until(() => survivors('4325.5').length > 0);
      const closedAt = performance.now();
      await runner.close();
      expect(performance.now() - closedAt).toBeLessThan(8_000);
      expect(survivors('4325.5')).toEqual([]);
    });
  }

  it('are bounded in number and output', async () => {
    const runner = createRunner();
    const started = await Promise.all(
      Array.from({ length: 8 }, () => runner.background.start(request('sleep 4326.5'))),
    );
    await expect(runner.background.start(request('true'))).rejects.toMatchObject({ code: 'command.failed' });
    expect(runner.background.list()).toHaveLength(8);
    await Promise.all(started.map(({ id }) => runner.background.stop(id)));
    const { id } = await runner.background.start(request('seq 1 100000'));
    await until(() => runner.background.read(id, 0).status.state === 'ended');
    const { text } = runner.background.read(id, 0);
    expect(text.length).toBeLessThan(300_000);
    expect(text).toMatch(/^\[… \d+ characters are no longer kept …\]\n[\s\S]*\n100000\n$/);
    expect(() => runner.background.read('bg99', 0)).toThrow(/no background command/);
  });
});

async function until(is: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !is(); round += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(is()).toBe(true);
}

it('the Seatbelt profile (text only, never run) opens and shuts the same places', () => {
  mkdirSync(join(folder, 'home', '.ssh'), { recursive: true });
  const places = {
    root,
    addedFolders: [],
    protectedFolders: ['/x/"state'],
    home: join(folder, 'home'),
    temporaryFolder: '/x/"state/tmp',
  };
  const lines = (network: Parameters<typeof seatbeltProfile>[1]['network'], writable = true) =>
    seatbeltProfile(places, { network, writable }).split('\n');
  const profile = lines('none');
  expect(profile.slice(0, 2)).toEqual(['(version 1)', '(deny default)']);
  expect(profile).toContain(`(allow file-write* (subpath "${root}"))`);
  expect(profile).toContain(`(deny file-write* (subpath "${join(root, '.git', 'hooks')}"))`);
  expect(profile).toContain(`(deny file-read* file-write* (subpath "${join(folder, 'home', '.ssh')}"))`);
  expect(profile).toContain('(deny file-read* file-write* (subpath "/x/\\"state"))');
  expect(profile.indexOf('(allow file-read* file-write* (subpath "/x/\\"state/tmp"))')).toBeGreaterThan(
    profile.indexOf('(deny file-read* file-write* (subpath "/x/\\"state"))'),
  );
  expect(profile.some((line) => line.includes('network'))).toBe(false);
  expect(lines({ proxyPort: 8123 })).toContain('(allow network-outbound (remote ip "localhost:8123"))');
  expect(lines('all')).toContain('(deny network-outbound (remote unix-socket))');
  expect(lines('none', false)).not.toContain(`(allow file-write* (subpath "${root}"))`);
});
