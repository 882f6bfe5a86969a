// `monkey review main`, `monkey review HEAD~3..`: a commit, branch or range that was given where a path is expected.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type { RunGit } from '@monkey-coder/workspace';

/**
 * The revision among operands that the files are to be compared with; undefined where all are paths or words. A range must end where
 * the files are. Throws MonkeyError `usage.invalid` for one that does not.
 */
export async function revisionAmong(
  operands: readonly string[],
  { cwd, runGit }: { readonly cwd: string; readonly runGit: RunGit },
): Promise<{ readonly word: string; readonly base: string } | undefined> {
  for (const word of operands) {
    const [, base = '', , end = ''] = /^([^-\s][^\s]*?)(\.{2,3}(\S*))?$/.exec(word) ?? [];
    if (base === '' || existsSync(resolve(cwd, word)) || !(await isCommit(base, cwd, runGit))) continue;
    if (end === '' || (await sameCommit(end, cwd, runGit))) return { word, base };
    throw new MonkeyError('usage.invalid', `${word} ends before the files as they are now`, {
      advice: `A review compares a commit with the files of the checkout: check out ${end}, then \`monkey review ${base}\`.`,
    });
  }
  return undefined;
}

async function isCommit(name: string, cwd: string, runGit: RunGit): Promise<boolean> {
  return (await commitOf(name, cwd, runGit)) !== '';
}

async function sameCommit(name: string, cwd: string, runGit: RunGit): Promise<boolean> {
  const [one, head] = await Promise.all([commitOf(name, cwd, runGit), commitOf('HEAD', cwd, runGit)]);
  return one !== '' && one === head;
}

async function commitOf(name: string, cwd: string, runGit: RunGit): Promise<string> {
  const { exitCode, stdout } = await runGit(cwd, ['rev-parse', '-q', '--verify', `${name}^{commit}`]);
  return exitCode === 0 ? stdout.toString('utf8').trim() : '';
}
