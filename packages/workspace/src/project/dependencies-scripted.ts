// Dependencies and scripts of Composer and Bundler.
import { escapeRegex, jsonRecord, lineInside, record } from './manifest-text.ts';
import type { Folder } from './part.ts';
import type { Dependency, DependencyRole, ProjectScript } from './project-profile.ts';
import { evidenceAt, inFolder, lineOf } from './project-reader.ts';

/** Packages that a composer.json requires; the platform (`php`, `ext-*`) is none. */
export function composerDependencies(folder: Folder): Dependency[] {
  const text = folder.read('composer.json');
  const manifest = record(jsonRecord(text));
  const lock = folder.read('composer.lock') ?? '';
  const tables: readonly [string, DependencyRole][] = [
    ['require', 'runtime'],
    ['require-dev', 'development'],
  ];
  return tables.flatMap(([field, role]) =>
    Object.entries(record(manifest[field])).flatMap(([name, declared]) => {
      if (!name.includes('/') || typeof declared !== 'string') return [];
      const pattern = new RegExp(`"name":\\s*"${escapeRegex(name)}",\\s*"version":\\s*"([^"]+)"`);
      const locked = pattern.exec(lock);
      return [
        {
          ecosystem: 'composer' as const,
          name,
          role,
          declared,
          locked: locked?.[1] ?? null,
          folder: folder.path,
          evidence: evidenceAt(inFolder(folder.path, 'composer.json'), lineInside(text ?? '', field, name)),
          ...(locked
            ? { lockEvidence: evidenceAt(inFolder(folder.path, 'composer.lock'), lineOf(lock, locked[0])) }
            : {}),
        },
      ];
    }),
  );
}

/** Scripts of a composer.json. */
export function composerScripts(folder: Folder): ProjectScript[] {
  const text = folder.read('composer.json');
  return Object.entries(record(jsonRecord(text)?.['scripts'])).map(([name, value]) => ({
    name,
    command: Array.isArray(value) ? value.map(String).join(' && ') : String(value),
    folder: folder.path,
    evidence: evidenceAt(inFolder(folder.path, 'composer.json'), lineInside(text ?? '', 'scripts', name)),
  }));
}

/** `gem` lines of a Gemfile, in groups or not, and dependencies of a gemspec. Ruby that computes them is not run. */
export function bundlerDependencies(folder: Folder): Dependency[] {
  const specification = folder.entries.find((entry) => entry.name.endsWith('.gemspec'))?.name;
  const lock = folder.read('Gemfile.lock') ?? '';
  return [...gemfile(folder), ...gemspec(folder, specification)].map(({ file, name, declared, role, line }) => {
    const locked = new RegExp(`^ {4}${escapeRegex(name)} \\(([^)]+)\\)`, 'm').exec(lock);
    return {
      ecosystem: 'bundler' as const,
      name,
      role,
      declared,
      locked: locked?.[1] ?? null,
      folder: folder.path,
      evidence: evidenceAt(inFolder(folder.path, file), line),
      ...(locked ? { lockEvidence: evidenceAt(inFolder(folder.path, 'Gemfile.lock'), lineOf(lock, locked[0])) } : {}),
    };
  });
}

interface Gem {
  readonly file: string;
  readonly name: string;
  readonly declared: string | null;
  readonly role: DependencyRole;
  readonly line: number;
}

function gemfile(folder: Folder): Gem[] {
  let group: DependencyRole = 'runtime';
  return (folder.read('Gemfile') ?? '').split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*group\b/.test(line)) group = /:(?:test|development)/.test(line) ? 'development' : 'runtime';
    else if (/^end\b/.test(line)) group = 'runtime';
    const match = /^\s*gem\s*\(?\s*["']([^"']+)["'](?:\s*,\s*["']([^"']+)["'])?(.*)$/.exec(line);
    if (!match) return [];
    const role = /group(?:s)?:.*:(?:test|development)/.test(match[3] ?? '') ? 'development' : group;
    return [{ file: 'Gemfile', name: match[1] ?? '', declared: match[2] ?? null, role, line: index + 1 }];
  });
}

function gemspec(folder: Folder, file: string | undefined): Gem[] {
  if (file === undefined) return [];
  return (folder.read(file) ?? '').split(/\r?\n/).flatMap((line, index) => {
    const match =
      /^[^#]*\.add_(development_|runtime_)?dependency\s*\(?\s*["']([^"']+)["'](?:\s*,\s*["']([^"']+)["'])?/.exec(line);
    if (!match) return [];
    const role = match[1] === 'development_' ? 'development' : 'runtime';
    return [{ file, name: match[2] ?? '', declared: match[3] ?? null, role, line: index + 1 }];
  });
}
