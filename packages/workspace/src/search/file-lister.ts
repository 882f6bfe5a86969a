// Lists the files of a project: what git says belongs to it, or a walk where there is no git.
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { findRepository } from '../git/repository.ts';
import { type RunGit, runGit } from '../git/run-git.ts';
import { compileGlob } from './glob.ts';
import type { FileLister } from './search.ts';
import { walkFiles } from './walk-files.ts';

/** What a lister is made of. */
export interface FileListerOptions {
  /** How git is run; null to do without git. */
  readonly runGit?: RunGit | null;
}

interface Listing {
  readonly paths: readonly string[];
  readonly repositories: readonly string[];
}

/**
 * A lister of one tree. Listed are regular files that are tracked or not ignored, in the order of their paths by code units; symbolic links and
 * what is inside repositories of their own are left out, the latter named in `repositories`. A folder that is asked for
 * by name is listed even when it is ignored. Without git, .gitignore files count all the same.
 */
export function createFileLister(root: string, options: FileListerOptions = {}): FileLister {
  const git = options.runGit === undefined ? runGit : options.runGit;
  return {
    async list({ under = '', glob, limit, exclude, signal }) {
      signal?.throwIfAborted();
      const base = tidyFolder(under);
      const listing = base === null ? empty : await listAll(root, base, git, signal);
      const matches = glob === undefined || glob === '' ? null : compileGlob(glob);
      const cut = base === null || base === '' ? 0 : base.length + 1;
      const named = matches ? listing.paths.filter((path) => matches(nameBelow(path, cut))) : listing.paths;
      const wanted = exclude ? named.filter((path) => !exclude(path)) : named;
      const found = { paths: wanted.slice(0, limit), truncated: wanted.length > limit };
      return listing.repositories.length === 0 ? found : { ...found, repositories: listing.repositories };
    },
  };
}

const empty: Listing = { paths: [], repositories: [] };

function nameBelow(path: string, cut: number): string {
  return path.length >= cut ? path.slice(cut) : path.slice(path.lastIndexOf('/') + 1);
}

/** The folder as git writes it, or null when it points out of the tree. */
function tidyFolder(under: string): string | null {
  const segments = under
    .replaceAll('\\', '/')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.');
  return segments.includes('..') || under.startsWith('/') ? null : segments.join('/');
}

async function listAll(root: string, base: string, git: RunGit | null, signal?: AbortSignal): Promise<Listing> {
  const cancel = signal === undefined ? {} : { signal };
  const kind = kindOf(join(root, base));
  if (kind === 'file') return { paths: [base], repositories: [] };
  if (kind === 'other') return empty;
  const isRepository = findRepository(root) !== null;
  const fromGit = git && isRepository ? await listByGit(root, base, git, signal) : null;
  signal?.throwIfAborted();
  if (fromGit && fromGit.paths.length > 0) return fromGit;
  const isAskedFor = fromGit !== null && base !== '';
  const walked = await walkFiles(root, {
    under: base,
    honourIgnoreFiles: !isAskedFor,
    stopAtRepositories: isRepository,
    ...cancel,
  });
  return { paths: walked.paths.sort(), repositories: walked.repositories.sort() };
}

function kindOf(path: string): 'file' | 'folder' | 'other' {
  try {
    const facts = lstatSync(path);
    return facts.isDirectory() ? 'folder' : facts.isFile() ? 'file' : 'other';
  } catch {
    return 'other';
  }
}

/** Tracked and untracked files at once; null when git cannot tell. */
async function listByGit(root: string, base: string, git: RunGit, signal?: AbortSignal): Promise<Listing | null> {
  const options = { env: { GIT_LITERAL_PATHSPECS: '1' }, ...(signal === undefined ? {} : { signal }) };
  const scope = base === '' ? [] : ['--', base];
  const [tracked, untracked, deleted] = await Promise.all([
    git(root, ['ls-files', '-z', '-s', ...scope], options),
    git(root, ['ls-files', '-z', '-o', '--exclude-standard', ...scope], options),
    git(root, ['ls-files', '-z', '-d', ...scope], options),
  ]);
  if (tracked.exitCode !== 0 || untracked.exitCode !== 0 || deleted.exitCode !== 0) return null;
  const gone = new Set(names(deleted.stdout));
  const paths = new Set<string>();
  const repositories = new Set<string>();
  for (const entry of names(tracked.stdout)) {
    const path = entry.slice(entry.indexOf('\t') + 1);
    if (entry.startsWith('160000')) repositories.add(path);
    else if (entry.startsWith('100') && !gone.has(path)) paths.add(path);
  }
  for (const path of names(untracked.stdout)) {
    if (path.endsWith('/')) repositories.add(path.slice(0, -1));
    else if (kindOf(join(root, path)) === 'file') paths.add(path);
  }
  return { paths: [...paths].sort(), repositories: [...repositories].sort() };
}

function names(output: Buffer): string[] {
  const list = output.toString('utf8').split('\0');
  list.pop();
  return list;
}
