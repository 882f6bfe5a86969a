// Modules and dependencies of Rust: `mod` without its file, crates that are used but not declared, or declared but named nowhere.
import { posix } from 'node:path';
import type { Dependency } from '../project/project-profile.ts';
import type { CheckSubject, Finding } from './check.ts';
import type { ImportRules, SourceImport } from './source-imports.ts';

/** Rules of Rust crates. */
export const rustImports: ImportRules = {
  languages: new Set(['rust']),

  unresolved(subject) {
    return subject.paths.filter((path) => path.endsWith('.rs')).flatMap((path) => missingModules(subject, path));
  },

  dependencies(subject, imports, words) {
    const declared = subject.profile.dependencies.filter(({ ecosystem }) => ecosystem === 'cargo');
    return [...missing(subject, imports, declared), ...unused(subject, declared, words)];
  },
};

/** `mod x;` at the start of a line, without an attribute above it that gives a path or a condition. */
function missingModules({ read, exists }: CheckSubject, path: string): Finding[] {
  const lines = (read(path) ?? '').split('\n');
  const name = posix.basename(path, '.rs');
  const folder = posix.dirname(path);
  const isRoot =
    /^(?:mod|lib|main|build)$/.test(name) || /(?:^|\/)(?:bin|tests|examples|benches)\/[^/]+\.rs$/.test(path);
  const base = isRoot ? folder : `${folder}/${name}`;
  return lines.flatMap((line, index): Finding[] => {
    const module = /^(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;/.exec(line)?.[1];
    if (module === undefined || /^\s*#\[/.test(lines[index - 1] ?? '')) return [];
    const places = [`${base}/${module}.rs`, `${base}/${module}/mod.rs`];
    if (places.some((place) => exists(posix.normalize(place)))) return [];
    const message = `mod ${module}: neither ${places.join(' nor ')} is there`;
    return [
      {
        file: path,
        line: index + 1,
        column: 1,
        severity: 'error',
        code: 'unresolved-import',
        message,
        source: 'imports',
      },
    ];
  });
}

const always = new Set(['std', 'core', 'alloc', 'proc_macro', 'test', 'crate', 'self', 'super', 'Self', 'libc']);

/** A first segment may be a module, a type or a name brought in before: what is not known as one is told as unsure. */
function missing(subject: CheckSubject, imports: readonly SourceImport[], declared: readonly Dependency[]): Finding[] {
  const crates = knownNames(subject, imports, declared);
  const told = new Set<string>();
  return imports.flatMap((one) => {
    const crate = one.language === 'rust' ? (one.specifier.split('::')[0] ?? '') : '';
    if (crate === '' || always.has(crate) || crates.has(crate) || told.has(crate) || !/^[a-z]/.test(crate)) return [];
    told.add(crate);
    const message = `${crate} is used, but Cargo.toml declares no crate of that name`;
    return [
      {
        file: one.path,
        line: one.line,
        column: null,
        severity: 'unsure' as const,
        code: 'missing-dependency',
        message,
        source: 'imports',
      },
    ];
  });
}

/** Declared crates, members, modules, and every name that a file defines or imports. */
function knownNames(
  subject: CheckSubject,
  imports: readonly SourceImport[],
  declared: readonly Dependency[],
): ReadonlySet<string> {
  const members = subject.profile.members.flatMap(({ name }) => name ?? []);
  const manifest = subject.read('Cargo.toml') ?? '';
  const own = [...manifest.matchAll(/^name\s*=\s*"([^"]+)"/gm)].map((match) => match[1] ?? '');
  const names = new Set([...declared.map(({ name }) => name), ...members, ...own].map(crateName));
  for (const path of subject.paths.filter((one) => one.endsWith('.rs'))) {
    for (const part of path.replace(/\.rs$/, '').split('/')) names.add(part);
    const text = subject.read(path) ?? '';
    for (const [, name] of text.matchAll(/\b(?:mod|enum|struct|trait|type|union)\s+(\w+)/g)) names.add(name ?? '');
  }
  for (const one of imports) for (const { local } of one.names) names.add(local);
  return names;
}

function unused(subject: CheckSubject, declared: readonly Dependency[], words: ReadonlySet<string>): Finding[] {
  return declared.flatMap(({ name, role, folder, evidence }) => {
    const manifest = subject.read(posix.join(folder, 'Cargo.toml')) ?? '';
    // Features of another crate, and crates that are only linked, need no word in the code.
    const isNamed = words.has(crateName(name)) || words.has(name) || new RegExp(`["/:]${name}[/?"]`).test(manifest);
    if (isNamed || role === 'optional' || /-sys$|^openssl$/.test(name)) return [];
    const message = `${name} is declared, but ${crateName(name)} stands in no file`;
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

function crateName(name: string): string {
  return name.replaceAll('-', '_');
}
