// A git worktree of its own for a run, so that two runs do not work on the same files.
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import { listWorktrees, type RunGit, removeWorktree, runGit, type WorktreeRemoval } from '@monkey-coder/workspace';
import { projectKey } from '../config/homes.ts';
import { takeLease } from '../sessions/lease.ts';

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

/**
 * Removes a worktree of the repository at `cwd` when nothing in it can be lost and no run is working there. Throws
 * `workspace.in-use` for the latter, else like the workspace's `removeWorktree`.
 */
export async function removeIdleWorktree(options: {
  readonly runGit: RunGit;
  readonly cwd: string;
  readonly state: string;
  readonly name: string;
  readonly losesIgnored: boolean;
  readonly now: number;
}): Promise<WorktreeRemoval> {
  const { cwd, name, losesIgnored } = options;
  const entries = await listWorktrees(options.runGit, cwd);
  const entry = entries.find(({ folder, branch }) =>
    [basename(folder), folder, branch, branch?.slice(7)].includes(name),
  );
  if (entry === undefined || entry.isMissing) return removeWorktree(options.runGit, cwd, { name, losesIgnored });
  const lease = takeLease(join(options.state, 'leases', `${projectKey(entry.folder)}.json`), 'run', options.now);
  if (lease.kind !== 'held')
    throw new MonkeyError('workspace.in-use', `a monkey (pid ${lease.holder.pid}) is working in ${entry.folder}`);
  try {
    return await removeWorktree(options.runGit, cwd, { name: entry.folder, losesIgnored });
  } finally {
    lease.release();
  }
}
