// Recognises Python projects from pyproject.toml, setup.cfg, requirements files, tool configurations and test files.
import type { CheckKind } from '@monkey-coder/protocol';
import { record, tomlRecord } from './manifest-text.ts';
import { expandMembers, type Fact, type Folder, filesIn, frameworksOf, type ProjectPart } from './part.ts';
import type { Evidence, ProjectCheck } from './project-facts.ts';
import { inFolder, lineOf } from './project-reader.ts';

interface PythonProject {
  readonly folder: Folder;
  /** How commands of the project's environment are run, with a space at the end; empty for the environment at hand. */
  readonly runner: string;
  readonly python: string;
  /** Where a distribution is required, or null. */
  requirement(name: string): Evidence | null;
  /** Where a table of a configuration file stands (`tool.ruff`), or null. */
  table(file: string, name: string): Evidence | null;
}

const markers = [
  'pyproject.toml',
  'setup.cfg',
  'setup.py',
  'requirements.txt',
  'Pipfile',
  'tox.ini',
  'noxfile.py',
  'pytest.ini',
  'manage.py',
  'conftest.py',
];

/** What Python has to say about a folder; null when nothing there is Python's. */
export async function pythonPart(folder: Folder): Promise<ProjectPart | null> {
  const sources = filesIn(folder, ['.', 'src', 'tests', 'test'], /\.py$/, 5);
  if (folder.firstOf(...markers) === undefined && sources.length === 0) return null;
  const manager = managerOf(folder);
  const project = projectOf(folder, manager);
  return {
    label: 'Python project',
    name: await nameOf(folder),
    languages: ['Python'],
    packageManagers: manager ? [manager] : [],
    frameworks: frameworksOf(frameworkTable, project.requirement),
    checks: [testCheck(project), lintCheck(project), typeCheck(project)].flatMap((check) => check ?? []),
    members: await uvMembers(folder),
  };
}

/** Folders that `[tool.uv.workspace]` names. */
async function uvMembers(folder: Folder): Promise<string[]> {
  const text = folder.read('pyproject.toml');
  if (text === null || !text.includes('[tool.uv.workspace]')) return [];
  const workspace = record(record(record((await tomlRecord(text))?.['tool'])['uv'])['workspace']);
  const strings = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  const patterns = [...strings(workspace['members']), ...strings(workspace['exclude']).map((path) => `!${path}`)];
  return expandMembers(folder, patterns, /^pyproject\.toml$/);
}

function projectOf(folder: Folder, manager: Fact | undefined): PythonProject {
  const environment = ['.venv', 'venv'].find((name) =>
    folder.reader.list(inFolder(folder.path, `${name}/bin`)).some((entry) => entry.name === 'python'),
  );
  const tool = manager && /^(?:uv|poetry|pdm|pipenv)$/.test(manager.name) ? `${manager.name} run ` : '';
  const runner = environment ? `${environment}/bin/python -m ` : tool;
  const python = environment ? `${environment}/bin/python` : tool ? `${tool}python` : 'python3';
  const requirementFiles = [
    'pyproject.toml',
    'setup.cfg',
    'setup.py',
    'Pipfile',
    'tox.ini',
    ...filesIn(folder, ['.', 'requirements'], /^(?:.*requirements.*|dev|test|tests)\.(?:txt|in)$/),
  ];
  return {
    folder,
    runner,
    python,
    requirement: (name) => requirementIn(folder, requirementFiles, name),
    table(file, name) {
      const line = lineOf(folder.read(file) ?? '', new RegExp(`^\\[${name.replaceAll('.', '\\.')}[\\].]`, 'm'));
      return line === undefined ? null : { file: inFolder(folder.path, file), line };
    },
  };
}

function requirementIn(folder: Folder, files: readonly string[], name: string): Evidence | null {
  const pattern = new RegExp(`(?:^|["'\\s,])${name.replaceAll('-', '[-_.]')}(?=["'\\s,;=<>~!\\[@]|$)`, 'im');
  for (const file of files) {
    const text = folder.read(file);
    if (text === null) continue;
    const line = lineOf(uncommented(text), pattern);
    if (line !== undefined) return { file: inFolder(folder.path, file), line };
  }
  return null;
}

