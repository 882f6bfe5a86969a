// Reads the few files that say what a project is: bounded, regular files only, each read once.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from './project-facts.ts';

/** A name in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Where project recognition looks. Paths are relative to the root, with forward slashes; `.` is the root. */
export interface ProjectReader {
  /** Text of a regular file of at most 1 MiB (32 MiB for lock files); null for anything else. */
  read(path: string): string | null;
  /** Entries of a folder in name order; empty when there is none. */
  list(path: string): readonly FolderEntry[];
}

const MAX_BYTES = 1024 * 1024;
/** Lock files of large projects are large. */
const MAX_LOCK_BYTES = 32 * 1024 * 1024;
const lockFile = /(?:-lock\.(?:json|yaml)|shrinkwrap\.json|\.lock|\.lock\.json|Package\.resolved|Pipfile\.lock)$/;

/** A reader of a real folder. */
export function createProjectReader(root: string): ProjectReader {
  const texts = new Map<string, string | null>();
  const lists = new Map<string, readonly FolderEntry[]>();
  return {
    read(path) {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const text = readRegular(join(root, path));
      texts.set(path, text);
      return text;
    },
    list(path) {
      const known = lists.get(path);
      if (known) return known;
      const entries = entriesOf(join(root, path));
      lists.set(path, entries);
      return entries;
    },
  };
}

/** Opened without waiting, so that a pipe in the place of a manifest cannot hold us. */
function readRegular(file: string): string | null {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  try {
    const facts = fstatSync(handle);
    if (!facts.isFile() || facts.size > (lockFile.test(file) ? MAX_LOCK_BYTES : MAX_BYTES)) return null;
    const bytes = Buffer.alloc(facts.size);
    const length = readSync(handle, bytes, 0, facts.size, 0);
    return bytes.toString('utf8', bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0, length);
  } catch {
    return null;
  } finally {
    closeSync(handle);
  }
}

function entriesOf(folder: string): readonly FolderEntry[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  } catch {
    return [];
  }
}

/** The 1-based line of the first match, for evidence. */
export function lineOf(text: string, pattern: RegExp | string): number | undefined {
  const at = typeof pattern === 'string' ? text.indexOf(pattern) : text.search(pattern);
  if (at < 0) return undefined;
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

/** Evidence with a line where it is known. */
export function evidenceAt(file: string, line: number | undefined): Evidence {
  return line === undefined ? { file } : { file, line };
}

/** A path inside a folder of the root. */
export function inFolder(folder: string, name: string): string {
  return folder === '.' ? name : `${folder}/${name}`;
}
