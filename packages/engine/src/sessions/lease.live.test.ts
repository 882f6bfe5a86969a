// Leases under contention: processes that take and release without pause, some of them killed while they hold it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeLease } from './lease.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-lease-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

/** Holds the lease thousands of times; whoever holds it makes a folder that nobody else may have made. */
async function bundleWorker(): Promise<string> {
  const outfile = join(folder, 'worker.mjs');
  await build({
    stdin: {
      contents: `import { mkdirSync, rmdirSync } from 'node:fs';
        import { takeLease } from './lease.ts';
        const [path, marker, mode] = process.argv.slice(2);
        const end = performance.now() + 2500;
        let held = 0;
        let lastHeld = performance.now();
        while (performance.now() < end) {
          const lease = takeLease(path, 'test', Date.now());
          if (lease.kind === 'taken') {
            if (performance.now() - lastHeld > 2000) process.exit(3);
            await new Promise((r) => setTimeout(r, Math.random() * 2));
            continue;
          }
          if (mode === 'dies') process.kill(process.pid, 'SIGKILL');
          mkdirSync(marker);
          rmdirSync(marker);
          lease.release();
          held += 1;
          lastHeld = performance.now();
        }
        process.exit(held > 20 ? 0 : 4);`,
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

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', (code) => resolve(code)));

describe('leases between processes', () => {
  it('have one holder at a time and are never left behind, also when holders are killed', async () => {
    const script = await bundleWorker();
    const path = join(folder, 'lease.json');
    const start = (mode: string): ChildProcess =>
      spawn(process.execPath, [script, path, join(folder, 'marker'), mode], { stdio: ['ignore', 'ignore', 'inherit'] });
    const workers = Array.from({ length: 5 }, () => ended(start('works')));
    for (let index = 0; index < 6; index++) {
      await delay(250);
      await ended(start('dies'));
    }
    expect(await Promise.all(workers)).toEqual([0, 0, 0, 0, 0]);
    const lease = takeLease(path, 'after', Date.now());
    expect(lease.kind).toBe('held');
    if (lease.kind === 'held') lease.release();
    expect(existsSync(path)).toBe(false);
  }, 30_000);
});
