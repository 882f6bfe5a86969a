// Reads everything about a project that its files tell: dependencies, scripts, members, configuration, languages and patterns.
import { analyseProject } from './analyse.ts';
import { codingPatterns } from './coding-patterns.ts';
import { configurationOf } from './configuration-files.ts';
import {
  cargoDependencies,
  goDependencies,
  gradleDependencies,
  mavenDependencies,
  nugetDependencies,
  swiftDependencies,
} from './dependencies-compiled.ts';
import { type LockFile, nodeDependencies, nodeLock, nodeScripts } from './dependencies-node.ts';
import { pythonDependencies, pythonScripts } from './dependencies-python.ts';
import { bundlerDependencies, composerDependencies, composerScripts } from './dependencies-scripted.ts';
import { formattersOfAll } from './format-command.ts';
import { languageShares } from './language-shares.ts';
import { jsonRecord } from './manifest-text.ts';
import { type Folder, folderOf } from './part.ts';
import type { Evidence, ProjectFacts } from './project-facts.ts';
import type { Dependency, ProjectCommand, ProjectMember, ProjectProfile, ProjectScript } from './project-profile.ts';
import { createProjectReader, type ProjectReader } from './project-reader.ts';

/** What a profile is made from. */
export interface ProfileOptions {
  /** Paths of the project's files, relative to the root; languages and patterns are counted from them. */
  readonly paths: readonly string[];
  /** `paths` is not all. */
  readonly truncated?: boolean;
  /** A path whose surroundings count first for patterns. */
  readonly near?: string;
  readonly reader?: ProjectReader;
}

const maxFolders = 300;

/** The whole profile of a project. Only files are read; nothing is executed, and what no file says is left empty. */
export async function profileProject(root: string, options: ProfileOptions): Promise<ProjectProfile> {
  const reader = options.reader ?? createProjectReader(root);
  const facts = await analyseProject(root, reader);
  const folders = ['.', ...facts.members].slice(0, maxFolders).map((path) => folderOf(reader, path));
  const top = folders[0] ?? folderOf(reader, '.');
  const configuration = folders.flatMap(configurationOf);
  const lock = await nodeLock(top);
  const dependencies: Dependency[] = [];
  const scripts: ProjectScript[] = [];
  for (const folder of folders) {
    dependencies.push(...(await dependenciesOf(folder, top, lock)));
    scripts.push(...nodeScripts(folder), ...(await pythonScripts(folder)), ...composerScripts(folder));
  }
  return {
    facts,
    type: typeOf(top, facts),
    languages: languageShares(options.paths),
    dependencies,
    scripts,
    members: facts.members.map((path) => memberOf(folderOf(reader, path))),
    commands: [...facts.checks, ...formatCommands(folders)],
    configuration,
    patterns: codingPatterns(reader, options.paths, options.near),
    files: { count: options.paths.length, truncated: options.truncated ?? false },
  };
}

async function dependenciesOf(folder: Folder, top: Folder, lock: LockFile | null): Promise<Dependency[]> {
  return [
    ...nodeDependencies(folder, folder.path === '.' ? lock : ((await nodeLock(folder)) ?? lock)),
    ...(await pythonDependencies(folder)),
    ...(await cargoDependencies(folder, top)),
    ...goDependencies(folder),
    ...mavenDependencies(folder),
    ...(await gradleDependencies(folder, top)),
    ...composerDependencies(folder),
    ...bundlerDependencies(folder),
    ...nugetDependencies(folder, top),
    ...swiftDependencies(folder),
  ];
}

function formatCommands(folders: readonly Folder[]): ProjectCommand[] {
  const all = folders.map((folder) => ({ folder, configuration: configurationOf(folder) }));
  return formattersOfAll(all).map(({ write, cwd, evidence }) => ({
    kind: 'format',
    command: write,
    cwd,
    evidence,
  }));
}

const manifests = [
  'package.json',
  'pyproject.toml',
  'Cargo.toml',
  'go.mod',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'composer.json',
  'Package.swift',
];

function memberOf(folder: Folder): ProjectMember {
  const project = folder.entries.find((entry) => /\.(?:cs|fs|vb)proj$/.test(entry.name))?.name;
  const file = folder.firstOf(...manifests) ?? project;
  if (file === undefined) return { path: folder.path, name: null, evidence: { file: folder.path } };
  const pattern = namePatterns[file];
  const name = file === project ? file.replace(/\.\w+$/, '') : (pattern?.exec(memberText(folder, file))?.[1] ?? null);
  return { path: folder.path, name, evidence: folder.evidence(file, pattern) };
}

/** The text in which a member's own name is looked for: a pom names its parent first. */
function memberText(folder: Folder, file: string): string {
  const text = folder.read(file) ?? '';
  return file === 'pom.xml' ? text.replace(/<parent>[\s\S]*?<\/parent>/, '') : text;
}

