// Dependencies and scripts of package.json, with the versions that npm's, pnpm's, yarn's or bun's lock file fixes.
import { escapeRegex, jsonRecord, lineInside, record } from './manifest-text.ts';
import type { Folder } from './part.ts';
import type { Dependency, DependencyRole, ProjectScript } from './project-profile.ts';
import { evidenceAt, inFolder, lineOf } from './project-reader.ts';

const roles: Readonly<Record<string, DependencyRole>> = {
  dependencies: 'runtime',
  devDependencies: 'development',
  peerDependencies: 'peer',
  optionalDependencies: 'optional',
};

interface Locked {
  readonly version: string;
  readonly line: number | undefined;
}

/** A lock file of a workspace, asked by name. */
export interface LockFile {
  readonly file: string;
  /** The locked version for a package that `folder` (relative to the root) depends on. */
  version(name: string, folder: string): Locked | null;
}

/** Dependencies declared in a folder's package.json. */
export function nodeDependencies(folder: Folder, lock: LockFile | null): Dependency[] {
  const text = folder.read('package.json');
  const manifest = jsonRecord(text);
  if (text === null || manifest === null) return [];
  const found: Dependency[] = [];
  for (const [field, role] of Object.entries(roles)) {
    for (const [name, declared] of Object.entries(record(manifest[field]))) {
      if (typeof declared !== 'string' || found.some((one) => one.name === name)) continue;
      const locked = lock?.version(name, folder.path) ?? null;
      found.push({
        ecosystem: 'npm',
        name,
        role,
        declared,
        locked: locked?.version ?? null,
        folder: folder.path,
        evidence: evidenceAt(inFolder(folder.path, 'package.json'), lineInside(text, field, name)),
        ...(lock && locked ? { lockEvidence: evidenceAt(lock.file, locked.line) } : {}),
      });
    }
  }
  return found;
}

/** Scripts of a folder's package.json. */
export function nodeScripts(folder: Folder): ProjectScript[] {
  const text = folder.read('package.json');
  const scripts = record(jsonRecord(text)?.['scripts']);
  return Object.entries(scripts).flatMap(([name, command]) =>
    typeof command === 'string'
      ? [
          {
            name,
            command,
            folder: folder.path,
            evidence: evidenceAt(inFolder(folder.path, 'package.json'), lineInside(text ?? '', 'scripts', name)),
          },
        ]
      : [],
  );
}

/** The lock file of the folder; null where there is none that can be read. */
export async function nodeLock(folder: Folder): Promise<LockFile | null> {
  const npm = folder.firstOf('package-lock.json', 'npm-shrinkwrap.json');
  if (npm) return npmLock(inFolder(folder.path, npm), folder.read(npm) ?? '');
  if (folder.has('pnpm-lock.yaml')) return pnpmLock('pnpm-lock.yaml', folder.read('pnpm-lock.yaml') ?? '');
  if (folder.has('yarn.lock')) return yarnLock('yarn.lock', folder.read('yarn.lock') ?? '');
  if (folder.has('bun.lock')) return bunLock('bun.lock', folder.read('bun.lock') ?? '');
  return null;
}

function npmLock(file: string, text: string): LockFile | null {
  const lock = jsonRecord(text);
  const packages = record(lock?.['packages']);
  const old = record(lock?.['dependencies']);
  return {
    file,
    version(name, folder) {
      const places = [folder === '.' ? '' : `${folder}/`, ''].map((base) => `${base}node_modules/${name}`);
      const key = places.find((place) => Object.hasOwn(packages, place));
      const entry = record(key === undefined ? old[name] : packages[key]);
      const version = entry['version'];
      return typeof version === 'string' ? { version, line: lineOf(text, `"${key ?? name}": {`) } : null;
    },
  };
}

async function pnpmLock(file: string, text: string): Promise<LockFile | null> {
  const { parse } = await import('yaml');
  let lock: Record<string, unknown>;
  try {
    lock = record(parse(text));
  } catch {
    return null;
  }
  const importers = record(lock['importers']);
  return {
    file,
    version(name, folder) {
      const importer = record(importers[folder] ?? (folder === '.' ? lock : undefined));
      for (const field of Object.keys(roles)) {
        const entry = record(importer[field])[name];
        const version = typeof entry === 'string' ? entry : record(entry)['version'];
        if (typeof version === 'string')
          return {
            version: version.replace(/\(.*$/, ''),
            line: lineOf(text, new RegExp(`^\\s+'?${escapeRegex(name)}'?:`, 'm')),
          };
      }
      return null;
    },
  };
}

/** Both formats of yarn: `name@range:` and below it `version "x"` or `version: x`. */
function yarnLock(file: string, text: string): LockFile {
  return {
    file,
    version(name) {
      const entry = new RegExp(
        `^"?(?:[^\\n]*, )?"?${escapeRegex(name)}@[^\\n]*:\\n(?:[ \\t]+[^\\n]*\\n)*?[ \\t]+version:? "?([^"\\s]+)`,
        'm',
      ).exec(text);
      return entry?.[1] ? { version: entry[1], line: lineOf(text, entry[0]) } : null;
    },
  };
}

function bunLock(file: string, text: string): LockFile {
  return {
    file,
    version(name) {
      const entry = new RegExp(`^\\s*"${escapeRegex(name)}":\\s*\\["${escapeRegex(name)}@([^"]+)"`, 'm').exec(text);
      return entry?.[1] ? { version: entry[1], line: lineOf(text, entry[0].trimStart()) } : null;
    },
  };
}
