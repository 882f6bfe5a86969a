// Which lines of the user's files differ from the last commit.
import { diffLines } from '../edits/line-diff.ts';
import type { RunGit } from '../git/run-git.ts';

/** Paths below `root` that differ from HEAD or are new, not ignored; null where there is no git repository with a commit. */
export async function changedPaths(root: string, runGit: RunGit, signal: AbortSignal): Promise<string[] | null> {
  const changed = await runGit(
    root,
    ['diff', '--name-only', '-z', '--no-ext-diff', '--no-renames', '--relative', 'HEAD', '--', '.'],
    { signal },
  );
  if (changed.exitCode !== 0) return null;
  const fresh = await runGit(root, ['ls-files', '-z', '-o', '--exclude-standard', '--', '.'], { signal });
  const names = [changed, fresh].flatMap(({ stdout }) => stdout.toString('utf8').split('\0'));
  return [...new Set(names)].filter((name) => name !== '').sort();
}

/** Lines (1-based) of `text` that the last commit does not have; all of them for a new file. */
export async function changedLines(
  { root, path, text }: { readonly root: string; readonly path: string; readonly text: string },
  runGit: RunGit,
  signal: AbortSignal,
): Promise<number[]> {
  const before = await runGit(root, ['show', '--no-textconv', '--no-ext-diff', `HEAD:./${path}`], { signal });
  return linesThatDiffer(before.exitCode === 0 ? before.stdout.toString('utf8') : '', text);
}

/** Lines (1-based) of `after` that `before` does not have. */
export function linesThatDiffer(before: string, after: string): number[] {
  return diffLines(before.split('\n'), after.split('\n')).flatMap(({ bStart, bEnd }) =>
    Array.from({ length: bEnd - bStart }, (_, index) => bStart + index + 1),
  );
}

/**
 * The text as it was written, with what a formatter made of the given lines (1-based) and their neighbours, and nothing else
 * of what it changed: a file that was not clean before keeps its own lines.
 */
export function formattedOnly(written: string, formatted: string, lines: readonly number[]): string {
  const [a, b] = [written.split('\n'), formatted.split('\n')];
  const wanted = new Set(lines);
  const result: string[] = [];
  let [atA, atB] = [0, 0];
  // Lines that differ in blanks alone are pairs: each is taken by itself, even in the middle of others.
  const takePairs = (end: number): void => {
    for (; atA < end; atA++, atB++) result.push((wanted.has(atA + 1) ? b[atB] : a[atA]) ?? '');
  };
  for (const { aStart, aEnd, bStart, bEnd } of diffLines(a.map(withoutBlanks), b.map(withoutBlanks))) {
    takePairs(aStart);
    // What is put in between belongs to the line before or after it.
    const touched =
      aStart === aEnd ? [aStart, aStart + 1] : Array.from({ length: aEnd - aStart }, (_, index) => aStart + index + 1);
    result.push(...(touched.some((line) => wanted.has(line)) ? b.slice(bStart, bEnd) : a.slice(aStart, aEnd)));
    [atA, atB] = [aEnd, bEnd];
  }
  takePairs(a.length);
  return result.join('\n');
}

function withoutBlanks(line: string): string {
  return line.replace(/\s+/g, '');
}
