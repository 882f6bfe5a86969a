// The files that MCP servers are written in: the user's settings and a folder's `.mcp.json`. Everything else in them stays.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorMessage, type JsonObject, MonkeyError, parseJson } from '@monkey-coder/protocol';

/** Whose file it is. */
export type ServerScope = 'user' | 'project';

/** Path of the file of a scope. */
export function serverFile(scope: ServerScope, place: { readonly config: string; readonly root: string }): string {
  return scope === 'user' ? join(place.config, 'settings.json') : join(place.root, '.mcp.json');
}

/** The servers a file names; none where there is no file. Throws MonkeyError `config.invalid`. */
export function serversOfFile(path: string): JsonObject {
  const { mcpServers } = readFile(path);
  return isObject(mcpServers) ? mcpServers : {};
}

/** Writes or, for undefined, removes one server. Returns whether anything is different now. */
export function changeServer(path: string, name: string, entry: JsonObject | undefined): boolean {
  const before = readFile(path);
  const { [name]: known, ...others } = isObject(before['mcpServers']) ? before['mcpServers'] : {};
  if (JSON.stringify(known) === JSON.stringify(entry)) return false;
  const mcpServers = entry === undefined ? others : { ...others, [name]: entry };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ ...before, mcpServers }, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
  return true;
}

function readFile(path: string): JsonObject {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new MonkeyError('config.invalid', `${path} cannot be read: ${errorMessage(error)}`);
  }
  const value = parseJson(text.replace(/^\uFEFF/, ''));
  if (isObject(value)) return value;
  throw new MonkeyError('config.invalid', `${path} is no JSON object; correct it first`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
