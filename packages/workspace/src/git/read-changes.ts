// Reads what differs between two states of a repository, file by file, with hardened git.
import { MonkeyError } from '@monkey-coder/protocol';
import type { ChangedFile } from './commit-message.ts';
import type { GitOptions, RunGit } from './run-git.ts';

const kinds: Readonly<Record<string, ChangedFile['kind']>> = {
  A: 'created',
  C: 'created',
  M: 'modified',
  T: 'modified',
  D: 'deleted',
  R: 'moved',
};

/**
 * The files of `git diff <range>`, moves found, in the order of their paths. `range` are arguments of `git diff`, such as
 * `['--cached', 'HEAD']`. Throws `workspace.io` when git fails.
 */
export async function readChanges(
  runGit: RunGit,
  cwd: string,
  range: readonly string[],
  options: GitOptions = {},
): Promise<ChangedFile[]> {
  const ask = async (...args: string[]): Promise<Buffer> => {
    const result = await runGit(cwd, ['diff', ...args, '-M', ...range], options);
    if (result.exitCode !== 0) throw gitError('compare', result.stderr);
    return result.stdout;
  };
  const [names, counts, patch] = [
    await ask('--name-status', '-z'),
    await ask('--numstat', '-z'),
    await ask('-U3', '--no-color'),
  ];
  const diffs = splitDiff(patch.toString('utf8'));
  const lines = readCounts(counts.toString('utf8'));
  return readNames(names.toString('utf8')).map((file, index) => ({
    ...file,
    ...(lines.get(file.path) ?? { added: 0, removed: 0 }),
    diff: diffs[index] ?? '',
  }));
}

/** A failed git call as an error for people. */
export function gitError(what: string, stderr: string): MonkeyError {
  const reason = stderr.trim().split('\n').slice(0, 3).join('; ');
  return new MonkeyError('workspace.io', `git could not ${what}: ${reason || 'it gave no reason'}`);
}

function readNames(text: string): Pick<ChangedFile, 'path' | 'from' | 'kind'>[] {
  const words = text.split('\0');
  const files: Pick<ChangedFile, 'path' | 'from' | 'kind'>[] = [];
  for (let i = 0; i + 1 < words.length; ) {
    const letter = (words[i] ?? '').charAt(0);
    const kind = kinds[letter] ?? 'modified';
    if (letter === 'R' || letter === 'C') {
      files.push({ kind, from: words[i + 1] ?? '', path: words[i + 2] ?? '' });
      i += 3;
    } else {
      files.push({ kind, path: words[i + 1] ?? '' });
      i += 2;
    }
  }
  return files;
}

function readCounts(text: string): Map<string, { readonly added: number | null; readonly removed: number | null }> {
  const counts = new Map<string, { readonly added: number | null; readonly removed: number | null }>();
  const words = text.split('\0');
  for (let i = 0; i < words.length; i++) {
    const [added, removed, path] = (words[i] ?? '').split('\t');
    if (removed === undefined) continue;
    // A move has an empty path here, then its old and its new one.
    const name = path === '' ? (words[i + 2] ?? '') : (path ?? '');
    if (path === '') i += 2;
    const number = (word: string | undefined): number | null => (word === '-' ? null : Number(word));
    counts.set(name, { added: number(added), removed: number(removed) });
  }
  return counts;
}

function splitDiff(text: string): string[] {
  return text === '' ? [] : text.split(/^(?=diff --git )/m);
}
