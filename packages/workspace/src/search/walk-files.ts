// Lists files by walking folders, with .gitignore files, where git cannot be asked.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ignore } from 'ignore';

/** How a tree is walked. */
export interface WalkOptions {
  /** Folder to start at, relative to the root; empty for the root. */
  readonly under: string;
  /** Whether .gitignore files from `under` down count, and folders such as node_modules are left out. */
  readonly honourIgnoreFiles: boolean;
  /** Whether a folder with a `.git` of its own is left out and noted, as git does it inside a repository. */
  readonly stopAtRepositories: boolean;
  readonly signal?: AbortSignal;
}

/** What a walk found, in no particular order. */
export interface WalkResult {
  readonly paths: string[];
  /** Folders left out because they are repositories of their own. */
  readonly repositories: string[];
}

/** Left out wherever there is no git to say what belongs to the project. */
const neverWalked = new Set([
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  '__pycache__',
  '.venv',
  '.tox',
  '.nox',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.gradle',
  '.next',
  '.nuxt',
  '.turbo',
  '.cache',
  '.idea',
  '.DS_Store',
]);

interface Rules {
  /** Path of the folder of the ignore file with a slash at the end; empty for the root. */
  readonly base: string;
  readonly ignore: Ignore;
}

const YIELD_EVERY = 200;

/** Walks; symbolic links are neither listed nor followed, devices and pipes are left out. */
export async function walkFiles(root: string, options: WalkOptions): Promise<WalkResult> {
  const { default: createIgnore } = await import('ignore');
  const result: WalkResult = { paths: [], repositories: [] };
  const read = (folder: string, rules: readonly Rules[]) => rulesOf(root, folder, rules, () => createIgnore());
  const start = options.under === '' ? '' : `${options.under}/`;
  const stack: { readonly folder: string; readonly rules: readonly Rules[] }[] = [{ folder: start, rules: [] }];
  let visited = 0;
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { folder } = next;
    const rules = options.honourIgnoreFiles ? read(folder, next.rules) : next.rules;
    for (const name of visit(root, folder, rules, options, result)) stack.push({ folder: `${folder}${name}/`, rules });
    if (++visited % YIELD_EVERY !== 0) continue;
    await new Promise((resolve) => setImmediate(resolve));
    options.signal?.throwIfAborted();
  }
  return result;
}

/** Adds the files of a folder; gives the folders to visit. */
function visit(
  root: string,
  folder: string,
  rules: readonly Rules[],
  options: WalkOptions,
  result: WalkResult,
): string[] {
  const folders: string[] = [];
  for (const entry of entriesOf(join(root, folder))) {
    const path = folder + entry.name;
    if (entry.name === '.git' || (options.honourIgnoreFiles && neverWalked.has(entry.name))) continue;
    if (entry.isFile() && !isIgnored(rules, path)) result.paths.push(path);
    if (!entry.isDirectory() || isIgnored(rules, `${path}/`)) continue;
    if (options.stopAtRepositories && isRepository(join(root, path))) result.repositories.push(path);
    else folders.push(entry.name);
  }
  return folders;
}

function entriesOf(folder: string): import('node:fs').Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isRepository(folder: string): boolean {
  return entriesOf(folder).some((entry) => entry.name === '.git');
}

/** The nearest ignore file with an opinion decides. */
function isIgnored(rules: readonly Rules[], path: string): boolean {
  for (let i = rules.length - 1; i >= 0; i--) {
    const rule = rules[i];
    if (!rule) continue;
    const { ignored, unignored } = rule.ignore.test(path.slice(rule.base.length));
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}

function rulesOf(root: string, folder: string, rules: readonly Rules[], create: () => Ignore): readonly Rules[] {
  const files = folder === '' ? ['.git/info/exclude', '.gitignore'] : ['.gitignore'];
  const texts = files.map((name) => textOf(join(root, folder, name))).filter((text) => text !== '');
  if (texts.length === 0) return rules;
  const ignore = create();
  for (const text of texts) ignore.add(text);
  return [...rules, { base: folder, ignore }];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
