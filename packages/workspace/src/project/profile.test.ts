// One small repository of each ecosystem: what is found, with its evidence, and what is not claimed.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { profileProject } from './profile.ts';
import type { ProjectProfile } from './project-profile.ts';

const base = mkdtempSync(join(tmpdir(), 'monkey-profile-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let made = 0;
async function profileOf(files: Readonly<Record<string, string>>): Promise<ProjectProfile> {
  const root = join(base, `p${made++}`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const before = readdirSync(root, { recursive: true }).sort();
  const profile = await profileProject(root, { paths: Object.keys(files) });
  expect(readdirSync(root, { recursive: true }).sort()).toEqual(before);
  return profile;
}

/** `name declared → locked role [file:line]`, one a line. */
function dependenciesOf({ dependencies }: ProjectProfile): string[] {
  return dependencies.map(
    ({ name, declared, locked, role, evidence, lockEvidence }) =>
      `${name} ${declared} ${locked ?? '-'} ${role} ${evidence.file}:${evidence.line}${lockEvidence ? ` ${lockEvidence.file}:${lockEvidence.line}` : ''}`,
  );
}

const json = (value: unknown) => JSON.stringify(value, null, 2);
const manifest = json({
  name: 'cart',
  scripts: { react: 'node serve.js' },
  dependencies: { react: '^19.0.0' },
  devDependencies: { '@types/node': '20.1.0' },
});
const declaredAt = ['package.json:7', 'package.json:10'];

describe('Node.js lock files', () => {
  const npm = json({
    packages: { 'node_modules/react': { version: '19.1.0' }, 'node_modules/@types/node': { version: '20.1.1' } },
  });
  const pnpm =
    "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      react:\n        specifier: ^19.0.0\n        version: 19.1.0(x@1)\n    devDependencies:\n      '@types/node':\n        specifier: 20.1.0\n        version: 20.1.1\n";
  const yarn =
    '# yarn lockfile v1\n\n"@types/node@20.1.0":\n  version "20.1.1"\n\nreact@^19.0.0, react@^19.1.0:\n  version "19.1.0"\n  resolved "x"\n';
  const berry = '"@types/node@npm:20.1.0":\n  version: 20.1.1\n\n"react@npm:^19.0.0":\n  version: 19.1.0\n';
  const bun =
    '{\n  "packages": {\n    "@types/node": ["@types/node@20.1.1", "", {}],\n    "react": ["react@19.1.0", "", {}],\n  }\n}\n';
  it.each([
    ['package-lock.json', npm, 'npm', [3, 6]],
    ['pnpm-lock.yaml', pnpm, 'pnpm', [5, 9]],
    ['yarn.lock', yarn, 'yarn', [6, 3]],
    ['yarn.lock', berry, 'yarn', [4, 1]],
    ['bun.lock', bun, 'bun', [4, 3]],
  ])('reads %s', async (file, text, manager, [first, second]) => {
    const profile = await profileOf({ 'package.json': manifest, [file]: text });
    expect(profile.facts.packageManagers.map(({ name }) => name)).toEqual([manager]);
    expect(dependenciesOf(profile)).toEqual([
      `react ^19.0.0 19.1.0 runtime ${declaredAt[0]} ${file}:${first}`,
      `@types/node 20.1.0 20.1.1 development ${declaredAt[1]} ${file}:${second}`,
    ]);
  });

  it('reads lock files of large projects', async () => {
    const filler = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [
        `node_modules/p${index}`,
        { version: '1.0.0', resolved: 'x'.repeat(60) },
      ]),
    );
    const lock = json({ packages: { ...filler, 'node_modules/react': { version: '19.2.0' } } });
    expect(lock.length).toBeGreaterThan(2 * 1024 * 1024);
    expect(dependenciesOf(await profileOf({ 'package.json': manifest, 'package-lock.json': lock }))[0]).toContain(
      ' 19.2.0 ',
    );
  });

  it('says nothing about versions without a lock file', async () => {
    const profile = await profileOf({ 'package.json': manifest });
    expect(dependenciesOf(profile)[0]).toBe('react ^19.0.0 - runtime package.json:7');
    expect(profile.scripts).toEqual([
      { name: 'react', command: 'node serve.js', folder: '.', evidence: { file: 'package.json', line: 4 } },
    ]);
  });
});

describe('monorepos', () => {
  it.each([
    [
      'npm',
      {
        'package.json': json({ workspaces: ['packages/*'] }),
        'packages/a/package.json': json({ name: 'a' }),
        'packages/b/package.json': '{}',
      },
    ],
    [
      'pnpm',
      {
        'package.json': '{}',
        'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
        'packages/a/package.json': json({ name: 'a' }),
        'packages/b/package.json': '{}',
      },
    ],
    [
      'uv',
      {
        'pyproject.toml': '[project]\nname = "x"\n[tool.uv.workspace]\nmembers = ["packages/*"]\n',
        'packages/a/pyproject.toml': '[project]\nname = "a"\n',
        'packages/b/pyproject.toml': '',
      },
    ],
    [
      'cargo',
      {
        'Cargo.toml': '[workspace]\nmembers = ["packages/*"]\n',
        'packages/a/Cargo.toml': '[package]\nname = "a"\n',
        'packages/b/Cargo.toml': '',
      },
    ],
    [
      'go',
      {
        'go.work': 'go 1.24\nuse (\n\t./packages/a\n\t./packages/b\n)\n',
        'packages/a/go.mod': 'module a\n',
        'packages/b/go.mod': '',
      },
    ],
    [
      'maven',
      {
        'pom.xml': '<project><modules><module>packages/a</module><module>packages/b</module></modules></project>',
        'packages/a/pom.xml':
          '<project><parent><artifactId>p</artifactId></parent><artifactId>a</artifactId></project>',
        'packages/b/pom.xml': '<project/>',
      },
    ],
  ])('finds the members of %s', async (_kind, files) => {
    const profile = await profileOf(files as Record<string, string>);
    expect(profile.members.map(({ path, name }) => [path, name])).toEqual([
      ['packages/a', 'a'],
      ['packages/b', null],
    ]);
    expect(profile.type?.name).toBe('monorepo');
  });
});

describe('Python', () => {
  it('reads pyproject.toml, groups, extras and uv.lock', async () => {
    const profile = await profileOf({
      'pyproject.toml':
        '[project]\nname = "shop"\ndependencies = [\n  "Django>=5,<6",\n  "PyYAML",\n]\n[project.optional-dependencies]\nx = ["redis[hiredis]==5.0 ; python_version > \'3.9\'"]\n[dependency-groups]\ndev = ["ruff"]\n[project.scripts]\nshop = "shop:main"\n',
      'uv.lock':
        'version = 1\n\n[[package]]\nname = "django"\nversion = "5.1.2"\n\n[[package]]\nname = "pyyaml"\nversion = "6.0.2"\n',
    });
    expect(dependenciesOf(profile)).toEqual([
      'Django >=5,<6 5.1.2 runtime pyproject.toml:4 uv.lock:3',
      'PyYAML null 6.0.2 runtime pyproject.toml:5 uv.lock:7',
      'redis ==5.0 - optional pyproject.toml:8',
      'ruff null - development pyproject.toml:10',
    ]);
    expect(profile.scripts[0]).toMatchObject({ name: 'shop', evidence: { line: 12 } });
    expect(profile.commands.at(-1)).toMatchObject({ kind: 'format', command: 'uv run ruff format' });
    expect(profile.type).toMatchObject({ name: 'application', evidence: { line: 11 } });
  });

  it('reads poetry, requirements files and setup.cfg', async () => {
    const poetry = await profileOf({
      'pyproject.toml':
        '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.11"\nflask = "^3.0"\n[tool.poetry.group.test.dependencies]\npytest = { version = "^8" }\n',
      'poetry.lock': '[[package]]\nname = "flask"\nversion = "3.0.3"\n',
    });
    expect(dependenciesOf(poetry)).toEqual([
      'flask ^3.0 3.0.3 runtime pyproject.toml:5 poetry.lock:1',
      'pytest ^8 - development pyproject.toml:7',
    ]);
    const pip = await profileOf({
      'requirements.txt': '# base\n-r other.txt\nrequests==2.32.0 \\\n    --hash=sha256:abc\n-e .\nhttpx\n',
      'requirements-dev.txt': 'pytest>=8\n',
      'setup.cfg': '[options]\ninstall_requires =\n    attrs>=23\npackages = find:\n',
    });
    expect(dependenciesOf(pip)).toEqual([
      'pytest >=8 - development requirements-dev.txt:1',
      'requests ==2.32.0 - runtime requirements.txt:3',
      'httpx null - runtime requirements.txt:6',
      'attrs >=23 - runtime setup.cfg:3',
    ]);
  });
});

describe('compiled languages', () => {
  it('reads Cargo with shared versions and Cargo.lock', async () => {
    const profile = await profileOf({
      'Cargo.toml': '[workspace]\nmembers = ["a"]\n[workspace.dependencies]\nserde = "1.0"\n',
      'a/Cargo.toml':
        '[package]\nname = "a"\n\n[dependencies]\nserde = { workspace = true }\n\n[dev-dependencies]\nproptest = "1"\n',
      'Cargo.lock': '[[package]]\nname = "serde"\nversion = "1.0.210"\n',
    });
    expect(dependenciesOf(profile)).toEqual([
      'serde 1.0 1.0.210 runtime a/Cargo.toml:5 Cargo.lock:2',
      'proptest 1 - development a/Cargo.toml:8',
    ]);
  });

  it('reads go.mod without what is indirect', async () => {
    const profile = await profileOf({
      'go.mod':
        'module x\n\nrequire github.com/a/b v1.2.3\n\nrequire (\n\tgolang.org/x/mod v0.1.0\n\tgolang.org/x/sys v0.2.0 // indirect\n)\n',
      'main.go': 'package main\n',
    });
    expect(dependenciesOf(profile)).toEqual([
      'github.com/a/b v1.2.3 v1.2.3 runtime go.mod:3 go.mod:3',
      'golang.org/x/mod v0.1.0 v0.1.0 runtime go.mod:6 go.mod:6',
    ]);
    expect(profile.type).toEqual({ name: 'application', evidence: { file: 'main.go' } });
  });

  it('reads Maven and Gradle', async () => {
    const maven = await profileOf({
      'pom.xml':
        '<project>\n<properties><junit.version>5.11</junit.version></properties>\n<dependencies>\n<!-- <dependency><groupId>no</groupId><artifactId>no</artifactId></dependency> -->\n<dependency><groupId>org.junit</groupId><artifactId>junit</artifactId><version>@{junit.version}</version><scope>test</scope></dependency>\n<dependency>\n<groupId>g</groupId><artifactId>a</artifactId></dependency>\n</dependencies>\n</project>'.replace(
          '@',
          '$',
        ),
    });
    expect(dependenciesOf(maven)).toEqual([
      'org.junit:junit 5.11 - development pom.xml:5',
      'g:a null - runtime pom.xml:6',
    ]);
    const gradle = await profileOf({
      'build.gradle.kts':
        'plugins { `java-library` }\ndependencies {\n    implementation("com.google.guava:guava:33.0")\n    testImplementation(libs.junit.jupiter)\n    // implementation("no:no:1")\n}\n',
      'gradle/libs.versions.toml':
        '[versions]\njunit = "5.11"\n[libraries]\njunit-jupiter = { module = "org.junit:jupiter", version.ref = "junit" }\n',
    });
    expect(dependenciesOf(gradle)).toEqual([
      'com.google.guava:guava 33.0 - runtime build.gradle.kts:3',
      'org.junit:jupiter 5.11 - development build.gradle.kts:4',
    ]);
    expect(gradle.type?.name).toBe('library');
  });

  it('reads NuGet and Swift', async () => {
    const dotnet = await profileOf({
      'App.csproj':
        '<Project Sdk="Microsoft.NET.Sdk">\n<ItemGroup>\n<PackageReference Include="Serilog" Version="4.0.0" />\n<PackageReference Include="xunit" />\n</ItemGroup>\n</Project>',
      'Directory.Packages.props': '<Project><PackageVersion Include="xunit" Version="2.9.0" /></Project>',
    });
    expect(dependenciesOf(dotnet)).toEqual([
      'Serilog 4.0.0 - runtime App.csproj:3',
      'xunit 2.9.0 - development App.csproj:4',
    ]);
    const swift = await profileOf({
      'Package.swift':
        'import PackageDescription\nlet package = Package(\n  name: "Tool",\n  dependencies: [\n    .package(url: "https://example.com/apple/swift-argument-parser.git", from: "1.5.0"),\n  ],\n  targets: [.executableTarget(name: "Tool"), .testTarget(name: "ToolTests")]\n)\n',
      'Package.resolved': '{ "pins": [ { "identity": "swift-argument-parser", "state": { "version": "1.5.1" } } ] }',
    });
    expect(dependenciesOf(swift)).toEqual([
      'swift-argument-parser 1.5.0 1.5.1 runtime Package.swift:5 Package.resolved:1',
    ]);
    expect(swift.facts).toMatchObject({ name: 'Tool', languages: ['Swift'] });
    expect(swift.facts.checks.map(({ command }) => command)).toEqual(['swift test', 'swift build']);
  });
});

describe('scripted languages', () => {
  it('reads Composer and Bundler', async () => {
    const php = await profileOf({
      'composer.json': json({
        require: { php: '>=8.2', 'monolog/monolog': '^3.0' },
        'require-dev': { 'phpunit/phpunit': '^11' },
        scripts: { test: ['phpunit'] },
      }),
      'composer.lock': json({ packages: [{ name: 'monolog/monolog', version: '3.7.0' }] }),
    });
    expect(dependenciesOf(php)).toEqual([
      'monolog/monolog ^3.0 3.7.0 runtime composer.json:4 composer.lock:4',
      'phpunit/phpunit ^11 - development composer.json:7',
    ]);
    const ruby = await profileOf({
      Gemfile: "source 'x'\ngem 'rails', '~> 8.0'\ngroup :test do\n  gem 'rspec'\nend\n",
      'Gemfile.lock': 'GEM\n  specs:\n    rails (8.0.1)\n',
    });
    expect(dependenciesOf(ruby)).toEqual([
      'rails ~> 8.0 8.0.1 runtime Gemfile:2 Gemfile.lock:3',
      'rspec null - development Gemfile:4',
    ]);
  });
});

describe('languages and patterns', () => {
  const source = (mark: string) =>
    `import { a } from './other.ts';\n\nexport function doThing() {\n    const x = ${mark}a${mark};\n    if (x) {\n        return x;\n    }\n    return a;\n}\n`;

  it('counts what most files do, and says where', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [`src/some-file-${index}.ts`, source("'")]),
    );
    const profile = await profileOf({ ...files, 'src/some-file-0.test.ts': source("'"), 'a.py': 'x = 1\n' });
    expect(profile.languages).toEqual([
      { name: 'TypeScript', files: 7, share: 7 / 8 },
      { name: 'Python', files: 1, share: 1 / 8 },
    ]);
    expect(profile.patterns.map(({ aspect, value }) => `${aspect}: ${value}`)).toEqual([
      'indentation: 4 spaces',
      'quotes: single',
      'semicolons: yes',
      'imports: import with the ending .ts',
      'function names: camelCase',
      'file names: kebab-case',
      'tests: beside the code',
    ]);
    expect(profile.patterns[0]?.evidence).toEqual({ file: 'src/some-file-0.ts', line: 4 });
  });

  it('tells no pattern where the files are of two minds', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [`f${index}.py`, `a = ${index % 2 ? "'x'" : '"x"'}\n`]),
    );
    expect((await profileOf(files)).patterns.filter(({ aspect }) => aspect === 'quotes')).toEqual([]);
  });

  it('leaves what is unknown empty', async () => {
    const profile = await profileOf({ 'notes.txt': 'hello\n' });
    expect(profile).toMatchObject({
      type: null,
      languages: [],
      dependencies: [],
      scripts: [],
      commands: [],
      patterns: [],
    });
    expect(profile.facts.summary).toBe('Unknown kind of project, no tests found');
  });
});
