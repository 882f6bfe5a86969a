// Imports and dependencies of Python, compared with what the project declares; names that differ are known by a table.
import { posix } from 'node:path';
import { distributionName } from '../project/dependencies-python.ts';
import type { Dependency } from '../project/project-profile.ts';
import type { CheckSubject, Finding } from './check.ts';
import { pythonDistributions, pythonStandardModules, pythonUsedWithoutImport } from './python-names.ts';
import { type ImportRules, isDevelopmentFile, type SourceImport } from './source-imports.ts';

/** Rules of Python distributions. */
export const pythonImports: ImportRules = {
  languages: new Set(['python']),

  unresolved(subject, imports) {
    return imports.flatMap((one) => relativeFinding(subject, one) ?? []);
  },

  dependencies(subject, imports, words) {
    const declared = subject.profile.dependencies.filter(({ ecosystem }) => ecosystem === 'python');
    if (declared.length === 0) return [];
    return [...missing(subject, imports, declared), ...unused(imports, declared, words)];
  },
};

/** `from .a.b import c`: the module must be a file or folder; what is imported from `.` itself may be made in `__init__`. */
function relativeFinding(subject: CheckSubject, one: SourceImport): Finding | null {
  const match = /^(\.+)(\w[\w.]*)$/.exec(one.specifier);
  if (!match) return null;
  const up = '../'.repeat((match[1] ?? '.').length - 1);
  const target = posix.normalize(posix.join(posix.dirname(one.path), up, (match[2] ?? '').replaceAll('.', '/')));
  if (target.startsWith('..') || moduleExists(subject, target)) return null;
  const isUnsure = one.isGuarded || one.isTypeOnly || hasCompiledSource(subject, target) || isDevelopmentFile(one.path);
  return finding(one, {
    code: 'unresolved-import',
    severity: isUnsure ? 'unsure' : 'error',
    message: `${one.specifier} leads to no module`,
  });
}

function moduleExists({ exists }: CheckSubject, path: string): boolean {
  return exists(`${path}.py`) || exists(`${path}.pyi`) || exists(path);
}

/** Extensions, Cython and version files are made when the project is installed. */
function hasCompiledSource({ paths }: CheckSubject, target: string): boolean {
  const name = posix.basename(target);
  return (
    /^_?version$|^_|_pb2(?:_grpc)?$/.test(name) ||
    paths.some(
      (path) =>
        posix.dirname(path) === posix.dirname(target) &&
        new RegExp(`^${name}\\b.*\\.(?:pyx|pxd|c|cpp|rs|so|in)$`).test(posix.basename(path)),
    )
  );
}

function missing(subject: CheckSubject, imports: readonly SourceImport[], declared: readonly Dependency[]): Finding[] {
  const local = localModules(subject.paths);
  const names = new Set(declared.map(({ name }) => distributionName(name)));
  const isDynamic =
    subject.exists('setup.py') || /^dynamic\s*=.*dependencies/m.test(subject.read('pyproject.toml') ?? '');
  const told = new Set<string>();
  return imports.flatMap((one) => {
    const module = one.specifier.split('.')[0] ?? '';
    if (module === '' || pythonStandardModules.has(module) || module.startsWith('_') || local.has(module)) return [];
    if (told.has(module) || isBroughtBy(one.specifier, names)) return [];
    told.add(module);
    const isUnsure = one.isGuarded || one.isTypeOnly || isDynamic || isDevelopmentFile(one.path);
    const known = pythonDistributions[module]?.[0];
    const brings =
      known && known !== module ? `${known}, which brings it, is not declared` : 'nothing that brings it is declared';
    const message = `${module} is imported, but ${brings}`;
    return [finding(one, { code: 'missing-dependency', severity: isUnsure ? 'unsure' : 'error', message })];
  });
}

/** Every folder and file name that could be a module of the project: sources may stand below any folder of the path. */
function localModules(paths: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of paths) {
    if (!/\.(?:pyi?|pyx)$/.test(path)) continue;
    const parts = path.split('/');
    for (const part of parts.slice(0, -1)) names.add(part);
    names.add((parts.at(-1) ?? '').replace(/\..*$/, ''));
  }
  return names;
}

/** Whether a declared distribution may bring the module: same name, known name, a name with a usual prefix, or a namespace's. */
function isBroughtBy(specifier: string, names: ReadonlySet<string>): boolean {
  const module = specifier.split('.')[0] ?? '';
  const bare = distributionName(module);
  if (names.has(bare) || pythonDistributions[module]?.some((name) => names.has(name))) return true;
  const whole = distributionName(specifier);
  for (const name of names) {
    if (whole === name || whole.startsWith(`${name}-`)) return true;
    if (name.startsWith(`${bare}-`) || name.endsWith(`-${bare}`)) return true;
    if (
      name === `py${bare}` ||
      name === `python${bare}` ||
      name === `${bare}2` ||
      name.replaceAll('-', '') === bare.replaceAll('-', '')
    )
      return true;
  }
  return false;
}

function unused(
  imports: readonly SourceImport[],
  declared: readonly Dependency[],
  words: ReadonlySet<string>,
): Finding[] {
  const modules = new Set(imports.map(({ specifier }) => specifier.split('.')[0] ?? ''));
  if (modules.size === 0) return [];
  const spelled = new Set([...modules].map(distributionName));
  const named = new Set([...words].map(distributionName));
  return declared.flatMap(({ name, role, evidence }) => {
    const key = distributionName(name);
    if (role === 'build' || pythonUsedWithoutImport.test(key) || spelled.has(key) || named.has(key)) return [];
    if ([...modules].some((module) => isBroughtBy(module, new Set([key])))) return [];
    const isTabled = Object.values(pythonDistributions).some((all) => all.includes(key));
    const severity = isTabled && role === 'runtime' ? ('warning' as const) : ('unsure' as const);
    const message = `${name} is declared, but no file imports or names it`;
    const line = evidence.line ?? null;
    return [
      { file: evidence.file, line, column: null, severity, code: 'unused-dependency', message, source: 'dependencies' },
    ];
  });
}

function finding(
  { path, line }: SourceImport,
  { code, severity, message }: Pick<Finding, 'severity' | 'message'> & { readonly code: string },
): Finding {
  return { file: path, line, column: null, severity, code, message, source: 'imports' };
}
