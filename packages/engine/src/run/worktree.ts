// A git worktree of its own for a run, so that two runs do not work on the same files.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import { runGit } from '@monkey-coder/workspace';
import { projectKey } from '../config/homes.ts';

/** A worktree that was made or found. */
export interface Worktree {
  readonly folder: string;
  readonly branch: string;
}

/**
 * Makes a worktree of the repository at `cwd` on a new branch `monkey/<name>`, below the data folder; an existing one of that
 * name is used again. Throws MonkeyError `usage.invalid` outside a repository or one without commits, `workspace.io` when git fails.
 */
export async function createWorktree(options: {
  readonly cwd: string;
  readonly data: string;
  readonly name: string;
}): Promise<Worktree> {
  const name = options.name.replace(/[^A-Za-z0-9._-]/g, '-');
  const branch = `monkey/${name}`;
  const head = await runGit(options.cwd, ['rev-parse', '--show-toplevel', '--verify', 'HEAD']);
  if (head.exitCode !== 0) {
    throw new MonkeyError('usage.invalid', `--worktree needs a git repository with a commit; ${options.cwd} is none`);
  }
  const folder = join(options.data, 'worktrees', projectKey(options.cwd), name);
  const known = await runGit(options.cwd, ['worktree', 'list', '--porcelain', '-z']);
  if (known.stdout.toString('utf8').split('\0').includes(`worktree ${folder}`)) return { folder, branch };
  mkdirSync(join(folder, '..'), { recursive: true });
  const added = await runGit(options.cwd, ['worktree', 'add', '-b', branch, folder, 'HEAD']);
  if (added.exitCode !== 0)
    throw new MonkeyError('workspace.io', `git could not make the worktree: ${added.stderr.trim()}`);
  return { folder, branch };
}
