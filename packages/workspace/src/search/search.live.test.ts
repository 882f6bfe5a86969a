// Listing and searching real trees: with git, without git, by ripgrep where there is one; all ways must agree.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGit } from '../git/run-git.ts';
import { createFileLister } from './file-lister.ts';
import type { TextSearch } from './search.ts';
import { createTextSearch } from './text-search.ts';

const base = mkdtempSync(join(tmpdir(), 'monkey-search-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const everything = Number.MAX_SAFE_INTEGER;
const ripgrep = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, process.platform === 'win32' ? 'rg.exe' : 'rg'))
  .find((file) => existsSync(file));

function git(cwd: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd, stdio: 'pipe' });
}

function write(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

const files: Readonly<Record<string, string | Buffer>> = {
  'README.md': '# Needle\r\nsecond needle line\r\n',
  'src/a.ts': 'const needle = 1;\nconst other = 2; // Needle\n',
  'src/ä ö.ts': 'needle über alles\nÜBER NEEDLE\n',
  'src/deep/er/z.py': 'def needle():\n    return "a.b(c)"\n',
  'src/Z.ts': 'x\n\n\nneedle',
  'src/bin.dat': Buffer.from('needle\0needle\n'),
  'src/long.js': `${'x'.repeat(3_000)}needle${'y'.repeat(3_000)}\n`,
  '.github/ci.yml': 'needle: yes\n',
  '.gitignore': 'ignored/\n*.log\n!keep.log\n',
  'src/.gitignore': 'local.txt\n',
  'src/local.txt': 'needle\n',
  'local.txt': 'needle\n',
  'a.log': 'needle\n',
  'keep.log': 'needle\n',
  'ignored/x.txt': 'needle\n',
  'ignored/deep/tracked.txt': 'needle\n',
};

const expected = [
  '.github/ci.yml',
  '.gitignore',
  'README.md',
  'keep.log',
  'local.txt',
  'src/.gitignore',
  'src/Z.ts',
  'src/a.ts',
  'src/bin.dat',
  'src/deep/er/z.py',
  'src/long.js',
  'src/ä ö.ts',
];

let repository: string;
let plain: string;
let outside: string;

beforeAll(() => {
  repository = join(base, 'repository');
  plain = join(base, 'plain');
  outside = join(base, 'outside');
  write(outside, { 'secret.txt': 'needle\n' });
  for (const root of [repository, plain]) {
    write(root, files);
    symlinkSync(join(outside, 'secret.txt'), join(root, 'link.txt'));
    symlinkSync(outside, join(root, 'linked'));
  }
  git(repository, 'init', '-q');
  git(repository, 'add', 'src', 'README.md');
  git(repository, 'add', '-f', 'ignored/deep/tracked.txt');
  git(repository, 'commit', '-qm', 'x');
  write(repository, { 'gone.txt': 'needle\n', 'nested/inner.txt': 'needle\n', 'nested/.gitignore': '' });
  git(repository, 'add', 'gone.txt');
  rmSync(join(repository, 'gone.txt'));
  git(join(repository, 'nested'), 'init', '-q');
});

async function listed(root: string, query: { under?: string; glob?: string } = {}, lister = createFileLister(root)) {
  return (await lister.list({ limit: everything, ...query })).paths;
}

describe('createFileLister', () => {
  it('lists what is tracked or not ignored, in the order of paths', async () => {
    expect(await listed(repository)).toEqual([...expected, 'ignored/deep/tracked.txt'].sort());
    expect((await createFileLister(repository).list({ limit: everything })).repositories).toEqual(['nested']);
  });

  it('does the same without git', async () => {
    expect(await listed(plain)).toEqual(expected);
    const withoutGit = await createFileLister(repository, { runGit: null }).list({ limit: everything });
    expect(withoutGit).toEqual({ paths: expected, truncated: false, repositories: ['nested'] });
  });

  it('narrows by folder and glob', async () => {
    for (const root of [repository, plain]) {
      expect(await listed(root, { under: 'src', glob: '*.ts' })).toEqual(['src/Z.ts', 'src/a.ts', 'src/ä ö.ts']);
      expect(await listed(root, { under: './src/', glob: 'deep/**' })).toEqual(['src/deep/er/z.py']);
      expect(await listed(root, { under: 'src/a.ts' })).toEqual(['src/a.ts']);
      expect(await listed(root, { under: 'ignored' })).toEqual(
        root === plain ? ['ignored/deep/tracked.txt', 'ignored/x.txt'] : ['ignored/deep/tracked.txt'],
      );
      expect(await listed(root, { under: '../outside' })).toEqual([]);
      expect(await listed(root, { under: 'linked' })).toEqual([]);
      expect(await listed(root, { under: 'not-there' })).toEqual([]);
    }
    expect(await listed(join(repository, 'src'), { under: 'deep' })).toEqual(['deep/er/z.py']);
    expect(await createFileLister(plain).list({ limit: 2 })).toEqual({ paths: expected.slice(0, 2), truncated: true });
  });

  it('leaves out what it is told to, before it counts to the limit', async () => {
    const exclude = (path: string): boolean => !path.startsWith('src/');
    for (const runner of [runGit, null]) {
      const lister = createFileLister(repository, { runGit: runner });
      expect((await lister.list({ limit: 2, exclude })).paths).toEqual(['src/.gitignore', 'src/Z.ts']);
      const search = createTextSearch(repository, { lister, runGit: runner, prefilterFrom: 0 });
      const found = await search.search({
        pattern: 'needle',
        syntax: 'literal',
        caseSensitive: false,
        limit: 3,
        exclude,
      });
      expect(found.matches.map((match) => match.path)).toEqual(['src/Z.ts', 'src/a.ts', 'src/a.ts']);
    }
  });

  it('stops when it is told to', async () => {
    await expect(createFileLister(plain).list({ limit: 1, signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it('lists five thousand files in a fraction of a second', async () => {
    const root = join(base, 'large');
    for (let folder = 0; folder < 50; folder++) {
      mkdirSync(join(root, `f${folder}`), { recursive: true });
      for (let file = 0; file < 100; file++) writeFileSync(join(root, `f${folder}`, `${file}.txt`), '');
    }
    git(root, 'init', '-q');
    for (const lister of [createFileLister(root), createFileLister(root, { runGit: null })]) {
      await lister.list({ limit: 1 });
      const start = performance.now();
      expect(await listed(root, {}, lister)).toHaveLength(5_000);
      expect(performance.now() - start).toBeLessThan(1_000);
    }
  });
});

describe('createTextSearch', () => {
  const queries = [
    { pattern: 'needle', syntax: 'literal', caseSensitive: true },
    { pattern: 'needle', syntax: 'literal', caseSensitive: false },
    { pattern: 'a.b(c)', syntax: 'literal', caseSensitive: true },
    { pattern: 'über', syntax: 'literal', caseSensitive: false },
    { pattern: '^(const|def)\\s+needle\\b', syntax: 'regex', caseSensitive: true },
    { pattern: 'needle$|second', syntax: 'regex', caseSensitive: false },
    { pattern: 'n.+e', syntax: 'regex', caseSensitive: true },
    { pattern: 'needle', syntax: 'literal', caseSensitive: true, under: 'src', glob: '*.ts' },
    { pattern: 'needle', syntax: 'literal', caseSensitive: true, under: 'ignored' },
  ] as const;

  function ways(root: string): Record<string, TextSearch> {
    const lister = createFileLister(root);
    return {
      javascript: createTextSearch(root, { lister, prefilterFrom: everything }),
      git: createTextSearch(root, { lister, prefilterFrom: 0, runGit }),
      ...(ripgrep === undefined ? {} : { ripgrep: createTextSearch(root, { lister, prefilterFrom: 0, ripgrep }) }),
    };
  }

  it('finds lines in order, cuts long ones, leaves binary and ignored files and links out', async () => {
    const { matches, truncated } = await createTextSearch(plain, { lister: createFileLister(plain) }).search({
      pattern: 'needle',
      syntax: 'literal',
      caseSensitive: true,
      limit: 100,
    });
    expect(truncated).toBe(false);
    expect(matches.map(({ path, line }) => `${path}:${line}`)).toEqual([
      '.github/ci.yml:1',
      'README.md:2',
      'keep.log:1',
      'local.txt:1',
      'src/Z.ts:4',
      'src/a.ts:1',
      'src/deep/er/z.py:1',
      'src/long.js:1',
      'src/ä ö.ts:1',
    ]);
    expect(matches[1]?.text).toBe('second needle line');
    expect(matches[7]?.text).toHaveLength(400);
    expect(matches[7]?.text).toContain('needle');
  });

  it('gives the same results in every way there is', async () => {
    for (const root of [repository, plain, join(repository, 'src')]) {
      for (const query of queries) {
        const results = await Promise.all(
          Object.values(ways(root)).map((search) => search.search({ ...query, limit: 1_000 })),
        );
        for (const result of results) expect(result, JSON.stringify(query)).toEqual(results[0]);
        if (root === repository) expect(results[0]?.matches.length, JSON.stringify(query)).toBeGreaterThan(0);
      }
    }
  });

  it.skipIf(ripgrep !== undefined)('was not compared with ripgrep: there is no rg on the search path', () => undefined);

  it('stops at the limit and says so', async () => {
    const search = createTextSearch(plain, { lister: createFileLister(plain) });
    const result = await search.search({ pattern: 'needle', syntax: 'literal', caseSensitive: true, limit: 2 });
    expect(result.truncated).toBe(true);
    expect(result.matches).toHaveLength(2);
  });

  it('ends an expression that would not end', async () => {
    const root = join(base, 'catastrophe');
    write(root, { 'a.txt': `${'a'.repeat(50)}!\n` });
    const search = createTextSearch(root, { lister: createFileLister(root), sliceTimeoutMs: 200 });
    await expect(search.search({ pattern: '^(a+)+$', syntax: 'regex', caseSensitive: true, limit: 1 })).rejects.toThrow(
      /takes too long/,
    );
    await expect(
      search.search({ pattern: 'a', syntax: 'literal', caseSensitive: true, limit: 1 }),
    ).resolves.toMatchObject({ truncated: false });
  });

  it('runs nothing a repository configures', async () => {
    const root = join(base, 'hostile');
    write(root, { 'a.txt': 'needle\n', '.gitattributes': '* diff=evil filter=evil\n' });
    git(root, 'init', '-q');
    const trap = `touch ${join(root, 'executed')}`;
    for (const key of ['core.fsmonitor', 'diff.evil.textconv', 'filter.evil.clean', 'filter.evil.smudge', 'core.pager'])
      git(root, 'config', key, trap);
    const search = createTextSearch(root, { lister: createFileLister(root), prefilterFrom: 0 });
    const { matches } = await search.search({ pattern: 'needle', syntax: 'literal', caseSensitive: true, limit: 9 });
    expect(matches).toHaveLength(1);
    expect(existsSync(join(root, 'executed'))).toBe(false);
  });
});
