// Lists worktrees and removes one only when nothing in it can be lost.
//
// Removal is refused while any of these holds: it is the main checkout, it is locked, git is in the middle of something there,
// files are changed or new, ignored files exist that no build makes again, it has submodules, or its HEAD is on no branch and
// in no other ref. Commits that only its reflog knows (amended, reset away) are pinned under `refs/monkey/kept/` first. The
// branch stays, except one of ours (`monkey/…`) whose commits another branch or tag has. Git is never told to force.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import { unfinishedWork } from './commit.ts';
import { gitError } from './read-changes.ts';
import { findRepository } from './repository.ts';
import type { RunGit } from './run-git.ts';

/** A worktree as git knows it. */
export interface WorktreeEntry {
  readonly folder: string;
  readonly head: string;
  /** Short name; null when HEAD is detached. */
  readonly branch: string | null;
  readonly isMain: boolean;
  readonly isLocked: boolean;
  /** Its folder is gone. */
  readonly isMissing: boolean;
}

/** What a removal did. */
export interface WorktreeRemoval {
  readonly folder: string;
  /** Refs that keep commits which nothing else refers to. */
  readonly pinned: readonly string[];
  /** The branch, when it was removed because others have its commits. */
  readonly removedBranch: string | null;
  /** The branch that stays. */
  readonly keptBranch: string | null;
}

/** The worktrees of the repository at `cwd`, the main one first. Throws `usage.invalid` outside of one. */
export async function listWorktrees(runGit: RunGit, cwd: string): Promise<WorktreeEntry[]> {
  const result = await runGit(cwd, ['worktree', 'list', '--porcelain', '-z']);
  if (result.exitCode !== 0) throw new MonkeyError('usage.invalid', `${cwd} is not in a git repository`);
  const entries = result.stdout
    .toString('utf8')
    .split('\0\0')
    .filter((text) => text.includes('worktree '));
  return entries.map((text, index) => {
    const words = new Map(
      text
        .split('\0')
        .filter((line) => line !== '')
        .map((line) => {
          const space = line.indexOf(' ');
          return space < 0 ? ([line, ''] as const) : ([line.slice(0, space), line.slice(space + 1)] as const);
        }),
    );
    return {
      folder: words.get('worktree') ?? '',
      head: words.get('HEAD') ?? '',
      branch: words.get('branch')?.replace(/^refs\/heads\//, '') ?? null,
      isMain: index === 0,
      isLocked: words.has('locked'),
      isMissing: !existsSync(words.get('worktree') ?? ''),
    };
  });
}

/**
 * Removes a worktree, named by its folder, the folder's name, or its branch. Throws `usage.invalid` when there is none of that
 * name or something in it could be lost: what, and what to do, is in the message.
 */
export async function removeWorktree(
  runGit: RunGit,
  cwd: string,
  options: { readonly name: string; readonly losesIgnored: boolean },
): Promise<WorktreeRemoval> {
  const entries = await listWorktrees(runGit, cwd);
  const entry = findEntry(entries, options.name);
  const main = entries[0]?.folder ?? cwd;
  if (entry.isMain) throw refused(entry, 'it is the main checkout');
  if (entry.isLocked) throw refused(entry, 'it is locked', 'Unlock it with `git worktree unlock` if that is meant.');
  if (!entry.isMissing) await refuseWhatWouldBeLost(runGit, entry, options.losesIgnored);
  if (entry.branch === null && !(await isKept(runGit, main, entry.head, [])))
    throw refused(
      entry,
      `its commit ${entry.head.slice(0, 9)} is on no branch`,
      'Give it one: git branch NAME, in that folder.',
    );
  const pinned = await pinLonely(runGit, main, entry);
  const removed = await runGit(main, ['worktree', 'remove', entry.folder]);
  if (removed.exitCode !== 0) throw gitError('remove the worktree', removed.stderr);
  const isGone = entry.branch !== null && (await removeOwnBranch(runGit, main, entry.branch, entry.head));
  return {
    folder: entry.folder,
    pinned,
    removedBranch: isGone ? entry.branch : null,
    keptBranch: isGone ? null : entry.branch,
  };
}

function findEntry(entries: readonly WorktreeEntry[], name: string): WorktreeEntry {
  const real = existsSync(name) ? realpathSync(name) : name;
  const found = entries.filter(
    ({ folder, branch }) =>
      folder === real || basename(folder) === name || branch === name || branch === `monkey/${name}`,
  );
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const known = entries.slice(1).map(({ folder }) => basename(folder));
  throw new MonkeyError(
    'usage.invalid',
    found.length > 1 ? `${name} names several worktrees` : `there is no worktree ${name}`,
    {
      advice: known.length === 0 ? 'There are none beside the main checkout.' : `Known: ${known.join(', ')}.`,
    },
  );
}

function refused({ folder }: WorktreeEntry, why: string, advice = 'Nothing was removed.'): MonkeyError {
  return new MonkeyError('usage.invalid', `${folder} is not removed: ${why}`, { advice });
}

const rebuilt =
  /^(.*\/)?(node_modules|\.venv|venv|__pycache__|target|dist|build|out|coverage|\.next|\.turbo|\.cache|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.gradle|vendor|bin|obj|[^/]*\.(pyc|o|class|log|tsbuildinfo)|\.DS_Store)(\/.*)?$/;

async function refuseWhatWouldBeLost(runGit: RunGit, entry: WorktreeEntry, losesIgnored: boolean): Promise<void> {
  const { folder } = entry;
  const repository = findRepository(folder);
  if (repository === null) throw refused(entry, 'git does not know the folder any more');
  const unfinished = unfinishedWork(repository.gitFolder);
  if (unfinished !== undefined) throw refused(entry, `git is in the middle of something there (${unfinished})`);
  if (existsSync(join(repository.gitFolder, 'modules')) || (await hasSubmodule(runGit, folder)))
    throw refused(
      entry,
      'it has submodules, whose own commits may exist nowhere else',
      'Remove it with git after a look.',
    );
  const status = await runGit(folder, ['status', '--porcelain', '-z', '--untracked-files=all', '--ignored=matching']);
  if (status.exitCode !== 0) throw gitError('look at the worktree', status.stderr);
  const lines = status.stdout
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '');
  const changed = lines.filter((line) => !line.startsWith('!!'));
  if (changed.length > 0)
    throw refused(
      entry,
      `${changed.length} changed or new: ${shown(changed.map((line) => line.slice(3)))}`,
      'Commit them: monkey commit -C there.',
    );
  const ignored = lines.map((line) => line.slice(3).replace(/\/$/, '')).filter((path) => !rebuilt.test(path));
  if (ignored.length > 0 && !losesIgnored)
    throw refused(
      entry,
      `git ignores files there that exist nowhere else: ${shown(ignored)}`,
      'Copy what you need, then give --with-ignored.',
    );
}

