// Memory of watching 60,000 files, and how soon a change is told.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileLister, createGitRunner, watchFiles } from '@monkey-coder/workspace';
import { type Figure, quantile } from '../models/figure.ts';
import { makeBigCheckout } from './big-checkout.ts';

declare const REPOSITORY_ROOT: string;

/** Measures on a made checkout, or on `given`, whose files are touched. */
export async function measure(given?: string): Promise<readonly Figure[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-bench-')));
  try {
    const root = given === undefined ? join(folder, 'checkout') : realpathSync(given);
    if (given === undefined) makeBigCheckout(root);
    const memory = JSON.parse(
      execFileSync(
        process.execPath,
        [join(REPOSITORY_ROOT, 'scripts', 'run-ts.mjs'), 'bench/workspace/main.ts', 'watch-child', root],
        { encoding: 'utf8', cwd: REPOSITORY_ROOT },
      ),
    ) as Record<string, number>;
    return figures(memory);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function figures({ before = 0, after = 0, folders = 0, startMs = 0, toldMs = 0 }: Record<string, number>): Figure[] {
  const megabytes = (after - before) / 1e6;
  return [
    {
      what: `memory of watching (${folders} folders), above the bare process`,
      goal: '< 50 MB',
      measured: `${megabytes.toFixed(1)} MB`,
      isMet: megabytes < 50,
    },
    { what: 'until everything is watched', goal: '(none)', measured: `${Math.round(startMs)} ms`, isMet: true },
    {
      what: 'from a change to its being told (median; 100 ms of quiet in it)',
      goal: '< 300 ms',
      measured: `${Math.round(toldMs)} ms`,
      isMet: toldMs < 300,
    },
  ];
}

/** In a process of its own, so that nothing else is measured. */
export async function watchChild(root: string): Promise<void> {
  const runGit = createGitRunner(process.env['PATH']);
  const lister = createFileLister(root, { runGit });
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const startedAt = performance.now();
  let told: (paths: readonly string[]) => void = () => undefined;
  const watching = await watchFiles({ root, lister, runGit, onChange: (paths) => told(paths) });
  const startMs = performance.now() - startedAt;
  const { paths } = await lister.list({ limit: 20 });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const times: number[] = [];
  for (const path of paths.filter((name) => name.includes('/')).slice(0, 10)) {
    const changedAt = performance.now();
    const heard = new Promise<void>((resolve) => {
      told = () => resolve();
    });
    appendFileSync(join(root, path), '// touched\n');
    await heard;
    times.push(performance.now() - changedAt);
  }
  const after = process.memoryUsage.rss();
  const { folders } = watching;
  watching.close();
  console.log(JSON.stringify({ before, after, folders, startMs, toldMs: quantile(times, 0.5) }));
}
