// One small project of each kind: what is found, with its evidence, and what is not claimed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { analyseProject } from './analyse.ts';

const base = mkdtempSync(join(tmpdir(), 'monkey-project-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let made = 0;
function project(files: Readonly<Record<string, string>>): string {
  const root = join(base, `p${made++}`);
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

async function checksOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { checks } = await analyseProject(project(files));
  return checks.map(
    ({ kind, command, cwd, evidence }) =>
      `${kind}: ${command}${cwd === '.' ? '' : ` in ${cwd}`} [${evidence.file}${evidence.line ? `:${evidence.line}` : ''}]`,
  );
}

const json = (value: unknown) => JSON.stringify(value, null, 2);

describe('Node.js', () => {
  it('reads scripts, lock file and frameworks', async () => {
    const root = project({
      'package.json': json({
        name: 'cart',
        scripts: { test: 'vitest run', lint: 'eslint .', typecheck: 'tsc', build: 'vite build' },
        dependencies: { react: '19' },
        devDependencies: { vite: '7' },
      }),
      'tsconfig.json': '{}',
      'pnpm-lock.yaml': '',
    });
    expect(await analyseProject(root)).toEqual({
      summary: 'Node.js package "cart" (TypeScript, pnpm), tests: pnpm test',
      name: 'cart',
      languages: ['TypeScript'],
      packageManagers: [{ name: 'pnpm', evidence: { file: 'pnpm-lock.yaml' } }],
      frameworks: [
        { name: 'React', evidence: { file: 'package.json', line: 10 } },
        { name: 'Vite', evidence: { file: 'package.json', line: 13 } },
      ],
      checks: [
        { kind: 'tests', command: 'pnpm test', cwd: '.', evidence: { file: 'package.json', line: 4 } },
        { kind: 'lint', command: 'pnpm run lint', cwd: '.', evidence: { file: 'package.json', line: 5 } },
        { kind: 'types', command: 'pnpm run typecheck', cwd: '.', evidence: { file: 'package.json', line: 6 } },
        { kind: 'build', command: 'pnpm run build', cwd: '.', evidence: { file: 'package.json', line: 7 } },
      ],
      members: [],
      isGitRepository: false,
    });
  });

  it('takes no placeholder, no watcher and no fixing script for a check', async () => {
    const scripts = { test: 'echo "Error: no test specified" && exit 1', lint: 'eslint --fix .' };
    expect(await checksOf({ 'package.json': json({ scripts }) })).toEqual([]);
    expect(
      await checksOf({
        'package.json': json({ scripts: { test: 'jest --watch', 'test:ci': 'jest' } }),
        'yarn.lock': '',
      }),
    ).toEqual(['tests: yarn run test:ci [package.json:4]']);
    expect(await checksOf({ 'package.json': '{ broken' })).toEqual([]);
  });

  it('falls back to the tools that are there', async () => {
    const manifest = json({ devDependencies: { mocha: '1', eslint: '9', typescript: '5' } });
    expect(await checksOf({ 'package.json': manifest, 'eslint.config.js': '', 'tsconfig.json': '{}' })).toEqual([
      'tests: npx --no-install mocha [package.json:3]',
      'lint: npx --no-install eslint . [eslint.config.js]',
      'types: npx --no-install tsc --noEmit [package.json:5]',
    ]);
    expect(
      await checksOf({
        'package.json': '{}',
        'src/a.test.js': "import assert from 'node:assert';\nimport test from 'node:test';\n",
      }),
    ).toEqual(['tests: node --test [src/a.test.js:2]']);
    expect(await checksOf({ 'package.json': '{}', 'src/a.test.js': 'describe()' })).toEqual([]);
  });

  it('finds workspace members of npm and pnpm', async () => {
    const files = {
      'packages/a/package.json': '{}',
      'packages/b/package.json': '{}',
      'packages/c/x.txt': '',
      'apps/web/package.json': '{}',
    };
    const npm = await analyseProject(
      project({ ...files, 'package.json': json({ workspaces: ['packages/*', 'apps/web', '../x'] }) }),
    );
    expect(npm.members).toEqual(['apps/web', 'packages/a', 'packages/b']);
    const pnpm = await analyseProject(
      project({
        ...files,
        'package.json': '{}',
        'pnpm-workspace.yaml': "packages:\n  - 'packages/**'\n  - '!packages/b'\n",
      }),
    );
    expect(pnpm.members).toEqual(['packages/a']);
  });
});

describe('Python', () => {
  it('reads pyproject.toml', async () => {
    const pyproject =
      '[project]\nname = "ledger"\ndependencies = ["fastapi>=0.1"]\n\n[tool.ruff]\n\n[tool.mypy]\nstrict = true\n\n[tool.pytest.ini_options]\n';
    const facts = await analyseProject(project({ 'pyproject.toml': pyproject, 'uv.lock': '' }));
    expect(facts.summary).toBe('Python project "ledger" (Python, uv), tests: uv run pytest');
    expect(facts.frameworks).toEqual([{ name: 'FastAPI', evidence: { file: 'pyproject.toml', line: 3 } }]);
    expect(facts.checks.map((check) => [check.command, check.evidence.line])).toEqual([
      ['uv run pytest', 10],
      ['uv run ruff check .', 5],
      ['uv run mypy .', 7],
    ]);
  });

  it('tells pytest from unittest', async () => {
    expect(await checksOf({ 'requirements-dev.txt': 'pytest==8\n', 'a.py': '' })).toEqual([
      'tests: python3 -m pytest [requirements-dev.txt:1]',
    ]);
    expect(await checksOf({ 'tests/test_a.py': 'import unittest\n', 'a.py': '' })).toEqual([
      'tests: python3 -m unittest discover -s tests [tests/test_a.py:1]',
    ]);
    expect(await checksOf({ 'tests/__init__.py': '', 'tests/test_a.py': '\nimport unittest\n', 'a.py': '' })).toEqual([
      'tests: python3 -m unittest discover -s tests -t . [tests/test_a.py:2]',
    ]);
    expect(await checksOf({ 'a_test.py': 'from unittest import TestCase\n' })).toEqual([
      'tests: python3 -m unittest discover -p "*_test.py" [a_test.py:1]',
    ]);
    expect(await checksOf({ 'tests/test_a.py': 'def test_a():\n    assert True\n' })).toEqual([
      'tests: python3 -m pytest [tests/test_a.py:1]',
    ]);
    expect(await checksOf({ 'a.py': '', 'tests/data.py': '' })).toEqual([]);
  });

  it('knows Django, tox and the other linters', async () => {
    expect(
      await checksOf({ 'manage.py': '', 'requirements.txt': 'Django>=5\n', '.flake8': '', 'pyrightconfig.json': '{}' }),
    ).toEqual([
      'tests: python3 manage.py test [manage.py]',
      'lint: flake8 [.flake8]',
      'types: pyright [pyrightconfig.json]',
    ]);
    expect(await checksOf({ 'tox.ini': '[tox]\n' })).toEqual(['tests: tox [tox.ini]']);
    expect(await checksOf({ 'setup.cfg': '[metadata]\nname = x\n[tool:pytest]\n[mypy]\n' })).toEqual([
      'tests: python3 -m pytest [setup.cfg:3]',
      'types: mypy . [setup.cfg:4]',
    ]);
  });
});

describe('compiled languages', () => {
  it('reads go.mod and go.work', async () => {
    const module = 'module example.com/pool\n\nrequire github.com/gin-gonic/gin v1\n';
    expect(await checksOf({ 'go.mod': module })).toEqual([
      'tests: go test ./... [go.mod:1]',
      'lint: go vet ./... [go.mod:1]',
      'build: go build ./... [go.mod:1]',
    ]);
    const work = await analyseProject(
      project({
        'go.work': 'go 1.22\n\nuse (\n\t./api\n\t./lib // shared\n)\n',
        'api/go.mod': module,
        'lib/go.mod': 'module lib\n',
        'api/.golangci.yml': '',
      }),
    );
    expect(work.members).toEqual(['api', 'lib']);
    expect(work.checks.map((check) => `${check.cwd} ${check.command}`)).toContain('api golangci-lint run');
  });

  it('reads Cargo.toml', async () => {
    const facts = await analyseProject(
      project({
        'Cargo.toml':
          '[package]\nname = "ring"\n\n[dependencies]\naxum = "0.8"\n\n[workspace]\nmembers = ["crates/*"]\n',
        'crates/a/Cargo.toml': '',
      }),
    );
    expect(facts).toMatchObject({
      name: 'ring',
      languages: ['Rust'],
      members: ['crates/a'],
      frameworks: [{ name: 'axum', evidence: { file: 'Cargo.toml', line: 5 } }],
    });
    expect(facts.checks.map((check) => check.command)).toEqual([
      'cargo test --workspace',
      'cargo clippy --workspace --all-targets',
      'cargo check --workspace --all-targets',
      'cargo build --workspace',
    ]);
  });

  it('reads Maven and Gradle with their wrappers', async () => {
    const pom =
      '<project>\n  <parent><artifactId>p</artifactId></parent>\n  <artifactId>hall</artifactId>\n  <modules><module>api</module></modules>\n  <!-- maven-checkstyle-plugin -->\n</project>';
    const maven = await analyseProject(project({ 'pom.xml': pom, 'api/pom.xml': '<project/>', mvnw: '' }));
    expect(maven).toMatchObject({ name: 'hall', members: ['api'], languages: ['Java'] });
    expect(maven.checks.map((check) => check.command)).toEqual(
      process.platform === 'win32'
        ? ['mvn -B test', 'mvn -B package -DskipTests']
        : ['./mvnw -B test', './mvnw -B package -DskipTests'],
    );
    const gradle = await analyseProject(
      project({
        'build.gradle.kts': 'plugins {\n  kotlin("jvm")\n  id("org.springframework.boot")\n}\n',
        'settings.gradle.kts': 'rootProject.name = "k"\ninclude(":a", ":b:c")\n',
        'b/c/build.gradle': '',
      }),
    );
    expect(gradle).toMatchObject({
      name: 'k',
      languages: ['Kotlin'],
      members: ['b/c'],
      frameworks: [{ name: 'Spring Boot', evidence: { line: 3 } }],
    });
    expect(gradle.checks[0]?.command).toBe('gradle test');
  });

  it('reads .NET solutions', async () => {
    const solution =
      'Project("{X}") = "App", "src\\App\\App.csproj", "{Y}"\nProject("{X}") = "App.Tests", "tests\\App.Tests\\App.Tests.csproj", "{Z}"\n';
    const facts = await analyseProject(
      project({
        'App.sln': solution,
        'src/App/App.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
        'tests/App.Tests/App.Tests.csproj': '<Project>\n<PackageReference Include="Microsoft.NET.Test.Sdk"/>',
      }),
    );
    expect(facts).toMatchObject({
      name: 'App',
      languages: ['C#'],
      members: ['src/App', 'tests/App.Tests'],
      frameworks: [{ name: 'ASP.NET Core' }],
    });
    expect(facts.checks.map((check) => `${check.command} ${check.evidence.file}:${check.evidence.line ?? 0}`)).toEqual([
      'dotnet test tests/App.Tests/App.Tests.csproj:2',
      'dotnet build App.sln:0',
    ]);
    expect(await checksOf({ 'a.csproj': '<Project/>' })).toEqual(['build: dotnet build [a.csproj]']);
  });
});

describe('PHP, Ruby and make', () => {
  it('reads composer.json', async () => {
    expect(
      await checksOf({
        'composer.json': json({ name: 'a/b', 'require-dev': { 'phpunit/phpunit': '11' } }),
        'phpunit.xml.dist': '',
        'phpstan.neon': '',
      }),
    ).toEqual([
      'tests: vendor/bin/phpunit [phpunit.xml.dist]',
      'types: vendor/bin/phpstan analyse --no-progress [phpstan.neon]',
    ]);
    expect(await checksOf({ 'composer.json': json({ scripts: { test: 'phpunit', lint: 'phpcs' } }) })).toEqual([
      'tests: composer test [composer.json:3]',
      'lint: composer run-script lint [composer.json:4]',
    ]);
  });

  it('reads Gemfile, Rakefile and spec folders', async () => {
    expect(await checksOf({ Gemfile: "gem 'rails'\ngem 'rspec'\n# gem 'rubocop'\n", 'spec/a_spec.rb': '' })).toEqual([
      'tests: bundle exec rspec [Gemfile:2]',
    ]);
    expect(await checksOf({ Rakefile: "require 'rake/testtask'\nRake::TestTask.new\n", '.rubocop.yml': '' })).toEqual([
      'tests: rake test [Rakefile:2]',
      'lint: rubocop [.rubocop.yml]',
    ]);
    const minitest = await checksOf({ Gemfile: '', 'test/a_test.rb': '' });
    expect(minitest[0]).toContain("tests: bundle exec ruby -Ilib -Itest -e 'Dir[");
  });

  it('takes make targets for what nothing else checks', async () => {
    expect(await checksOf({ Makefile: 'X := 1\ntest:\n\ttrue\nlint := no\n' })).toEqual([
      'tests: make test [Makefile:2]',
    ]);
    expect(await checksOf({ Makefile: 'test:\nlint: x\n', 'go.mod': 'module x\n' })).not.toContain(
      'tests: make test [Makefile:1]',
    );
  });
});

describe('any folder', () => {
  it('says that it does not know', async () => {
    expect(await analyseProject(project({ 'notes.txt': '' }))).toMatchObject({
      summary: 'Unknown kind of project, no tests found',
      languages: [],
      checks: [],
      name: null,
    });
    expect(await analyseProject(join(base, 'not-there'))).toMatchObject({ checks: [], languages: [] });
  });

  it('looks one level down when the root has nothing', async () => {
    const facts = await analyseProject(
      project({ 'server/go.mod': 'module s\n', 'web/package.json': json({ name: 'web', scripts: { test: 'x' } }) }),
    );
    expect(facts.members).toEqual(['server', 'web']);
    expect(facts.checks.filter((check) => check.kind === 'tests')).toMatchObject([
      { command: 'go test ./...', cwd: 'server' },
      { command: 'npm test', cwd: 'web', evidence: { file: 'web/package.json', line: 4 } },
    ]);
  });

  it('knows a git repository from inside', async () => {
    const root = project({ '.git/HEAD': 'ref: refs/heads/main\n', 'sub/a.txt': '' });
    expect((await analyseProject(root)).isGitRepository).toBe(true);
    expect((await analyseProject(join(root, 'sub'))).isGitRepository).toBe(true);
  });
});
