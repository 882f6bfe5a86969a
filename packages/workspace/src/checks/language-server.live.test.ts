// The client against a small real server: a process that speaks the protocol over its standard streams.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { LanguageServer } from './language-server.ts';
import { LanguageServers } from './language-servers.ts';

const root = mkdtempSync(join(tmpdir(), 'monkey-server-'));
const open: LanguageServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Reports an error for each line that holds `BAD`; what it does besides is its argument. */
const script = join(root, 'server.mjs');
writeFileSync(
  script,
  `#!/usr/bin/env node
const mode = process.argv[2] ?? '';
if (mode === 'crash') process.exit(3);
if (mode === 'noise') { process.stdout.write('hello, I am no server\\n'.repeat(1000)); }
let pending = Buffer.alloc(0);
let queue = Promise.resolve();
const send = (message) => {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
  const bytes = Buffer.concat([Buffer.from('Content-Length: ' + body.length + '\\r\\n\\r\\n'), body]);
  // In two pieces, so that messages arrive cut.
  queue = queue.then(() => {
    process.stdout.write(bytes.subarray(0, -9));
    return new Promise((done) => setTimeout(() => process.stdout.write(bytes.subarray(-9), done), 1));
  });
};
const report = ({ uri, version }, text) => {
  const diagnostics = text.split('\\n').flatMap((line, at) => {
    const character = line.indexOf('BAD');
    return character < 0 ? [] : [{ range: { start: { line: at, character }, end: { line: at, character: character + 3 } }, severity: line.includes('soft') ? 2 : 1, code: 7, message: line.trim() + ' ü' }];
  });
  const publish = () => send({ method: 'textDocument/publishDiagnostics', params: { uri, version, diagnostics } });
  if (mode === 'slow') setTimeout(publish, 5000);
  else if (mode === 'stale' && version > 1) send({ method: 'textDocument/publishDiagnostics', params: { uri, version: version - 1, diagnostics } });
  else if (mode === 'steps') { send({ method: 'textDocument/publishDiagnostics', params: { uri, version, diagnostics: [] } }); setTimeout(publish, 60); }
  else publish();
};
process.stdin.on('data', (bytes) => {
  pending = Buffer.concat([pending, bytes]);
  for (;;) {
    const end = pending.indexOf('\\r\\n\\r\\n');
    if (end < 0) return;
    const length = Number(/content-length: (\\d+)/i.exec(pending.toString('latin1', 0, end))[1]);
    if (pending.length < end + 4 + length) return;
    const message = JSON.parse(pending.toString('utf8', end + 4, end + 4 + length));
    pending = pending.subarray(end + 4 + length);
    const { id, method, params } = message;
    if (method === 'initialize') { send({ id: 'ask', method: 'workspace/configuration', params: { items: [{}] } }); send({ id, result: { capabilities: {} } }); }
    if (method === 'textDocument/didOpen') report(params.textDocument, params.textDocument.text);
    if (method === 'textDocument/didChange') { if (mode === 'dies') process.exit(1); report(params.textDocument, params.contentChanges[0].text); }
    if (method === 'shutdown') send({ id, result: null });
    if (method === 'exit') process.exit(0);
  }
});
`,
);
chmodSync(script, 0o755);

function server(mode: string, more: { readonly idleMs?: number; readonly startMs?: number } = {}): LanguageServer {
  const made = new LanguageServer({
    name: 'scripted',
    command: [process.execPath, script, mode],
    root,
    languageIds: { ts: 'typescript' },
    environment: { PATH: process.env['PATH'] },
    ...more,
  });
  open.push(made);
  return made;
}

describe('LanguageServer', () => {
  it('tells only errors that are new, wherever old ones have moved', async () => {
    const answer = await server('').changed(
      'a.ts',
      { before: 'BAD old\n', after: 'x\n\nBAD old\n  BAD new\nBAD soft\n' },
      3_000,
    );
    expect(answer).toEqual({
      state: 'answered',
      findings: [
        { file: 'a.ts', line: 4, column: 3, severity: 'error', code: '7', message: 'BAD new ü', source: 'scripted' },
      ],
    });
  });

  it('compares the next change with the last text', async () => {
    const one = server('');
    await one.changed('a.ts', { before: '', after: 'BAD one' }, 3_000);
    const next = await one.changed('a.ts', { before: 'BAD one', after: 'BAD one\nBAD two' }, 3_000);
    expect(next.findings.map(({ message }) => message)).toEqual(['BAD two ü']);
  });

  it('waits for the report after the first, empty one', async () => {
    const answer = await server('steps').changed('a.ts', { before: '', after: 'BAD' }, 3_000);
    expect(answer.findings).toHaveLength(1);
  });

  it('takes no report on an older text for one on the new', async () => {
    const answer = await server('stale').changed('a.ts', { before: '', after: 'BAD' }, 800);
    expect(answer).toEqual({ state: 'late', findings: [] });
  });

  it('does not wait longer than it may', async () => {
    const started = performance.now();
    expect(await server('slow').changed('a.ts', { before: '', after: 'BAD' }, 400)).toEqual({
      state: 'late',
      findings: [],
    });
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it.each(['crash', 'dies', 'noise'])('survives a server that is of no use (%s)', async (mode) => {
    const one = server(mode);
    await one.changed('a.ts', { before: '', after: 'BAD' }, 2_000);
    expect(await one.changed('a.ts', { before: '', after: 'BAD 2' }, 2_000)).toEqual({ state: 'gone', findings: [] });
  });

  it('says gone when the program is not there', async () => {
    const one = new LanguageServer({
      name: 'none',
      command: [join(root, 'nothing')],
      root,
      languageIds: {},
      environment: {},
    });
    open.push(one);
    expect((await one.changed('a.ts', { before: '', after: 'x' }, 1_000)).state).toBe('gone');
  });

  it('ends when it is idle', async () => {
    const one = server('', { idleMs: 300 });
    expect((await one.changed('a.ts', { before: '', after: 'x' }, 3_000)).state).toBe('answered');
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect((await one.changed('a.ts', { before: 'x', after: 'y' }, 1_000)).state).toBe('gone');
  });
});

describe('LanguageServers', () => {
  it('starts what PATH has, and nothing of the project', async () => {
    const own = join(root, 'project');
    const servers = new LanguageServers({
      root: own,
      environment: { PATH: `${own}/bin:relative` },
      allowProjectPrograms: false,
    });
    expect(await servers.changed('a.ts', { before: '', after: 'x' }, 500)).toBeNull();
    expect(await servers.changed('notes.txt', { before: '', after: 'x' }, 500)).toBeNull();
    await servers.close();
  });
});
