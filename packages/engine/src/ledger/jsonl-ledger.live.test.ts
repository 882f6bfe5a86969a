// The ledger on disk: the suite of all ledgers, several processes at once, crashes, cut lines, compaction.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerContract } from '@monkey-coder/models/testing';
import { createIdSource } from '@monkey-coder/protocol';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJsonlLedger } from './jsonl-ledger.ts';

let folder = '';
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-ledger-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const newId = createIdSource(Date.now, Math.random);
const open = (path: string) =>
  createJsonlLedger({
    path,
    now: Date.now,
    newId: () => newId('res'),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
const freshPath = () => join(folder, `ledger-${++count}.jsonl`);

describe('the contract of all ledgers', () => {
  const cases = ledgerContract(async () => ({ ledger: open(freshPath()), close: async () => undefined }));
  for (const { name, run } of cases) it(name, run);
});

describe('jsonl ledger', () => {
  it('counts a reservation of a dead process in full until it is settled', async () => {
    const path = freshPath();
    await open(path).reserve({ callId: 'call_1', amountMicroUsd: 70, scopes: [{ id: 'run:a', limitMicroUsd: 100 }] });
    const later = open(path);
    expect(
      await later.reserve({ callId: 'call_2', amountMicroUsd: 31, scopes: [{ id: 'run:a', limitMicroUsd: 100 }] }),
    ).toMatchObject({ kind: 'refused', reservedMicroUsd: 70 });
    expect(await later.settleOrphan('call_1')).toBe(70);
    expect(await open(path).use('run:a')).toEqual({ spentMicroUsd: 70, reservedMicroUsd: 0 });
  });

  it('settles the reservation of a dead process at its cost when that is known', async () => {
    const path = freshPath();
    await open(path).reserve({ callId: 'call_1', amountMicroUsd: 70, scopes: [{ id: 'run:a' }] });
    expect(await open(path).settleOrphan('call_1', 12)).toBe(12);
    expect(await open(path).use('run:a')).toEqual({ spentMicroUsd: 12, reservedMicroUsd: 0 });
  });

  it('goes on after a cut line', async () => {
    const path = freshPath();
    const first = await open(path).reserve({ callId: 'a', amountMicroUsd: 5, scopes: [{ id: 'run:a' }] });
    if (first.kind === 'reserved') await first.settle(4);
    appendFileSync(path, '{"type":"reserve","id":"res_x","amo');
    const again = await open(path).reserve({ callId: 'b', amountMicroUsd: 5, scopes: [{ id: 'run:a' }] });
    if (again.kind === 'reserved') await again.settle(3);
    expect(await open(path).use('run:a')).toEqual({ spentMicroUsd: 7, reservedMicroUsd: 0 });
  });

  it('compacts a large file without changing a total', async () => {
    const path = freshPath();
    const line = (id: number) =>
      `{"type":"reserve","id":"r${id}","callId":"c","amount":2,"scopes":["day:1"],"time":1}\n{"type":"settle","id":"r${id}","amount":1}\n`;
    writeFileSync(path, Array.from({ length: 12_000 }, (_, id) => line(id)).join(''));
    expect(await open(path).use('day:1')).toEqual({ spentMicroUsd: 12_000, reservedMicroUsd: 0 });
    expect(statSync(path).size).toBeLessThan(1000);
    expect(await open(path).use('day:1')).toEqual({ spentMicroUsd: 12_000, reservedMicroUsd: 0 });
  });

  it('keeps a cap over four processes', async () => {
    const path = freshPath();
    const script = await bundleWorker();
    await Promise.all(Array.from({ length: 4 }, () => runWorker(script, path)));
    const use = await open(path).use('day:x');
    expect(use.spentMicroUsd).toBe(1000);
    expect(use.reservedMicroUsd).toBe(0);
    expect(
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((text) => text.includes('"reserve"')),
    ).toHaveLength(100);
  }, 60_000);
});

/** A process that reserves and settles 10 until it is refused. */
async function bundleWorker(): Promise<string> {
  const outfile = join(folder, 'worker.mjs');
  await build({
    stdin: {
      contents: `import { createJsonlLedger } from './jsonl-ledger.ts';
        let n = 0;
        const ledger = createJsonlLedger({ path: process.argv[2], now: Date.now, newId: () => 'res_' + process.pid + '_' + n++, sleep: (ms) => new Promise((r) => setTimeout(r, ms)) });
        for (;;) {
          const got = await ledger.reserve({ callId: 'c', amountMicroUsd: 10, scopes: [{ id: 'day:x', limitMicroUsd: 1000 }] });
          if (got.kind === 'refused') break;
          await got.settle(10);
        }`,
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

function runWorker(script: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`worker ended with ${code}`))));
  });
}
