// What a repository declares that would run on this machine: hooks and MCP servers, each with exactly what it starts.
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { errorMessage, type JsonObject, type JsonValue } from '@monkey-coder/protocol';

/** One thing that would run. */
export interface ProjectDeclaration {
  readonly kind: 'hook' | 'mcp-server';
  /** File that declares it, relative to the folder. */
  readonly source: string;
  /** Event of a hook, name of a server. */
  readonly name: string;
  /** Exactly what would run, in one line for a person. */
  readonly runs: string;
  /** As the file has it: a group of hooks of one event, the entry of a server. What runs is made from this, not from the file read again. */
  readonly value: JsonObject;
}

/** Everything a folder declares, and a hash that changes whenever what would run changes. */
export interface ProjectDeclarations {
  /** Real path of the folder. */
  readonly root: string;
  readonly items: readonly ProjectDeclaration[];
  /** SHA-256 (hex) over all items and over the scripts of the repository that they name. */
  readonly hash: string;
  /** Files that could not be read, one line each; they declare nothing. */
  readonly problems: readonly string[];
}

/** Files that are looked at, relative to the folder. */
export const declaringFiles = ['.mcp.json', '.monkey/settings.json', '.monkey/settings.local.json'] as const;

/** A file longer than this is known by its size and time of change instead of its content. */
const maxHashedBytes = 4 * 1024 * 1024;

/** Reads what a folder declares; `items` is empty for most. Throws when the folder does not exist. Nothing is executed. */
export function readProjectDeclarations(folder: string): ProjectDeclarations {
  const root = realpathSync(folder);
  const problems: string[] = [];
  const items = declaringFiles.flatMap((source) => declarationsOf(readObject(root, source, problems), source));
  return { root, items, hash: hashOf(root, items), problems };
}

function readObject(root: string, source: string, problems: string[]): JsonObject {
  try {
    const value = JSON.parse(readFileSync(join(root, source), 'utf8').replace(/^\uFEFF/, '')) as JsonValue;
    if (isObject(value)) return value;
    problems.push(`${source} is no JSON object`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') problems.push(`${source} cannot be read: ${errorMessage(error)}`);
  }
  return {};
}

function declarationsOf(file: JsonObject, source: string): ProjectDeclaration[] {
  return [
    ...entries(file['hooks']).flatMap(([event, groups]) => hooksOf(event, groups, source)),
    ...entries(file['mcpServers']).flatMap(([name, value]) =>
      isObject(value) ? [{ kind: 'mcp-server' as const, source, name, runs: serverLine(value), value }] : [],
    ),
  ];
}

/** One item for each group of hooks, so that its matcher stands beside what it runs. */
function hooksOf(event: string, groups: JsonValue, source: string): ProjectDeclaration[] {
  return (Array.isArray(groups) ? (groups as readonly JsonValue[]) : []).filter(isObject).map((value) => {
    const { matcher, hooks } = value;
    const on = typeof matcher === 'string' && matcher !== '' ? `on ${matcher}: ` : '';
    const list = Array.isArray(hooks) ? (hooks as readonly JsonValue[]) : [];
    return { kind: 'hook', source, name: event, runs: `${on}${list.map(hookLine).join(' ; then ')}`, value };
  });
}

function hookLine(hook: JsonValue): string {
  return isObject(hook) && typeof hook['command'] === 'string' ? hook['command'] : JSON.stringify(hook);
}

/** Command or address first, then whatever else the entry says, so that nothing of it is hidden. */
function serverLine(value: JsonObject): string {
  const { command, args, url, ...rest } = value;
  const words = [command ?? url, ...(Array.isArray(args) ? (args as readonly JsonValue[]) : [])];
  const line = words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' ');
  return Object.keys(rest).length === 0 ? line : `${line} ${JSON.stringify(rest)}`;
}

function hashOf(root: string, items: readonly ProjectDeclaration[]): string {
  const hash = createHash('sha256');
  for (const { kind, source, name, value } of items) {
    hash.update(JSON.stringify([kind, source, name, value, namedFiles(root, value)]));
  }
  return hash.digest('hex');
}

/** Files of the repository that an entry starts, with their content's hash: who changes the script is asked about again. */
function namedFiles(root: string, value: JsonValue): [string, string][] {
  const texts = strings(value).flatMap((text) => [text, text.replace(/["'`]/g, '')]);
  const words = new Set(texts.flatMap((text) => text.split(/[\s"'`;|&()<>=]+/)));
  if (words.has('make')) words.add('Makefile');
  const files = [...words].sort().flatMap((word): [string, string][] => {
    const path = resolve(root, word.replace(/^\$\{?[A-Z_]+\}?[/\\]/, ''));
    const inside = relative(root, path);
    if (word === '' || inside === '' || inside.startsWith(`..${sep}`) || inside === '..' || isAbsolute(inside))
      return [];
    const content = contentHash(path);
    return content === undefined ? [] : [[inside, content]];
  });
  const runsScripts = ['npm', 'npx', 'pnpm', 'yarn', 'bun'].some((runner) => words.has(runner));
  return runsScripts ? [...files, ['package.json', packageScripts(root)]] : files;
}

const scriptName = /\.(?:[cm]?[jt]s|sh|bash|zsh|fish|py|rb|pl|php|lua|ps1|bat|cmd|exe|jar|wasm)$|(?:^|[/\\])Makefile$/i;

/** Of what can be run: scripts by their name, and whatever may be executed. A log or a report that a hook writes is neither. */
function contentHash(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    const info = lstatSync(real);
    const canRun = scriptName.test(real) || (process.platform !== 'win32' && (info.mode & 0o111) !== 0);
    if (!info.isFile() || !canRun) return undefined;
    if (info.size > maxHashedBytes) return `${info.size} ${info.mtimeMs}`;
    return createHash('sha256').update(readFileSync(real)).digest('hex');
  } catch {
    return undefined;
  }
}

/** What `npm run` and its kin would start. */
function packageScripts(root: string): string {
  const scripts = readObject(root, 'package.json', [])['scripts'];
  return createHash('sha256')
    .update(JSON.stringify(scripts ?? null))
    .digest('hex');
}

function strings(value: JsonValue): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => strings(inner as JsonValue));
}

function entries(value: JsonValue | undefined): [string, JsonValue][] {
  return isObject(value) ? Object.entries(value) : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
