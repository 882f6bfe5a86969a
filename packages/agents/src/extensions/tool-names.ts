// What hooks, agents and commands written for other agents call our tools.
import type { JsonObject } from '@monkey-coder/protocol';

const established: Readonly<Record<string, string>> = {
  bash: 'Bash',
  read: 'Read',
  edit: 'Edit',
  apply_patch: 'Edit',
  write: 'Write',
  grep: 'Grep',
  list: 'Glob',
  fetch: 'WebFetch',
  web_search: 'WebSearch',
  todo: 'TodoWrite',
  delegate: 'Task',
};

/** The established name of a tool; its own where there is none. */
export function establishedName(tool: string): string {
  return established[tool] ?? tool;
}

/** Our tools behind a name that others use; the name itself, in lower case, where it is ours or unknown. */
export function ownNames(name: string): string[] {
  const wanted = name.trim().toLowerCase();
  const aliases: Readonly<Record<string, string>> = { multiedit: 'edit', ls: 'glob', shell: 'bash', agent: 'task' };
  const word = aliases[wanted] ?? wanted;
  const ours = Object.entries(established).flatMap(([own, theirs]) => (theirs.toLowerCase() === word ? [own] : []));
  return ours.length > 0 ? ours : [word];
}

/** Our arguments behind those a hook gives instead of `told`: whichever of the two names of the path it changed counts. */
export function ownArguments(given: JsonObject, told: JsonObject): JsonObject {
  if (typeof told['path'] !== 'string') return given;
  const { file_path: established, ...own } = given;
  if (established === undefined) return own;
  return established !== told['file_path'] || own['path'] === undefined ? { ...own, path: established } : own;
}

/** Arguments of a call as hooks know them: ours, and the path under its established name as well. */
export function establishedArguments(argumentsText: string, absolute: (path: string) => string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(argumentsText);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const { path } = value as { readonly path?: unknown };
  return { ...(value as JsonObject), ...(typeof path === 'string' ? { file_path: absolute(path) } : {}) };
}
