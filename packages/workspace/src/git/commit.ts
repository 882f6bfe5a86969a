// Commits what changed, with a message made from the change. The repository's hooks and filters run only when the user asks.
//
// What is staged is committed as it is; when nothing is, everything that changed is, except files that look like secrets.
// The message is made from a private copy of the index with a private object folder, so that looking changes nothing. The
// user's index is put back when git refuses the commit. Nothing is stashed.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import { type ChangedFile, type ChangeText, type DescribeChange, describeChange } from './commit-message.ts';
import { copyIndex } from './copy-index.ts';
import { gitError, readChanges } from './read-changes.ts';
import { findRepository, type GitRepository } from './repository.ts';
import type { RunGit } from './run-git.ts';
import { userExcludes, userIdentity } from './user-identity.ts';

/** How a commit is made. */
export interface CommitOptions {
  /** Real path of a folder in the repository; the commit is of the whole repository. */
  readonly root: string;
  readonly runGit: RunGit;
  /** Where temporary files go. */
  readonly temporaryFolder: string;
  /** The user's environment, for their name and, with hooks, for the hooks. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Instead of a message made from the change. */
  readonly message?: string;
  /** Runs the repository's own hooks and filters. */
  readonly runsHooks: boolean;
  /** Only works out what would be committed. */
  readonly isDryRun: boolean;
  readonly describe?: DescribeChange;
}

/** A commit, or what it would be. */
export interface CommitReport {
  readonly kind: 'committed' | 'dry-run';
  readonly text: ChangeText;
  readonly files: readonly ChangedFile[];
  /** Changed files that were left out because they look like secrets. */
  readonly leftOut: readonly string[];
  /** Full id; null on a dry run. */
  readonly commit: string | null;
  /** Branch, or null when HEAD is detached. */
  readonly branch: string | null;
}

const secretFile =
  /^(\.env(\..+)?|\.netrc|\.npmrc|\.pypirc|id_(rsa|dsa|ecdsa|ed25519)|.*\.(pem|key|p12|pfx|jks|keystore)|credentials(\.json)?|service-account.*\.json)$/i;
const publicSample = /\.(example|sample|template|dist|pub)$/i;

/**
 * Commits. Throws `usage.invalid` when there is nothing to commit, no repository, an unfinished merge, or files whose filters
 * would have to run; `workspace.io` when git refuses.
 */
export async function commitChanges(options: CommitOptions): Promise<CommitReport> {
  const repository = findRepository(options.root);
  if (repository === null) throw new MonkeyError('usage.invalid', `${options.root} is not in a git repository`);
  refuseUnfinished(repository);
  const { top } = repository;
  const isStaged = (await options.runGit(top, ['diff', '--cached', '--quiet'])).exitCode === 1;
  const leftOut = isStaged ? [] : await secretPaths(options, top);
  const files = await lookAt(options, repository, { isStaged, leftOut });
  if (files.length === 0) {
    const why = leftOut.length > 0 ? `; left out because they look like secrets: ${leftOut.join(', ')}` : '';
    throw new MonkeyError('usage.invalid', `there is nothing to commit in ${top}${why}`);
  }
  if (!options.runsHooks) await refuseFilters(options, top, files);
  const text =
    options.message === undefined ? await (options.describe ?? describeChange)(files) : given(options.message);
  const branch = await branchOf(options.runGit, top);
  if (options.isDryRun) return { kind: 'dry-run', text, files, leftOut, commit: null, branch };
  const commit = await write(options, repository, { isStaged, leftOut, text });
  return { kind: 'committed', text, files, leftOut, commit, branch };
}

function given(message: string): ChangeText {
  const [title = '', ...rest] = message.trim().split('\n');
  if (title === '') throw new MonkeyError('usage.invalid', 'the commit message is empty');
  return { title, body: rest.join('\n').trim() };
}

const unfinished = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply', 'BISECT_LOG'];

/** What git is in the middle of in this checkout, as the name of the file that says so; undefined when nothing. */
export function unfinishedWork(gitFolder: string): string | undefined {
  return unfinished.find((name) => existsSync(join(gitFolder, name)));
}

function refuseUnfinished({ gitFolder, top }: GitRepository): void {
  const found = unfinishedWork(gitFolder);
  if (found === undefined || found === 'BISECT_LOG') return;
  throw new MonkeyError('usage.invalid', `${top} is in the middle of a merge, rebase or pick (${found})`, {
    advice: 'Finish or abort it with git first.',
  });
}

async function secretPaths({ runGit, environment }: CommitOptions, top: string): Promise<string[]> {
  const env = await userExcludes(runGit, top, environment);
  const result = await runGit(top, ['ls-files', '-z', '-o', '--exclude-standard'], { env });
  const paths = result.stdout.toString('utf8').split('\0');
  return paths.filter((path) => secretFile.test(basename(path)) && !publicSample.test(path));
}

