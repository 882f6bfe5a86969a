// Recognises Node.js packages and workspaces from package.json, lock files and a few configurations.
import type { CheckKind } from '@monkey-coder/protocol';
import { expandMembers, type Fact, type Folder, filesIn, frameworksOf, type ProjectPart } from './part.ts';
import type { Evidence, ProjectCheck } from './project-facts.ts';
import { evidenceAt, inFolder, lineOf } from './project-reader.ts';

type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun';

interface Manifest {
  readonly name?: unknown;
  readonly scripts?: unknown;
  readonly packageManager?: unknown;
  readonly workspaces?: unknown;
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
  readonly peerDependencies?: unknown;
}

interface NodeProject {
  readonly folder: Folder;
  readonly manifest: Manifest;
  readonly manager: Manager;
  readonly scripts: Readonly<Record<string, string>>;
  /** Where a dependency is declared, or null. */
  dependency(name: string): Evidence | null;
  script(name: string): Evidence;
}

/** What Node.js has to say about a folder with a package.json. */
export async function nodePart(folder: Folder): Promise<ProjectPart | null> {
  const text = folder.read('package.json');
  const manifest = text === null ? null : parse(text);
  if (text === null || manifest === null) return null;
  const managerFact = managerOf(folder, manifest);
  const manager = managerFact.name as Manager;
  const dependencies = Object.assign(
    {},
    ...[manifest.peerDependencies, manifest.devDependencies, manifest.dependencies].map(recordOf),
  ) as Record<string, unknown>;
  const project: NodeProject = {
    folder,
    manifest,
    manager,
    scripts: stringsOf(manifest.scripts),
    dependency: (name) => (Object.hasOwn(dependencies, name) ? folder.evidence('package.json', `"${name}"`) : null),
    script: (name) => evidenceAt(inFolder(folder.path, 'package.json'), scriptLine(text, name)),
  };
  const isTypeScript = folder.has('tsconfig.json') || Object.hasOwn(dependencies, 'typescript');
  return {
    label: 'Node.js package',
    name: typeof manifest.name === 'string' ? manifest.name : null,
    languages: [isTypeScript ? 'TypeScript' : 'JavaScript'],
    packageManagers: [managerFact],
    frameworks: frameworksOf(frameworkTable, project.dependency),
    checks: [testCheck(project), lintCheck(project), typeCheck(project), buildCheck(project)].flatMap(
      (check) => check ?? [],
    ),
    members: await membersOf(folder, manifest),
  };
}

