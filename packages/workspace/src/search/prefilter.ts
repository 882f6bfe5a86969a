// Asks ripgrep or git grep which files contain a word at all, so that few of many files have to be read here.
//
// They only ever get literal words and only ever name files; what matches, and how lines are counted, is decided in one place. So all ways of
// searching give the same results, and no dialect of regular expressions matters.
import { spawn } from 'node:child_process';
import type { RunGit } from '../git/run-git.ts';

/** What to look for. */
export interface PrefilterQuery {
  readonly literals: readonly string[];
  readonly ignoreCase: boolean;
  /** The files in question, relative to the root, in order. */
  readonly paths: readonly string[];
  /** Folder or file they are all in, relative to the root; empty for the root. */
  readonly under: string;
  readonly signal?: AbortSignal;
}

/** Names at least all files with one of the words; null when it cannot tell. Never throws. */
export type Prefilter = (query: PrefilterQuery) => Promise<ReadonlySet<string> | null>;

/** Asks `git grep`. Where ignored files may be among those in question it looks at ignored ones too. */
export function gitGrepPrefilter(root: string, runGit: RunGit): Prefilter {
  return async ({ literals, ignoreCase, under, signal }) => {
    const env = { GIT_LITERAL_PATHSPECS: '1' };
    const options = signal === undefined ? { env } : { env, signal };
    const shown = await runGit(root, ['rev-parse', '--show-prefix'], options);
    if (shown.exitCode !== 0) return null;
    const prefix = shown.stdout.toString('utf8').trimEnd();
    // With `--untracked`, git leaves out what is tracked and ignored at once: that takes a second look.
    const isWhole = under === '' && prefix === '';
    const looks = isWhole ? [[], ['--untracked', '--exclude-standard']] : [['--untracked', '--no-exclude-standard']];
    const flags = ['-l', '-z', '-a', '-F', '--full-name', '--no-color', ...(ignoreCase ? ['-i'] : [])];
    const words = literals.flatMap((literal) => ['-e', literal]);
    const scope = ['--', under === '' ? '.' : under];
    const results = await Promise.all(
      looks.map((look) => runGit(root, ['grep', ...flags, ...look, ...words, ...scope], options)),
    );
    if (results.some((result) => result.exitCode > 1)) return null;
    return new Set(results.flatMap((result) => namesOf(result.stdout)).map((name) => name.slice(prefix.length)));
  };
}

// What systems allow for all arguments together, with room to spare: 2 MiB on Linux, 1 MiB on macOS, 32 KiB on Windows.
const MAX_ARGUMENT_BYTES = process.platform === 'win32' ? 24 * 1024 : 700 * 1024;

/** Asks ripgrep at this absolute path, with the files named one by one: no configuration, no ignore rules of its own. */
export function ripgrepPrefilter(root: string, ripgrep: string): Prefilter {
  return async ({ literals, ignoreCase, paths, signal }) => {
    const words = literals.flatMap((literal) => ['-e', literal]);
    const flags = [
      '--no-config',
      '-l',
      '-0',
      '-a',
      '-F',
      '--no-messages',
      '--no-ignore',
      '--hidden',
      '--no-unicode',
      ignoreCase ? '-i' : '-s',
      ...words,
      '--',
    ];
    const found = new Set<string>();
    for (const batch of batches(paths)) {
      const output = await run(ripgrep, [...flags, ...batch.map((path) => `./${path}`)], root, signal);
      if (output === null) return null;
      for (const name of namesOf(output)) found.add(name.replace(/^\.[/\\]/, '').replaceAll('\\', '/'));
    }
    return found;
  };
}

function namesOf(output: Buffer): string[] {
  const names = output.toString('utf8').split('\0');
  names.pop();
  return names;
}

function batches(paths: readonly string[]): string[][] {
  const all: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const path of paths) {
    const bytes = Buffer.byteLength(path) + 3;
    if (size + bytes > MAX_ARGUMENT_BYTES) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push(path);
    size += bytes;
  }
  return all;
}

/** Standard output, or null when the program failed. Exit code 1 means that nothing was found. */
function run(program: string, args: readonly string[], cwd: string, signal?: AbortSignal): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: {},
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      ...(signal === undefined ? {} : { signal }),
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', () => resolve(null));
    child.on('close', (code) => resolve(code === 0 || code === 1 ? Buffer.concat(chunks) : null));
  });
}