interface Selection {
  readonly isStaged: boolean;
  readonly leftOut: readonly string[];
}

function addAll({ leftOut }: Selection): string[] {
  return ['add', '-A', '--', '.', ...leftOut.map((path) => `:(exclude,literal)${path}`)];
}

// A copy of the index and an object folder of our own: the user's repository is only read.
async function lookAt(options: CommitOptions, repository: GitRepository, selection: Selection): Promise<ChangedFile[]> {
  const { runGit } = options;
  const { top, gitFolder, commonFolder } = repository;
  mkdirSync(options.temporaryFolder, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(options.temporaryFolder, 'commit-'));
  try {
    const env = {
      ...(await userExcludes(runGit, top, options.environment)),
      GIT_INDEX_FILE: join(folder, 'index'),
      GIT_OBJECT_DIRECTORY: join(folder, 'objects'),
      GIT_ALTERNATE_OBJECT_DIRECTORIES: join(commonFolder, 'objects'),
    };
    mkdirSync(env.GIT_OBJECT_DIRECTORY, { recursive: true });
    if (existsSync(join(gitFolder, 'index'))) copyIndex(join(gitFolder, 'index'), env.GIT_INDEX_FILE);
    if (!selection.isStaged) {
      const added = await runGit(top, addAll(selection), { env });
      if (added.exitCode !== 0) throw gitError('look at the changes', added.stderr);
    }
    const head = await runGit(top, ['rev-parse', '--verify', '-q', 'HEAD']);
    const unborn = head.exitCode !== 0;
    const emptyTree = unborn
      ? (await runGit(top, ['hash-object', '-w', '-t', 'tree', '--stdin'], { env })).stdout.toString().trim()
      : '';
    return await readChanges(runGit, top, ['--cached', unborn ? emptyTree : 'HEAD'], { env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Without its filter a file of Git LFS would be committed whole: better not at all.
async function refuseFilters({ runGit }: CommitOptions, top: string, files: readonly ChangedFile[]): Promise<void> {
  const paths = files.filter(({ kind }) => kind !== 'deleted').map(({ path }) => path);
  const result = await runGit(top, ['check-attr', '-z', '--stdin', 'filter'], {
    input: paths.map((path) => `${path}\0`).join(''),
  });
  const words = result.stdout.toString('utf8').split('\0');
  for (let i = 0; i + 2 < words.length; i += 3) {
    const [path = '', , filter = ''] = words.slice(i, i + 3);
    if (filter === 'unspecified' || filter === 'unset' || filter === '') continue;
    throw new MonkeyError('usage.invalid', `${path} goes through the filter \`${filter}\`, which is not run for you`, {
      advice: 'Give --hooks to run the hooks and filters of this repository, if you trust it, or commit with git.',
    });
  }
}

async function branchOf(runGit: RunGit, top: string): Promise<string | null> {
  const result = await runGit(top, ['symbolic-ref', '-q', '--short', 'HEAD']);
  return result.exitCode === 0 ? result.stdout.toString('utf8').trim() : null;
}

async function write(
  options: CommitOptions,
  { top, gitFolder }: GitRepository,
  selection: Selection & { readonly text: ChangeText },
): Promise<string> {
  const index = join(gitFolder, 'index');
  const backup = `${index}.monkey-${process.pid}`;
  const hadIndex = existsSync(index);
  if (hadIndex) copyIndex(index, backup);
  try {
    await stageAndCommit(options, top, selection);
  } catch (error) {
    if (hadIndex) copyIndex(backup, index);
    else rmSync(index, { force: true });
    throw error;
  } finally {
    rmSync(backup, { force: true });
  }
  return (await options.runGit(top, ['rev-parse', 'HEAD'])).stdout.toString('utf8').trim();
}

async function stageAndCommit(
  { runGit, runsHooks, environment }: CommitOptions,
  top: string,
  selection: Selection & { readonly text: ChangeText },
): Promise<void> {
  const own = runsHooks ? definedOnly(environment) : await userExcludes(runGit, top, environment);
  const env = { ...own, ...(await userIdentity(runGit, top, environment)) };
  if (!selection.isStaged) {
    const added = await runGit(top, addAll(selection), { env, runsHooks });
    if (added.exitCode !== 0) throw gitError('stage the changes', added.stderr);
  }
  const { title, body } = selection.text;
  const message = body === '' ? `${title}\n` : `${title}\n\n${body}\n`;
  const line = ['commit', '-q', ...(runsHooks ? [] : ['--no-gpg-sign']), '--cleanup=whitespace', '-F', '-'];
  const committed = await runGit(top, line, { env, runsHooks, input: message });
  if (committed.exitCode !== 0) throw gitError('commit', committed.stderr || committed.stdout.toString('utf8'));
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || /^GIT_/.test(name) ? [] : [[name, value] as const],
    ),
  );
}
