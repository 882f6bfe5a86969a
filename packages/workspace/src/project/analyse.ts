// Finds out what kind of project a folder is, by reading files alone. Nothing is executed, and unknown stays unknown.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dotnetPart, goPart, rustPart } from './compiled-parts.ts';
import { javaPart } from './java-part.ts';
import { nodePart } from './node-part.ts';
import { type Folder, folderOf, type ProjectPart } from './part.ts';
import type { ProjectCheck, ProjectFacts } from './project-facts.ts';
import { createProjectReader, type ProjectReader } from './project-reader.ts';
import { pythonPart } from './python-part.ts';
import { makeChecks, phpPart, rubyPart } from './scripted-parts.ts';
import { swiftPart } from './swift-part.ts';

interface Ecosystem {
  /** A name in the folder that makes it worth a look. */
  readonly marker: RegExp;
  readonly recognise: (folder: Folder) => Promise<ProjectPart | null>;
}

const ecosystems: readonly Ecosystem[] = [
  { marker: /^package\.json$/, recognise: nodePart },
  {
    marker: /\.py$|^(?:pyproject\.toml|setup\.cfg|requirements.*\.txt|Pipfile|tox\.ini|pytest\.ini)$/,
    recognise: pythonPart,
  },
  { marker: /^go\.(?:mod|work)$/, recognise: goPart },
  { marker: /^Cargo\.toml$/, recognise: rustPart },
  { marker: /^(?:pom\.xml|(?:build|settings)\.gradle(?:\.kts)?)$/, recognise: javaPart },
  { marker: /^composer\.json$/, recognise: phpPart },
  { marker: /^(?:Gemfile|Rakefile|\.rspec)$|\.gemspec$/, recognise: rubyPart },
  { marker: /\.(?:slnx?|csproj|fsproj|vbproj)$/, recognise: dotnetPart },
  { marker: /^Package\.swift$/, recognise: swiftPart },
];

/**
 * What can be read off the files of a project: languages, package managers, frameworks, checks, workspace members, each with its evidence.
 * When the root itself has no manifest, its folders are looked at, one level down. `reader` replaces the file system.
 */
export async function analyseProject(
  root: string,
  reader: ProjectReader = createProjectReader(root),
): Promise<ProjectFacts> {
  const top = folderOf(reader, '.');
  let parts = await partsOf(top);
  const hasManifest = parts.some((part) => part.packageManagers.length > 0);
  if (!hasManifest) parts = [...parts, ...(await partsBelow(top))];
  const checks = parts.flatMap((part) => part.checks);
  const rootKinds = new Set(checks.filter((check) => check.cwd === '.').map((check) => check.kind));
  const all = unique([...checks, ...makeChecks(top, rootKinds)]);
  return {
    summary: summaryOf(parts, all),
    name: parts.find((part) => part.name !== null)?.name ?? null,
    languages: [...new Set(parts.flatMap((part) => part.languages))],
    packageManagers: parts.flatMap((part) => part.packageManagers),
    frameworks: parts.flatMap((part) => part.frameworks),
    checks: all,
    members: [...new Set(parts.flatMap((part) => part.members))].sort(),
    isGitRepository: isInGit(root, top),
  };
}

async function partsOf(folder: Folder): Promise<ProjectPart[]> {
  const parts: ProjectPart[] = [];
  for (const { marker, recognise } of ecosystems) {
    const part = folder.entries.some((entry) => marker.test(entry.name)) ? await recognise(folder) : null;
    if (part) parts.push(part);
  }
  // Python sources in folders of their own need no manifest.
  const python = parts.length === 0 ? await pythonPart(folder) : null;
  return python ? [python] : parts;
}

const passedOver = new Set([
  'node_modules',
  'vendor',
  'target',
  'dist',
  'build',
  'out',
  'venv',
  'env',
  '__pycache__',
  'docs',
  'doc',
  'examples',
]);
const MAX_FOLDERS = 30;

async function partsBelow(top: Folder): Promise<ProjectPart[]> {
  const names = top.entries.filter(
    (entry) => entry.isFolder && !entry.name.startsWith('.') && !passedOver.has(entry.name),
  );
  const found: ProjectPart[] = [];
  for (const { name } of names.slice(0, MAX_FOLDERS)) {
    const parts = await partsOf(folderOf(top.reader, name));
    found.push(
      ...parts
        .filter((part) => part.packageManagers.length > 0)
        .map((part) => ({ ...part, members: [name, ...part.members] })),
    );
  }
  return found;
}

function unique(checks: readonly ProjectCheck[]): ProjectCheck[] {
  return checks.filter(
    (check, i) => checks.findIndex((other) => other.command === check.command && other.cwd === check.cwd) === i,
  );
}

function summaryOf(parts: readonly ProjectPart[], checks: readonly ProjectCheck[]): string {
  const tests = checks
    .filter((check) => check.kind === 'tests')
    .map((check) => (check.cwd === '.' ? check.command : `${check.command} (in ${check.cwd})`));
  const tested =
    tests.length === 0 ? 'no tests found' : `tests: ${tests.slice(0, 3).join(', ')}${tests.length > 3 ? ', …' : ''}`;
  if (parts.length === 0) return `Unknown kind of project, ${tested}`;
  const described = parts.slice(0, 3).map((part) => {
    const inside = [...part.languages, ...part.packageManagers.map((manager) => manager.name)];
    return `${part.label}${part.name === null ? '' : ` "${part.name}"`} (${[...new Set(inside)].join(', ')})`;
  });
  return `${described.join(' and ')}${parts.length > 3 ? ' and more' : ''}, ${tested}`;
}

/** The root or a folder above it has a `.git`. */
function isInGit(root: string, top: Folder): boolean {
  if (top.has('.git')) return true;
  for (let folder = dirname(root); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true;
    if (folder === dirname(folder)) return false;
  }
}
