// Watching real files: what is told, what is not, and the sweeps in place of watches.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryPrefix } from '../files/path-rules.ts';
import { createGitRunner } from '../git/run-git.ts';
import { createFileLister } from '../search/file-lister.ts';
import { type FileWatch, watchFiles } from './watch-files.ts';

let root = '';
let running: FileWatch | null = null;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-watch-')));
  put('src/a.ts', 'a');
  put('.gitignore', 'dist\n*.log\n');
  put('dist/out.js', 'x');
});
afterEach(() => {
  running?.close();
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function start(more: { readonly mode?: 'watch' | 'sweep' } = {}): Promise<() => Promise<string[]>> {
  const runGit = createGitRunner(process.env['PATH']);
  const told = new Set<string>();
  running = await watchFiles({
    root,
    lister: createFileLister(root, { runGit }),
    runGit,
    onChange: (paths) => paths.map((path) => told.add(path)),
    quietMs: 30,
    sweepMs: 50,
    ...more,
  });
  return async () => {
    const until = Date.now() + 3000;
    do await new Promise((resolve) => setTimeout(resolve, 400));
    while (told.size === 0 && Date.now() < until);
    const paths = [...told].sort();
    told.clear();
    return paths;
  };
}

for (const mode of ['watch', 'sweep'] as const) {
  describe(`with git, mode ${mode}`, () => {
    it('tells changed, new, deleted and moved files, also in new folders, and nothing that is ignored', async () => {
      execFileSync('git', ['init', '-q'], { cwd: root });
      execFileSync('git', ['add', '-A'], { cwd: root });
      const told = await start({ mode });
      expect(running?.mode).toBe(mode);
      put('src/a.ts', 'changed');
      put('src/b.ts', 'new');
      put('dist/out.js', 'ignored');
      put('src/debug.log', 'ignored');
      put(`src/${temporaryPrefix}x`, 'ours');
      put('node_modules/x/y.js', 'no');
      expect(await told()).toEqual(['src/a.ts', 'src/b.ts']);
      put('deep/er/c.ts', 'new');
      expect(await told()).toEqual(['deep/er/c.ts']);
      put('deep/er/c.ts', 'again');
      put('dist/deep/d.js', 'ignored');
      expect(await told()).toEqual(['deep/er/c.ts']);
      renameSync(join(root, 'src/b.ts'), join(root, 'src/d.ts'));
      rmSync(join(root, 'src/a.ts'));
      expect(await told()).toEqual(['src/a.ts', 'src/b.ts', 'src/d.ts']);
    });
  });
}

it('gathers many events into few calls, and watches without git', async () => {
  const calls: number[] = [];
  const lister = createFileLister(root, { runGit: null });
  running = await watchFiles({
    root,
    lister,
    runGit: null,
    onChange: (paths) => calls.push(paths.length),
    quietMs: 50,
  });
  for (let at = 0; at < 200; at++) put(`src/f${at}.ts`, 'x');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(calls.reduce((sum, count) => sum + count, 0)).toBe(200);
  expect(calls.length).toBeLessThan(4);
});