// A submodule that was begun here has a `.git` of its own.
async function hasSubmodule(runGit: RunGit, folder: string): Promise<boolean> {
  const result = await runGit(folder, ['ls-files', '-s', '-z']);
  const links = result.stdout
    .toString('utf8')
    .split('\0')
    .filter((line) => line.startsWith('160000 '));
  return links.some((line) => existsSync(join(folder, line.slice(line.indexOf('\t') + 1), '.git')));
}

function shown(paths: readonly string[]): string {
  return `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`;
}

// Whether a ref other than those left aside has the commit.
async function isKept(runGit: RunGit, cwd: string, commit: string, leftAside: readonly string[]): Promise<boolean> {
  const result = await runGit(cwd, ['for-each-ref', '--contains', commit, '--format=%(refname)']);
  const refs = result.stdout
    .toString('utf8')
    .split('\n')
    .filter((ref) => ref !== '' && ref !== 'refs/stash');
  return refs.some((ref) => !leftAside.includes(ref));
}

async function pinLonely(runGit: RunGit, main: string, entry: WorktreeEntry): Promise<string[]> {
  const commits = entry.isMissing ? [] : loggedCommits(entry.folder);
  const pinned: string[] = [];
  for (const commit of new Set([entry.head, ...commits])) {
    const isCommit = (await runGit(main, ['cat-file', '-e', `${commit}^{commit}`])).exitCode === 0;
    if (!isCommit || (await isKept(runGit, main, commit, []))) continue;
    const ref = `refs/monkey/kept/${basename(entry.folder).replace(/[^\w-]/g, '-')}-${commit.slice(0, 12)}`;
    const made = await runGit(main, ['update-ref', ref, commit]);
    if (made.exitCode !== 0) throw gitError('keep a commit of the worktree', made.stderr);
    pinned.push(ref);
  }
  return pinned;
}

// Newest first, so that one pin keeps what led to it.
function loggedCommits(folder: string): string[] {
  const gitFolder = findRepository(folder)?.gitFolder;
  if (gitFolder === undefined) return [];
  const files = [
    join(gitFolder, 'logs', 'HEAD'),
    ...['ORIG_HEAD'].map((name) => join(gitFolder, name)),
    ...ownRefs(gitFolder),
  ];
  const ids = files.flatMap((file) => {
    try {
      return readFileSync(file, 'utf8').match(/\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b/g) ?? [];
    } catch {
      return [];
    }
  });
  return [...new Set(ids.reverse())].filter((id) => !/^0+$/.test(id));
}

function ownRefs(gitFolder: string): string[] {
  try {
    return readdirSync(join(gitFolder, 'refs'), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(gitFolder, 'refs', name),
    );
  } catch {
    return [];
  }
}

async function removeOwnBranch(runGit: RunGit, main: string, branch: string, head: string): Promise<boolean> {
  const ref = `refs/heads/${branch}`;
  if (!branch.startsWith('monkey/') || !(await isKept(runGit, main, head, [ref]))) return false;
  return (await runGit(main, ['update-ref', '-d', ref, head])).exitCode === 0;
}
