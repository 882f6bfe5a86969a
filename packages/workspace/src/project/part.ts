// What one ecosystem finds in one folder, and the small helpers all of them share.
import type { CheckKind } from '@monkey-coder/protocol';
import type { Evidence, ProjectCheck } from './project-facts.ts';
import { evidenceAt, type FolderEntry, inFolder, lineOf, type ProjectReader } from './project-reader.ts';

/** A name with its evidence. */
export interface Fact {
  readonly name: string;
  readonly evidence: Evidence;
}

/** What one ecosystem found in one folder. */
export interface ProjectPart {
  /** Such as `Node.js package`. */
  readonly label: string;
  readonly name: string | null;
  readonly languages: readonly string[];
  readonly packageManagers: readonly Fact[];
  readonly frameworks: readonly Fact[];
  readonly checks: readonly ProjectCheck[];
  /** Folders of workspace members, relative to the root. */
  readonly members: readonly string[];
}

/** One folder under examination. */
export interface Folder {
  /** Relative to the root; `.` for the root. */
  readonly path: string;
  readonly reader: ProjectReader;
  readonly entries: readonly FolderEntry[];
  has(name: string): boolean;
  /** The first of these names that is there. */
  firstOf(...names: readonly string[]): string | undefined;
  /** Text of a file in this folder. */
  read(name: string): string | null;
  evidence(name: string, pattern?: RegExp | string): Evidence;
  check(kind: CheckKind, command: string, evidence: Evidence): ProjectCheck;
}

/** A folder of a reader. */
export function folderOf(reader: ProjectReader, path: string): Folder {
  const entries = reader.list(path);
  const names = new Set(entries.map((entry) => entry.name));
  const read = (name: string) => reader.read(inFolder(path, name));
  return {
    path,
    reader,
    entries,
    has: (name) => names.has(name),
    firstOf: (...wanted) => wanted.find((name) => names.has(name)),
    read,
    evidence(name, pattern) {
      return evidenceAt(inFolder(path, name), pattern === undefined ? undefined : lineOf(read(name) ?? '', pattern));
    },
    check: (kind, command, evidence) => ({ kind, command, cwd: path, evidence }),
  };
}

/** Frameworks whose dependency names occur, in table order. `find` gives the evidence of a dependency or null. */
export function frameworksOf(
  table: Readonly<Record<string, string>>,
  find: (dependency: string) => Evidence | null,
): Fact[] {
  const facts: Fact[] = [];
  for (const [dependency, name] of Object.entries(table)) {
    const evidence = find(dependency);
    if (evidence && !facts.some((fact) => fact.name === name)) facts.push({ name, evidence });
  }
  return facts;
}

/** Evidence of a text in one file of a folder. */
export function mention(folder: Folder, file: string): (text: string) => Evidence | null {
  const content = folder.read(file) ?? '';
  return (text) => {
    const line = lineOf(content, text);
    return line === undefined ? null : evidenceAt(inFolder(folder.path, file), line);
  };
}

/** Up to `limit` files in these folders (not below) whose names match. */
export function filesIn(folder: Folder, folders: readonly string[], pattern: RegExp, limit = 40): string[] {
  const found: string[] = [];
  for (const name of folders) {
    const entries = name === '.' ? folder.entries : folder.reader.list(inFolder(folder.path, name));
    for (const entry of entries) {
      if (entry.isFolder || !pattern.test(entry.name)) continue;
      found.push(name === '.' ? entry.name : `${name}/${entry.name}`);
      if (found.length >= limit) return found;
    }
  }
  return found;
}

/** Folders that patterns with `*` name (`packages/*`, `apps/web`, `crates/**`), in order; `!pattern` takes away. */
export function expandMembers(folder: Folder, patterns: readonly string[], manifest: RegExp): string[] {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const tidy = pattern.replace(/^!/, '').replace(/^\.\//, '').replace(/\/+$/, '');
    if (tidy === '' || tidy === '.' || tidy.split('/').includes('..')) continue;
    for (const path of expand(folder, tidy.split('/'), '')) {
      if (pattern.startsWith('!')) found.delete(inFolder(folder.path, path));
      else if (folder.reader.list(inFolder(folder.path, path)).some((entry) => manifest.test(entry.name)))
        found.add(inFolder(folder.path, path));
    }
  }
  return [...found].sort();
}

const MAX_MEMBERS = 1_000;

function expand(folder: Folder, segments: readonly string[], base: string): string[] {
  const [head, ...rest] = segments;
  if (head === undefined) return base === '' ? [] : [base];
  const join = (name: string) => (base === '' ? name : `${base}/${name}`);
  if (!/[*?]/.test(head)) return expand(folder, rest, join(head));
  const matches = nameMatcher(head);
  const found: string[] = head === '**' ? expand(folder, rest, base) : [];
  for (const entry of folder.reader.list(base === '' ? folder.path : inFolder(folder.path, base))) {
    if (!entry.isFolder || entry.name === 'node_modules' || entry.name.startsWith('.') || found.length > MAX_MEMBERS)
      continue;
    if (head === '**') found.push(...expand(folder, segments, join(entry.name)));
    else if (matches(entry.name)) found.push(...expand(folder, rest, join(entry.name)));
  }
  return found;
}

function nameMatcher(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '[^/]*')
    .replace(/\?/g, '[^/]');
  const regex = new RegExp(`^${source}$`);
  return (name) => regex.test(name);
}