const namePatterns: Readonly<Record<string, RegExp>> = {
  'package.json': /^\s*"name"\s*:\s*"([^"]+)"/m,
  'pyproject.toml': /^name\s*=\s*["']([^"']+)["']/m,
  'Cargo.toml': /^name\s*=\s*["']([^"']+)["']/m,
  'go.mod': /^module\s+(\S+)/m,
  'pom.xml': /<artifactId>\s*([^<\s]+)\s*</,
  'composer.json': /^\s*"name"\s*:\s*"([^"]+)"/m,
  'Package.swift': /name:\s*"([^"]+)"/,
};

interface TypeRule {
  readonly file: RegExp;
  readonly pattern: RegExp;
  readonly name: 'application' | 'library';
}

/** In this order: what can be run is an application, what can only be imported is a library. */
const typeRules: readonly TypeRule[] = [
  { file: /^package\.json$/, pattern: /^\s*"bin"\s*:/m, name: 'application' },
  { file: /^package\.json$/, pattern: /^\s*"(?:start|dev|serve)"\s*:/m, name: 'application' },
  { file: /^package\.json$/, pattern: /^\s*"(?:main|module|exports|types)"\s*:/m, name: 'library' },
  { file: /^manage\.py$/, pattern: /django/i, name: 'application' },
  {
    file: /^pyproject\.toml$/,
    pattern: /^\[project\.(?:gui-)?scripts\]|^\[tool\.poetry\.scripts\]/m,
    name: 'application',
  },
  { file: /^pyproject\.toml$/, pattern: /^\[build-system\]/m, name: 'library' },
  { file: /^Cargo\.toml$/, pattern: /^\[\[bin\]\]/m, name: 'application' },
  { file: /^Cargo\.toml$/, pattern: /^\[lib\]/m, name: 'library' },
  { file: /^pom\.xml$/, pattern: /spring-boot-maven-plugin|<packaging>war</, name: 'application' },
  { file: /^build\.gradle(?:\.kts)?$/, pattern: /\bapplication\b|org\.springframework\.boot/, name: 'application' },
  { file: /^build\.gradle(?:\.kts)?$/, pattern: /java-library/, name: 'library' },
  { file: /^composer\.json$/, pattern: /"type"\s*:\s*"project"/, name: 'application' },
  { file: /^composer\.json$/, pattern: /"type"\s*:\s*"library"/, name: 'library' },
  { file: /\.gemspec$/, pattern: /Gem::Specification/, name: 'library' },
  {
    file: /\.(?:cs|fs|vb)proj$/,
    pattern: /<OutputType>\s*(?:Win)?Exe|Sdk="Microsoft\.NET\.Sdk\.Web"/,
    name: 'application',
  },
  { file: /\.(?:cs|fs|vb)proj$/, pattern: /Sdk="Microsoft\.NET\.Sdk"/, name: 'library' },
  { file: /^Package\.swift$/, pattern: /\.executable(?:Target)?\s*\(/, name: 'application' },
  { file: /^Package\.swift$/, pattern: /\.library\s*\(/, name: 'library' },
];

/** The file that an ecosystem starts a program from. */
const mains: readonly (readonly [marker: string, folder: string, file: string, name: TypeRule['name']])[] = [
  ['Cargo.toml', 'src', 'main.rs', 'application'],
  ['Cargo.toml', 'src', 'lib.rs', 'library'],
  ['go.mod', '.', 'main.go', 'application'],
];

function typeOf(top: Folder, facts: ProjectFacts): ProjectProfile['type'] {
  const manifest: Evidence | undefined = facts.packageManagers[0]?.evidence;
  if (facts.members.length > 1 && manifest) return { name: 'monorepo', evidence: manifest };
  for (const rule of typeRules) {
    const evidence = ruleEvidence(top, rule);
    if (evidence) return { name: rule.name, evidence };
  }
  for (const [marker, folder, file, name] of mains)
    if (top.has(marker) && top.reader.list(folder).some((entry) => entry.name === file))
      return { name, evidence: { file: folder === '.' ? file : `${folder}/${file}` } };
  return null;
}

function ruleEvidence(top: Folder, { file, pattern, name }: TypeRule): Evidence | null {
  const entry = top.entries.find((one) => !one.isFolder && file.test(one.name))?.name;
  const text = entry === undefined ? '' : (top.read(entry) ?? '');
  if (entry === undefined || !pattern.test(text)) return null;
  // What is private and has nothing for others to import is no library.
  return name === 'library' && isPrivate(text, entry) ? null : top.evidence(entry, pattern);
}

function isPrivate(text: string, file: string): boolean {
  return file === 'package.json' && jsonRecord(text)?.['private'] === true && !/"(?:exports|types)"\s*:/.test(text);
}
