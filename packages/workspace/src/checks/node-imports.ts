// Imports and dependencies of JavaScript and TypeScript: what leads nowhere, what is used but not declared, what is declared but not used.
import { posix } from 'node:path';
import { escapeRegex, lineInside } from '../project/manifest-text.ts';
import type { CheckSubject, Finding } from './check.ts';
import { parseJsonWithComments } from './json-with-comments.ts';
import {
  aliasesFor,
  isBuiltin,
  leadsToFile,
  manifestsAround,
  type NodeManifest,
  nodeManifests,
  type PathAliases,
  packageOf,
} from './node-resolve.ts';
import { type ImportRules, isDevelopmentFile, type SourceImport } from './source-imports.ts';

/** Rules of npm packages. */
export const nodeImports: ImportRules = {
  languages: new Set(['javascript', 'typescript', 'tsx']),

  unresolved(subject, imports) {
    return imports.flatMap((one) => relativeFinding(subject, one) ?? []);
  },

  dependencies(subject, imports, words) {
    const manifests = nodeManifests(subject);
    if (manifests.length === 0) return [];
    return [
      ...missing(subject, imports, manifests),
      ...manifests.flatMap((manifest) => unused({ subject, words, manifest }, imports)),
    ];
  },
};

/** Folders that a build fills, and names that a plugin answers. */
const madeByBuild = /(?:^|\/)(?:dist|build|out|lib|generated|gen|__generated__|\.[\w-]+|\+types|public|static)(?:\/|$)/;

function relativeFinding(subject: CheckSubject, one: SourceImport): Finding | null {
  if (!/^\.{1,2}(?:\/|$)/.test(one.specifier) || /[!*$]/.test(one.specifier)) return null;
  const target = posix.normalize(posix.join(posix.dirname(one.path), one.specifier));
  if (target.startsWith('..') || leadsToFile(subject.exists, target)) return null;
  const isUnsure = one.isGuarded || madeByBuild.test(target) || isDevelopmentFile(one.path) || /\?/.test(one.specifier);
  const message = `${JSON.stringify(one.specifier)} leads to no file`;
  return finding(one, { code: 'unresolved-import', severity: isUnsure ? 'unsure' : 'error', message });
}