function uncommented(text: string): string {
  return text.replace(/^[ \t]*#.*$/gm, '').replace(/^(?:name|description|keywords|authors?|readme)\s*=.*$/gim, '');
}

function managerOf(folder: Folder): Fact | undefined {
  const locks: Readonly<Record<string, string>> = {
    'uv.lock': 'uv',
    'poetry.lock': 'poetry',
    'pdm.lock': 'pdm',
    'Pipfile.lock': 'pipenv',
    Pipfile: 'pipenv',
  };
  const lock = folder.firstOf(...Object.keys(locks));
  if (lock) return { name: locks[lock] ?? 'pip', evidence: folder.evidence(lock) };
  const poetry = /^\[tool\.poetry\]/m;
  if (poetry.test(folder.read('pyproject.toml') ?? ''))
    return { name: 'poetry', evidence: folder.evidence('pyproject.toml', poetry) };
  const file = folder.firstOf('requirements.txt', 'pyproject.toml', 'setup.cfg', 'setup.py');
  return file ? { name: 'pip', evidence: folder.evidence(file) } : undefined;
}

async function nameOf(folder: Folder): Promise<string | null> {
  const text = folder.read('pyproject.toml');
  if (text !== null) {
    const { parse } = await import('smol-toml');
    try {
      const { project, tool } = parse(text) as { project?: { name?: unknown }; tool?: { poetry?: { name?: unknown } } };
      const name = project?.name ?? tool?.poetry?.name;
      if (typeof name === 'string') return name;
    } catch {
      return null;
    }
  }
  return /^name\s*=\s*(\S+)/m.exec(folder.read('setup.cfg') ?? '')?.[1] ?? null;
}

function testCheck(project: PythonProject): ProjectCheck | null {
  const { folder } = project;
  const tests = filesIn(
    folder,
    ['.', 'tests', 'test', 'src/tests', 'tests/unit', 'test/unit'],
    /^test_.*\.py$|_test\.py$/,
  );
  const pytest = pytestEvidence(project, tests);
  if (pytest)
    return folder.check('tests', project.runner === '' ? 'python3 -m pytest' : `${project.runner}pytest`, pytest);
  if (folder.has('manage.py') && project.requirement('django'))
    return folder.check('tests', `${project.python} manage.py test`, folder.evidence('manage.py'));
  const first = tests.find((file) => /\bunittest\b/.test(folder.read(file) ?? ''));
  if (first)
    return folder.check('tests', unittestCommand(project, first), {
      file: inFolder(folder.path, first),
      line: lineOf(folder.read(first) ?? '', /\bunittest\b/) ?? 1,
    });
  if (folder.has('tox.ini')) return folder.check('tests', 'tox', folder.evidence('tox.ini'));
  return folder.has('noxfile.py') ? folder.check('tests', 'nox', folder.evidence('noxfile.py')) : null;
}

function pytestEvidence(project: PythonProject, tests: readonly string[]): Evidence | null {
  const { folder } = project;
  if (folder.has('pytest.ini')) return folder.evidence('pytest.ini');
  const configured =
    project.table('pyproject.toml', 'tool.pytest') ??
    project.table('setup.cfg', 'tool:pytest') ??
    project.table('tox.ini', 'pytest');
  const required = configured ?? project.requirement('pytest');
  if (required) return required;
  const configuration = filesIn(folder, ['.', 'tests', 'test'], /^conftest\.py$/)[0];
  if (configuration) return folder.evidence(configuration);
  for (const file of tests) {
    const text = folder.read(file) ?? '';
    const line =
      lineOf(text, /^(?:import pytest|from pytest )/m) ??
      (/\bunittest\b/.test(text) ? undefined : lineOf(text, /^(?:async )?def test_/m));
    if (line !== undefined) return { file: inFolder(folder.path, file), line };
  }
  return null;
}

/** Discovery starts in the tests' folder: as a package of the root when it is one, else by itself. */
function unittestCommand({ folder, python }: PythonProject, file: string): string {
  const at = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.';
  const pattern = /_test\.py$/.test(file) ? ' -p "*_test.py"' : '';
  if (at === '.') return `${python} -m unittest discover${pattern}`;
  const isPackage = folder.reader.list(inFolder(folder.path, at)).some((entry) => entry.name === '__init__.py');
  return `${python} -m unittest discover -s ${at}${isPackage ? ' -t .' : ''}${pattern}`;
}

function lintCheck(project: PythonProject): ProjectCheck | null {
  const { folder } = project;
  const tool = (command: string, evidence: Evidence) => configured(project, 'lint', command, evidence);
  const ruff = folder.firstOf('ruff.toml', '.ruff.toml');
  if (ruff) return tool('ruff check .', folder.evidence(ruff));
  const inPyproject = project.table('pyproject.toml', 'tool.ruff');
  if (inPyproject) return tool('ruff check .', inPyproject);
  const flake8 = folder.has('.flake8')
    ? folder.evidence('.flake8')
    : (project.table('setup.cfg', 'flake8') ?? project.table('tox.ini', 'flake8'));
  if (flake8) return tool('flake8', flake8);
  const pylint = folder.has('.pylintrc')
    ? folder.evidence('.pylintrc')
    : project.table('pyproject.toml', 'tool.pylint');
  if (pylint) return tool('pylint --recursive=y .', pylint);
  const required = project.requirement('ruff');
  return required ? tool('ruff check .', required) : null;
}

function typeCheck(project: PythonProject): ProjectCheck | null {
  const { folder } = project;
  const file = folder.firstOf('mypy.ini', '.mypy.ini');
  const mypy = file
    ? folder.evidence(file)
    : (project.table('pyproject.toml', 'tool.mypy') ?? project.table('setup.cfg', 'mypy'));
  if (mypy) return configured(project, 'types', 'mypy .', mypy);
  const pyright = folder.has('pyrightconfig.json')
    ? folder.evidence('pyrightconfig.json')
    : project.table('pyproject.toml', 'tool.pyright');
  return pyright ? configured(project, 'types', 'pyright', pyright) : null;
}

function configured(
  { folder, runner }: PythonProject,
  kind: CheckKind,
  command: string,
  evidence: Evidence,
): ProjectCheck {
  return folder.check(kind, `${runner}${command}`, evidence);
}

const frameworkTable: Readonly<Record<string, string>> = {
  django: 'Django',
  fastapi: 'FastAPI',
  flask: 'Flask',
  starlette: 'Starlette',
  aiohttp: 'aiohttp',
  tornado: 'Tornado',
  pyramid: 'Pyramid',
  celery: 'Celery',
  sqlalchemy: 'SQLAlchemy',
  pydantic: 'Pydantic',
  numpy: 'NumPy',
  pandas: 'pandas',
  torch: 'PyTorch',
  tensorflow: 'TensorFlow',
  'scikit-learn': 'scikit-learn',
  click: 'Click',
  typer: 'Typer',
};
