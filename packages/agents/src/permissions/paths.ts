// Where the paths of a command line point, decided from their text alone: inside the workspace, or not.
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ShellReading } from './shell-commands.ts';
import type { ShellSegment, ShellWord } from './shell-syntax.ts';

/** The folders a call may use. */
export interface Boundary {
  /** Absolute path of the workspace. */
  readonly root: string;
  readonly addedFolders: readonly string[];
  /** Absolute paths inside, as a command spells them, that links take outside. */
  readonly linkedOutside?: readonly string[];
}

/** Files that are no files. */
const devices = new Set([
  '/dev/null',
  '/dev/stdin',
  '/dev/stdout',
  '/dev/stderr',
  '/dev/tty',
  '/dev/zero',
  '/dev/urandom',
]);

/** Whether an absolute path lies in the workspace or an added folder. */
export function isInside(path: string, boundary: Boundary): boolean {
  return [boundary.root, ...boundary.addedFolders].some((folder) => {
    const rest = relative(folder, path);
    return rest === '' || (!rest.startsWith(`..${sep}`) && rest !== '..' && !isAbsolute(rest));
  });
}

/** Folders the shell may be in when a segment runs; changed by `cd`. */
export function foldersOf(reading: ShellReading, boundary: Boundary): Map<ShellSegment, readonly string[]> {
  const result = new Map<ShellSegment, readonly string[]>();
  const all = new Set([boundary.root]);
  let current: readonly string[] = [boundary.root];
  if (changesFolderUnseen(reading)) return new Map(reading.segments.map((segment) => [segment, [resolve('/')]]));
  for (const segment of reading.segments) {
    if (segment.joinedBy !== '&&') current = [...all];
    result.set(segment, current);
    if (!/^(cd|pushd|popd)$/.test(segment.words[0]?.text ?? '')) continue;
    const target = segment.words.slice(1).find((word) => word.text !== '--');
    const isKnown = target?.literal === true && !/^[-~]/.test(target.text);
    current = isKnown ? current.map((folder) => resolve(folder, target.text)) : [resolve('/')];
    for (const folder of current.slice(0, 8)) all.add(folder);
  }
  return result;
}

/** `command cd`, `eval cd`: the folder changes, and not where the order of the segments shows it. */
function changesFolderUnseen(reading: ShellReading): boolean {
  const changes = (name: string): boolean => /^(cd|pushd|popd)$/.test(name);
  const hasEval = reading.segments.some((segment) => /^(eval|command|builtin)$/.test(segment.words[0]?.text ?? ''));
  return reading.commands.some(
    (command) => changes(command.name) && (hasEval || !changes(command.segment.words[0]?.text ?? '')),
  );
}

/** Whether a word may name a path outside: absolute, through `..` or `~`, or not known. */
export function mayPointOutside(word: ShellWord, folders: readonly string[], boundary: Boundary): boolean {
  return candidatePaths(word.text).some((text) => {
    if (devices.has(text)) return false;
    if (text.startsWith('~') || text.startsWith('$')) return true;
    // `.*` and `.?` are the folder above, too.
    if (word.glob && /(^|\/)\.[*?[]/.test(text)) return true;
    return placesOf(text, folders).some((path) => !isInside(path, boundary) || boundary.linkedOutside?.includes(path));
  });
}

/** Every path inside that the words of a command may name: what must be looked at for links. */
export function namedPaths(reading: ShellReading, boundary: Boundary): string[] {
  const paths = [...foldersOf(reading, boundary)].flatMap(([segment, folders]) =>
    [...segment.words, ...segment.redirects.map((redirect) => redirect.target)].flatMap((word) =>
      candidatePaths(word.text).flatMap((text) => placesOf(text, folders)),
    ),
  );
  return [...new Set(paths)].filter((path) => isInside(path, boundary));
}

function placesOf(text: string, folders: readonly string[]): string[] {
  return isAbsolute(text) ? [resolve(text)] : folders.map((folder) => join(folder, text));
}

/** The texts of a word that may be paths: itself, and what follows `=` or an option letter. */
function candidatePaths(text: string): string[] {
  const equals = text.indexOf('=');
  const parts = [text];
  if (equals > 0) parts.push(text.slice(equals + 1));
  if (/^-[a-zA-Z]+[/~.$]/.test(text)) parts.push(text.replace(/^-[a-zA-Z]+/, ''));
  return parts.filter((part) => part !== '' && (!part.startsWith('-') || part.includes('/..')));
}

/** Workspace-relative path of a word where it has one, for path rules. */
export function relativePath(text: string, boundary: Boundary): string {
  const absolute = isAbsolute(text) ? text : join(boundary.root, text);
  const rest = relative(boundary.root, absolute);
  return rest.startsWith('..') ? absolute : rest.split(sep).join('/');
}

/** Redirects that write a file, with the file. */
export function writeTargets(segment: ShellSegment): ShellWord[] {
  return segment.redirects
    .filter(({ operator, target }) => isWriteRedirect(operator, target))
    .map((redirect) => redirect.target);
}

function isWriteRedirect(operator: string, target: ShellWord): boolean {
  if (operator === '>&') return !/^([0-9]+|-)$/.test(target.text);
  return /^(&?>>?|>\||<>)$/.test(operator) && !devices.has(target.text);
}