function missing(
  subject: CheckSubject,
  imports: readonly SourceImport[],
  manifests: readonly NodeManifest[],
): Finding[] {
  const members = new Set(manifests.flatMap(({ name }) => name ?? []));
  const aliases = new Map<string, PathAliases>();
  const told = new Set<string>();
  return imports.flatMap((one) => {
    const name = /^[./#~]|^@\//.test(one.specifier) || isBuiltin(one.specifier) ? null : packageOf(one.specifier);
    const around = name === null ? [] : manifestsAround(manifests, one.path);
    const [nearest] = around;
    if (name === null || nearest === undefined || nearest.name === name || isDeclared(nearest, name)) return [];
    const folder = posix.dirname(one.path);
    const alias = aliases.get(folder) ?? aliasesFor(subject, folder);
    aliases.set(folder, alias);
    if (alias.matches(one.specifier) || told.has(`${nearest.folder} ${name}`)) return [];
    told.add(`${nearest.folder} ${name}`);
    return [undeclared(one, { name, around, subject, isMember: members.has(name) })];
  });
}

function isDeclared({ runtime, development }: NodeManifest, name: string): boolean {
  const types = `@types/${name.startsWith('@') ? name.slice(1).replace('/', '__') : name}`;
  return [name, types].some((candidate) => runtime.has(candidate) || development.has(candidate));
}

interface Place {
  readonly subject: CheckSubject;
  readonly words: ReadonlySet<string>;
  readonly manifest: NodeManifest;
}

interface Undeclared {
  readonly name: string;
  readonly around: readonly NodeManifest[];
  readonly subject: CheckSubject;
  readonly isMember: boolean;
}

/** Declared above, or a member: it resolves by where it stands. Installed without being declared: a phantom. Neither: missing. */
function undeclared(one: SourceImport, { name, around, subject, isMember }: Undeclared): Finding {
  const [nearest, ...above] = around;
  const manifest = nearest?.folder === '.' ? 'package.json' : `${nearest?.folder}/package.json`;
  const outer = above.find((candidate) => isDeclared(candidate, name));
  if (outer || isMember) {
    const where = outer
      ? outer.folder === '.'
        ? 'package.json'
        : `${outer.folder}/package.json`
      : 'a member of this workspace';
    const message = `${name} is not declared in ${manifest}; it is found through ${where}`;
    return finding(one, { code: 'phantom-dependency', severity: 'unsure', message });
  }
  const isInstalled = around.some(({ folder }) =>
    subject.exists(posix.join(folder, 'node_modules', name, 'package.json')),
  );
  const isUnsure =
    one.isGuarded || one.isTypeOnly || isDevelopmentFile(one.path) || isAliasedByTool(subject, around, name);
  if (isInstalled) {
    const message = `${name} is installed because something else needs it, but ${manifest} does not declare it`;
    return finding(one, { code: 'phantom-dependency', severity: isUnsure ? 'unsure' : 'error', message });
  }
  const message = `${name} is imported, but ${manifest} does not declare it`;
  return finding(one, { code: 'missing-dependency', severity: isUnsure ? 'unsure' : 'error', message });
}

/** A bundler's or test runner's configuration that speaks of aliases may answer the name. */
function isAliasedByTool(subject: CheckSubject, around: readonly NodeManifest[], name: string): boolean {
  const first = name.split('/')[0] ?? name;
  return around.some(
    ({ folder, data }) =>
      JSON.stringify([data['imports'], data['alias'], data['jest']]).includes(`"${first}`) ||
      subject.paths.some(
        (path) =>
          posix.dirname(path) === folder &&
          /(?:^|\/)(?:vite|vitest|webpack|rollup|jest|babel|metro|next|rspack|astro|svelte)\.config\.\w+$/.test(path) &&
          /alias|moduleNameMapper|external/.test(subject.read(path) ?? ''),
      ),
  );
}

/** Declared, but neither imported nor named in any other file of its package: told with care. */
function unused(place: Place, imports: readonly SourceImport[]): Finding[] {
  const { manifest } = place;
  const base = manifest.folder === '.' ? '' : `${manifest.folder}/`;
  const imported = new Set(
    imports.filter(({ path }) => path.startsWith(base)).flatMap(({ specifier }) => packageOf(specifier) ?? []),
  );
  if (imported.size === 0) return [];
  const fields = ['dependencies', 'devDependencies', 'optionalDependencies'];
  return fields.flatMap((field) =>
    Object.keys(objectOf(manifest.data[field])).flatMap((name) => {
      if (imported.has(name) || isUsedOtherwise(place, name, imported)) return [];
      const file = `${base}package.json`;
      const severity = field === 'dependencies' ? ('warning' as const) : ('unsure' as const);
      const line = lineInside(manifest.text, field, name) ?? null;
      const message = `${name} is declared, but no file imports or names it`;
      return [{ file, line, column: null, severity, code: 'unused-dependency', message, source: 'dependencies' }];
    }),
  );
}

function isUsedOtherwise(place: Place, name: string, imported: ReadonlySet<string>): boolean {
  const { subject, manifest, words } = place;
  if (name.startsWith('@types/')) return isTypesOfUsed(name, imported, manifest);
  const { bin } = installedManifest(subject, manifest, name);
  const bins = typeof bin === 'string' ? [name.split('/').at(-1) ?? name] : Object.keys(objectOf(bin));
  // Its own manifest names it once, as a dependency.
  const own = JSON.stringify({ ...manifest.data, dependencies: {}, devDependencies: {}, optionalDependencies: {} });
  return (
    own.includes(name) ||
    [...bins, name].some((word) => words.has(word) || isWordOf(own, word)) ||
    isPeerOfDeclared(subject, manifest, name)
  );
}

function isWordOf(text: string, word: string): boolean {
  return new RegExp(`(?:^|[\\s"'&|;(/])${escapeRegex(word)}(?:$|[\\s"'&|;)])`).test(text);
}

function installedManifest(subject: CheckSubject, { folder }: NodeManifest, name: string): Record<string, unknown> {
  for (const at of [folder, '.']) {
    const text = subject.read(posix.join(at, 'node_modules', name, 'package.json'));
    if (text !== null) return parseJsonWithComments(text);
  }
  return {};
}

/** Types are used with the package they describe; those of Node and of globals need no import. */
function isTypesOfUsed(name: string, imported: ReadonlySet<string>, { data }: NodeManifest): boolean {
  const bare = name.slice(7);
  const described = bare.includes('__') ? `@${bare.replace('__', '/')}` : bare;
  const globals = /^(?:node|jest|mocha|chai|jasmine|bun|google\.|chrome|react|react-dom|web|webpack-env|cypress|gtag)/;
  const all = {
    ...objectOf(data['dependencies']),
    ...objectOf(data['devDependencies']),
    ...objectOf(data['peerDependencies']),
  };
  return imported.has(described) || Object.hasOwn(all, described) || globals.test(bare);
}

function isPeerOfDeclared(subject: CheckSubject, manifest: NodeManifest, name: string): boolean {
  return [...manifest.runtime, ...manifest.development].some((other) =>
    Object.hasOwn(objectOf(installedManifest(subject, manifest, other)['peerDependencies']), name),
  );
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function finding(
  { path, line }: SourceImport,
  { code, severity, message }: Pick<Finding, 'severity' | 'message'> & { readonly code: string },
): Finding {
  return { file: path, line, column: null, severity, code, message, source: 'imports' };
}
