// Finds where an import of JavaScript or TypeScript leads: a relative file, a path of tsconfig, a member, a package.
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import type { CheckSubject } from './check.ts';
import { parseJsonWithComments } from './json-with-comments.ts';

/** A package.json and what it declares. */
export interface NodeManifest {
  /** Folder, relative to the root; `.` for the root. */
  readonly folder: string;
  readonly name: string | null;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly runtime: ReadonlySet<string>;
  readonly development: ReadonlySet<string>;
}

const builtins = new Set(builtinModules);

/** Whether Node itself, or another runtime, brings it. */
export function isBuiltin(specifier: string): boolean {
  return (
    /^(?:node|bun|deno|cloudflare):/.test(specifier) ||
    builtins.has(specifier) ||
    /^(?:bun|electron|vscode)$/.test(specifier)
  );
}

/** The package a bare specifier names; null for what is no package's name (an alias, an address, a virtual module). */
export function packageOf(specifier: string): string | null {
  const match = /^(@[a-z0-9-~][a-z0-9-._~]*\/[a-z0-9-~][a-z0-9-._~]*|[a-z0-9-~][a-z0-9-._~]*)(?:\/|$)/i.exec(specifier);
  if (!match?.[1] || /:/.test(specifier)) return null;
  return match[1];
}

const endings = [
  '',
  '.ts',
  '.tsx',
  '.d.ts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.mts',
  '.cts',
  '.json',
  '.vue',
  '.svelte',
  '.node',
  '.css',
];

/** Whether a path without query leads to a file or a folder with an index, as TypeScript and bundlers look for it. */
export function leadsToFile(exists: (path: string) => boolean, path: string): boolean {
  const bare = path.replace(/[?#].*$/, '').replace(/\/$/, '');
  const tries = endings.map((ending) => `${bare}${ending}`);
  const written = /\.([cm]?)jsx?$/.exec(bare);
  if (written) {
    const stem = bare.slice(0, written.index);
    tries.push(...[`.${written[1]}ts`, '.tsx', `.d.${written[1]}ts`].map((ending) => `${stem}${ending}`));
  }
  return (
    tries.some(exists) ||
    endings.slice(1).some((ending) => exists(`${bare}/index${ending}`)) ||
    exists(`${bare}/package.json`)
  );
}

/** Patterns of `compilerOptions.paths` and the base folder of bare names, of the nearest tsconfig.json. */
export interface PathAliases {
  matches(specifier: string): boolean;
}

/** Aliases that hold for files of a folder. Configurations that are extended are followed within the project. */
export function aliasesFor(subject: CheckSubject, folder: string): PathAliases {
  const prefixes: { readonly head: string; readonly tail: string; readonly exact: boolean }[] = [];
  let base: string | null = null;
  for (const file of configurationsFrom(subject, folder)) {
    const options = optionsOf(subject, file);
    if (typeof options['baseUrl'] === 'string')
      base ??= posix.normalize(posix.join(posix.dirname(file), options['baseUrl']));
    for (const pattern of Object.keys(objectOf(options['paths']))) {
      const star = pattern.indexOf('*');
      prefixes.push(
        star < 0
          ? { head: pattern, tail: '', exact: true }
          : { head: pattern.slice(0, star), tail: pattern.slice(star + 1), exact: false },
      );
    }
  }
  const baseFolder = base;
  return {
    matches: (specifier) =>
      prefixes.some(({ head, tail, exact }) =>
        exact ? specifier === head : specifier.startsWith(head) && specifier.endsWith(tail),
      ) ||
      (baseFolder !== null && leadsToFile(subject.exists, posix.join(baseFolder, specifier))),
  };
}

function configurationsFrom(subject: CheckSubject, folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = posix.dirname(at)) {
    for (const name of ['tsconfig.json', 'jsconfig.json', 'tsconfig.base.json', 'tsconfig.app.json']) {
      const file = at === '.' ? name : `${at}/${name}`;
      if (subject.exists(file)) found.push(...withExtended(subject, file));
    }
    if (at === '.') return found;
  }
}

function withExtended(subject: CheckSubject, file: string, depth = 0): string[] {
  const extended = parseJsonWithComments(subject.read(file) ?? '')['extends'];
  const next = (Array.isArray(extended) ? extended : [extended])
    .filter((one): one is string => typeof one === 'string' && one.startsWith('.'))
    .map((one) => posix.join(posix.dirname(file), /\.json$/.test(one) ? one : `${one}.json`));
  return depth > 5 ? [file] : [file, ...next.flatMap((one) => withExtended(subject, one, depth + 1))];
}

function optionsOf(subject: CheckSubject, file: string): Record<string, unknown> {
  return objectOf(parseJsonWithComments(subject.read(file) ?? '')['compilerOptions']);
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** All package.json files of the project, deepest first. */
export function nodeManifests({ paths, read }: CheckSubject): NodeManifest[] {
  return paths
    .filter((path) => /(?:^|\/)package\.json$/.test(path) && !/(?:^|\/)(?:node_modules|fixtures|testdata)\//.test(path))
    .map((path): NodeManifest => {
      const text = read(path) ?? '{}';
      const data = parseJsonWithComments(text);
      const keys = (...fields: string[]) => new Set(fields.flatMap((field) => Object.keys(objectOf(data[field]))));
      return {
        folder: posix.dirname(path),
        name: typeof data['name'] === 'string' ? data['name'] : null,
        text,
        data,
        runtime: keys('dependencies', 'peerDependencies', 'optionalDependencies'),
        development: keys('devDependencies'),
      };
    })
    .sort((a, b) => depthOf(b.folder) - depthOf(a.folder));
}

function depthOf(folder: string): number {
  return folder === '.' ? 0 : folder.split('/').length;
}

/** The manifests whose folders hold this path, nearest first. */
export function manifestsAround(manifests: readonly NodeManifest[], path: string): NodeManifest[] {
  return manifests.filter(({ folder }) => folder === '.' || path.startsWith(`${folder}/`));
}