function parse(text: string): Manifest | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function recordOf(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function stringsOf(value: unknown): Record<string, string> {
  const pairs = Object.entries(recordOf(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(pairs);
}

/** The line of a key inside the scripts object, not of an equal one elsewhere. */
function scriptLine(text: string, name: string): number | undefined {
  const start = Math.max(0, text.indexOf('"scripts"'));
  const at = text.indexOf(`"${name}"`, start + 9);
  return at < 0 ? undefined : lineOf(text.slice(0, at + 1), /"$/);
}

const lockFiles: Readonly<Record<string, Manager>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
};

function managerOf(folder: Folder, manifest: Manifest): Fact {
  const named =
    typeof manifest.packageManager === 'string'
      ? /^(npm|pnpm|yarn|bun)@/.exec(manifest.packageManager)?.[1]
      : undefined;
  if (named) return { name: named, evidence: folder.evidence('package.json', '"packageManager"') };
  const lock = folder.firstOf(...Object.keys(lockFiles));
  if (lock) return { name: lockFiles[lock] ?? 'npm', evidence: folder.evidence(lock) };
  return { name: 'npm', evidence: folder.evidence('package.json') };
}

function runScript(manager: Manager, name: string): string {
  const short = name === 'test' && manager !== 'bun';
  return short ? `${manager} test` : `${manager} run ${name}`;
}

/** A tool of the project's own, never one that would be downloaded. */
function runTool(manager: Manager, command: string): string {
  return {
    npm: `npx --no-install ${command}`,
    pnpm: `pnpm exec ${command}`,
    yarn: `yarn run ${command}`,
    bun: `bun x --no-install ${command}`,
  }[manager];
}

/** The first script of these names that can end: not npm's placeholder, no watcher, no server. */
function scriptCheck(project: NodeProject, kind: CheckKind, names: readonly string[]): ProjectCheck | null {
  const name = names.find((candidate) => {
    const script = project.scripts[candidate];
    return (
      script !== undefined &&
      script.trim() !== '' &&
      !/no test specified|--watch(?:All)?(?!=false)\b|\bexit 1\s*$/.test(script)
    );
  });
  if (name === undefined) return null;
  return project.folder.check(kind, runScript(project.manager, name), project.script(name));
}

function toolCheck(
  project: NodeProject,
  kind: CheckKind,
  tools: Readonly<Record<string, string>>,
): ProjectCheck | null {
  for (const [dependency, command] of Object.entries(tools)) {
    const evidence = project.dependency(dependency);
    if (evidence) return project.folder.check(kind, runTool(project.manager, command), evidence);
  }
  return null;
}

function testCheck(project: NodeProject): ProjectCheck | null {
  return (
    scriptCheck(project, 'tests', ['test', 'test:ci', 'tests', 'test:unit', 'unit', 'test:all']) ??
    toolCheck(project, 'tests', {
      vitest: 'vitest run',
      jest: 'jest',
      mocha: 'mocha',
      ava: 'ava',
      tap: 'tap',
      jasmine: 'jasmine',
    }) ??
    nodeTests(project.folder)
  );
}

/** Node's own runner, when a test file says so. */
function nodeTests(folder: Folder): ProjectCheck | null {
  const places = ['.', 'test', 'tests', 'src', 'lib', '__tests__', 'src/__tests__'];
  const inTestFolder = filesIn(folder, ['test', 'tests'], /\.[cm]?js$/);
  for (const file of [
    ...filesIn(folder, places, /[.\-_]test\.[cm]?js$|^test(?:-.*)?\.[cm]?js$/),
    ...inTestFolder,
  ].slice(0, 20)) {
    const line = lineOf(folder.read(file) ?? '', /['"]node:test['"]/);
    if (line !== undefined) return folder.check('tests', 'node --test', { file: inFolder(folder.path, file), line });
  }
  return null;
}

function lintCheck(project: NodeProject): ProjectCheck | null {
  const { folder } = project;
  const script = scriptCheck(project, 'lint', ['lint', 'lint:check', 'check:lint', 'lint:js', 'lint:ts', 'eslint']);
  if (script && !/--fix|--write/.test(project.scripts[script.command.split(' ').at(-1) ?? ''] ?? '')) return script;
  const biome = folder.firstOf('biome.json', 'biome.jsonc');
  if (biome && project.dependency('@biomejs/biome'))
    return folder.check('lint', runTool(project.manager, 'biome check .'), folder.evidence(biome));
  const eslint = folder.entries.find((entry) =>
    /^(?:eslint\.config\.[cm]?[jt]s|\.eslintrc(?:\..+)?)$/.test(entry.name),
  );
  if (eslint && project.dependency('eslint'))
    return folder.check('lint', runTool(project.manager, 'eslint .'), folder.evidence(eslint.name));
  return toolCheck(project, 'lint', { oxlint: 'oxlint', standard: 'standard', xo: 'xo' });
}

function typeCheck(project: NodeProject): ProjectCheck | null {
  const script = scriptCheck(project, 'types', [
    'typecheck',
    'type-check',
    'types',
    'check:types',
    'check-types',
    'types:check',
    'tsc',
  ]);
  if (script || !project.folder.has('tsconfig.json')) return script;
  return toolCheck(project, 'types', { 'vue-tsc': 'vue-tsc --noEmit', typescript: 'tsc --noEmit' });
}

function buildCheck(project: NodeProject): ProjectCheck | null {
  return scriptCheck(project, 'build', ['build', 'compile', 'build:all']);
}

async function membersOf(folder: Folder, manifest: Manifest): Promise<string[]> {
  const { workspaces } = manifest;
  const listed = Array.isArray(workspaces) ? workspaces : (recordOf(workspaces) as { packages?: unknown }).packages;
  const patterns = stringList(listed);
  if (patterns.length === 0 && folder.has('pnpm-workspace.yaml'))
    patterns.push(...(await pnpmPatterns(folder.read('pnpm-workspace.yaml') ?? '')));
  return patterns.length === 0 ? [] : expandMembers(folder, patterns, /^package\.json$/);
}

function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

async function pnpmPatterns(text: string): Promise<string[]> {
  const { parse: parseYaml } = await import('yaml');
  try {
    return stringList((recordOf(parseYaml(text)) as { packages?: unknown }).packages);
  } catch {
    return [];
  }
}

const frameworkTable: Readonly<Record<string, string>> = {
  next: 'Next.js',
  nuxt: 'Nuxt',
  '@sveltejs/kit': 'SvelteKit',
  '@remix-run/react': 'Remix',
  astro: 'Astro',
  gatsby: 'Gatsby',
  '@angular/core': 'Angular',
  'react-native': 'React Native',
  expo: 'Expo',
  react: 'React',
  preact: 'Preact',
  vue: 'Vue',
  svelte: 'Svelte',
  'solid-js': 'Solid',
  lit: 'Lit',
  '@nestjs/core': 'NestJS',
  express: 'Express',
  fastify: 'Fastify',
  koa: 'Koa',
  hono: 'Hono',
  '@hapi/hapi': 'hapi',
  electron: 'Electron',
  vite: 'Vite',
  webpack: 'webpack',
  prisma: 'Prisma',
  'drizzle-orm': 'Drizzle',
  ink: 'Ink',
};
