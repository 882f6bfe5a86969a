// Where the paths of a command line point, decided from their text alone: inside the workspace, or not.
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ShellReading } from './shell-commands.ts';
import type { ShellSegment, ShellWord } from './shell-syntax.ts';

/** The folders a call may use. */
export interface Boundary {
  /** Absolute path of the workspace. */
  readonly root: string;
  readonly addedFolders: readonly string[];
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
    return folders.some((folder) => !isInside(isAbsolute(text) ? text : join(folder, text), boundary));
  });
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
