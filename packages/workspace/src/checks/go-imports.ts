// Imports and dependencies of Go: packages of the own module that are not there, requirements that are missing or not used.
import { posix } from 'node:path';
import type { CheckSubject, Finding } from './check.ts';
import { type ImportRules, isDevelopmentFile, type SourceImport } from './source-imports.ts';

interface GoModule {
  /** Folder of its go.mod, relative to the root. */
  readonly folder: string;
  readonly path: string;
  /** Paths of required, replaced and tool modules. */
  readonly known: readonly string[];
}

/** Rules of Go modules. */
export const goImports: ImportRules = {
  languages: new Set(['go']),

  unresolved(subject, imports) {
    const modules = goModules(subject);
    return imports.flatMap((one) => {
      const own = modules.find(({ path }) => isBelow(one.specifier, path));
      const folder = own === undefined ? null : posix.join(own.folder, one.specifier.slice(own.path.length));
      if (folder === null || own === undefined || modules.some((other) => isBelow(other.path, one.specifier)))
        return [];
      const nested = modules.find(({ path }) => path !== own.path && isBelow(one.specifier, path));
      if (nested || subject.exists(folder) || isBelow(one.specifier, 'vendor')) return [];
      const isUnsure = /(?:^|\/)(?:gen|generated|pb|proto|mocks?)(?:\/|$)/.test(folder) || isDevelopmentFile(one.path);
      const message = `${one.specifier} is in this module, but there is no folder ${folder}`;
      return [finding(one, { code: 'unresolved-import', severity: isUnsure ? 'unsure' : 'error', message })];
    });
  },

  dependencies(subject, imports) {
    const modules = goModules(subject);
    return modules.flatMap((module) => {
      const own = imports.filter((one) => nearest(modules, one.path) === module);
      return [...missing(module, own, modules), ...unused(subject, module, own)];
    });
  },
};

function missing(module: GoModule, imports: readonly SourceImport[], modules: readonly GoModule[]): Finding[] {
  const told = new Set<string>();
  return imports.flatMap((one) => {
    const first = one.specifier.split('/')[0] ?? '';
    const isOutside = first.includes('.') && !first.startsWith('.');
    const isKnown = [...module.known, ...modules.map(({ path }) => path)].some((path) => isBelow(one.specifier, path));
    if (!isOutside || isKnown || told.has(one.specifier)) return [];
    told.add(one.specifier);
    const file = module.folder === '.' ? 'go.mod' : `${module.folder}/go.mod`;
    const message = `${one.specifier} is imported, but ${file} requires no module that has it`;
    return [
      finding(one, { code: 'missing-dependency', severity: isDevelopmentFile(one.path) ? 'unsure' : 'error', message }),
    ];
  });
}

function unused(subject: CheckSubject, module: GoModule, imports: readonly SourceImport[]): Finding[] {
  const tools = toolsOf(subject.read(posix.join(module.folder, 'go.mod')) ?? '');
  return subject.profile.dependencies.flatMap(({ ecosystem, name, folder, evidence }) => {
    if (ecosystem !== 'go' || folder !== module.folder || imports.length === 0) return [];
    const isUsed =
      imports.some(({ specifier }) => isBelow(specifier, name)) || tools.some((tool) => isBelow(tool, name));
    if (isUsed) return [];
    const message = `${name} is required directly, but no package of this module imports it`;
    const line = evidence.line ?? null;
    return [
      {
        file: evidence.file,
        line,
        column: null,
        severity: 'warning' as const,
        code: 'unused-dependency',
        message,
        source: 'dependencies',
      },
    ];
  });
}

function goModules({ paths, read }: CheckSubject): GoModule[] {
  return paths
    .filter((path) => /(?:^|\/)go\.mod$/.test(path) && !/(?:^|\/)(?:vendor|testdata)\//.test(path))
    .map((path) => {
      const text = (read(path) ?? '').replace(/\/\/(?!\s*indirect).*$/gm, '');
      const known = [
        ...text.matchAll(
          /^\s*(?:require\s+|replace\s+|tool\s+)?([\w.-]+\.[\w.-]+\/[^\s]+|[\w.-]+\.[a-z]+)(?:\s+v|\s+=>|\s*$)/gm,
        ),
      ];
      return {
        folder: posix.dirname(path),
        path: /^module\s+"?([^\s"]+)/m.exec(text)?.[1] ?? '',
        known: [...known.map((match) => match[1] ?? '')],
      };
    })
    .filter(({ path }) => path !== '')
    .sort((a, b) => b.path.length - a.path.length);
}

function toolsOf(text: string): string[] {
  const block = [...text.matchAll(/^tool\s+(?:\(([^)]*)\)|(\S+))/gm)];
  return block.flatMap((match) => (match[1] ?? match[2] ?? '').split(/\s+/)).filter((tool) => tool !== '');
}

function nearest(modules: readonly GoModule[], path: string): GoModule | undefined {
  return modules
    .filter(({ folder }) => folder === '.' || path.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)[0];
}

function isBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}/`);
}

function finding(
  { path, line }: SourceImport,
  { code, severity, message }: Pick<Finding, 'severity' | 'message'> & { readonly code: string },
): Finding {
  return { file: path, line, column: null, severity, code, message, source: 'imports' };
}
