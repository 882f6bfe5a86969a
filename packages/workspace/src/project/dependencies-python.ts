// Dependencies of Python projects: pyproject.toml (standard, groups, poetry), requirements files, setup.cfg, Pipfile; locked by uv, poetry, pdm or Pipfile.lock.
import { escapeRegex, record, tomlRecord } from './manifest-text.ts';
import { type Folder, filesIn } from './part.ts';
import type { Dependency, DependencyRole, ProjectScript } from './project-profile.ts';
import { evidenceAt, inFolder, lineOf } from './project-reader.ts';

interface Required {
  readonly name: string;
  readonly declared: string | null;
  readonly role: DependencyRole;
  readonly file: string;
  readonly line: number | undefined;
}

/** The name of a distribution as PEP 503 compares it. */
export function distributionName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** Name and version range of a requirement (PEP 508); null for what is none, such as an option, a path or an address. */
export function parseRequirement(text: string): { readonly name: string; readonly declared: string | null } | null {
  const clean = text.replace(/\s+#.*$|^#.*$/, '').trim();
  const match = /^([A-Za-z0-9][\w.-]*?)\s*(?:\[[^\]]*\])?\s*(@\s*\S+|\(?(?:===|[<>=!~]=?)[^;)]*\)?)?\s*(?:;.*)?$/.exec(
    clean,
  );
  if (!match?.[1] || /\.(?:whl|zip|tar\.gz)$/.test(match[1])) return null;
  const declared = match[2]?.replace(/^\(|\)$/g, '').trim();
  return { name: match[1], declared: declared || null };
}

/** Dependencies that a folder's Python files declare. */
export async function pythonDependencies(folder: Folder): Promise<Dependency[]> {
  const required = [
    ...(await pyprojectRequired(folder)),
    ...requirementsRequired(folder),
    ...setupRequired(folder),
    ...(await pipfileRequired(folder)),
  ];
  const lock = await pythonLock(folder);
  const seen = new Set<string>();
  return required.flatMap((one) => {
    const key = distributionName(one.name);
    if (seen.has(key)) return [];
    seen.add(key);
    const locked = lock?.versions.get(key);
    return [
      {
        ecosystem: 'python' as const,
        name: one.name,
        role: one.role,
        declared: one.declared,
        locked: locked?.version ?? null,
        folder: folder.path,
        evidence: evidenceAt(inFolder(folder.path, one.file), one.line),
        ...(lock && locked ? { lockEvidence: evidenceAt(inFolder(folder.path, lock.file), locked.line) } : {}),
      },
    ];
  });
}

async function pyprojectRequired(folder: Folder): Promise<Required[]> {
  const file = 'pyproject.toml';
  const text = folder.read(file);
  const data = await tomlRecord(text);
  if (text === null || data === null) return [];
  const project = record(data['project']);
  const lists: [unknown, DependencyRole][] = [
    [project['dependencies'], 'runtime'],
    ...Object.values(record(project['optional-dependencies'])).map((list): [unknown, DependencyRole] => [
      list,
      'optional',
    ]),
    ...Object.values(record(data['dependency-groups'])).map((list): [unknown, DependencyRole] => [list, 'development']),
    [record(record(data['tool'])['uv'])['dev-dependencies'], 'development'],
    [record(data['build-system'])['requires'], 'build'],
  ];
  const standard = lists.flatMap(([list, role]) =>
    (Array.isArray(list) ? list : []).flatMap((item) => {
      const parsed = typeof item === 'string' ? parseRequirement(item) : null;
      return parsed
        ? [{ ...parsed, role, file, line: lineOf(text, new RegExp(`["']${escapeRegex(parsed.name)}`)) }]
        : [];
    }),
  );
  return [...standard, ...poetryRequired(file, text, data)];
}

function poetryRequired(file: string, text: string, data: Record<string, unknown>): Required[] {
  const poetry = record(record(data['tool'])['poetry']);
  const tables: [unknown, DependencyRole][] = [
    [poetry['dependencies'], 'runtime'],
    [poetry['dev-dependencies'], 'development'],
    ...Object.values(record(poetry['group'])).map((group): [unknown, DependencyRole] => [
      record(group)['dependencies'],
      'development',
    ]),
  ];
  return tables.flatMap(([table, role]) =>
    Object.entries(record(table))
      .filter(([name]) => name !== 'python')
      .map(([name, value]) => ({ name, declared: versionOf(value), role, file, line: keyLine(text, name) })),
  );
}

const requirementFile = /^(?:.*requirements.*|dev|test|tests|base|prod)\.(?:txt|in)$/;

function requirementsRequired(folder: Folder): Required[] {
  return filesIn(folder, ['.', 'requirements'], requirementFile).flatMap((file) => {
    const role = /dev|test|doc|lint/i.test(file) ? 'development' : 'runtime';
    return (folder.read(file) ?? '').split(/\r?\n/).flatMap((line, index) => {
      const parsed = /^\s*(?:-|$)/.test(line) ? null : parseRequirement(line.replace(/\s*\\$|\s+--hash.*$/, ''));
      return parsed ? [{ ...parsed, role, file, line: index + 1 } as const] : [];
    });
  });
}

/** `install_requires` and extras of setup.cfg: indented lines below their keys. setup.py is a program and is not read. */
function setupRequired(folder: Folder): Required[] {
  let [section, key] = ['', ''];
  return (folder.read('setup.cfg') ?? '').split(/\r?\n/).flatMap((line, index): Required[] => {
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header) {
      [section, key] = [header[1] ?? '', ''];
      return [];
    }
    const assigned = /^([\w.-]+)\s*=\s*(.*)$/.exec(line);
    key = assigned?.[1] ?? key;
    const role = setupRole(section, key);
    const parsed = role === null ? null : parseRequirement((assigned?.[2] ?? line).trim());
    return role === null || parsed === null ? [] : [{ ...parsed, role, file: 'setup.cfg', line: index + 1 }];
  });
}

function setupRole(section: string, key: string): DependencyRole | null {
  if (section === 'options' && key === 'install_requires') return 'runtime';
  return section === 'options.extras_require' ? 'optional' : null;
}

async function pipfileRequired(folder: Folder): Promise<Required[]> {
  const text = folder.read('Pipfile');
  const data = await tomlRecord(text);
  if (text === null || data === null) return [];
  const tables: [unknown, DependencyRole][] = [
    [data['packages'], 'runtime'],
    [data['dev-packages'], 'development'],
  ];
  return tables.flatMap(([table, role]) =>
    Object.entries(record(table)).map(([name, value]) => ({
      name,
      declared: versionOf(value),
      role,
      file: 'Pipfile',
      line: keyLine(text, name),
    })),
  );
}

interface PythonLock {
  readonly file: string;
  readonly versions: ReadonlyMap<string, { readonly version: string; readonly line: number }>;
}

/** `[[package]]` tables of uv, poetry and pdm, read line by line: the files are large. */
async function pythonLock(folder: Folder): Promise<PythonLock | null> {
  const file = folder.firstOf('uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock');
  const text = file === undefined ? null : folder.read(file);
  if (file === undefined || text === null) return null;
  const pattern =
    file === 'Pipfile.lock'
      ? /^\s{8}"([^"]+)": \{[^}]*?"version": "==([^"]+)"/gm
      : /^\[\[package\]\]\s*\nname = "([^"]+)"\s*\nversion = "([^"]+)"/gm;
  const versions = new Map<string, { version: string; line: number }>();
  let [line, from] = [1, 0];
  for (const match of text.matchAll(pattern)) {
    line += text.slice(from, match.index).split('\n').length - 1;
    from = match.index;
    versions.set(distributionName(match[1] ?? ''), { version: match[2] ?? '', line });
  }
  return { file, versions };
}

/** Entry points and task tables of pyproject.toml. */
export async function pythonScripts(folder: Folder): Promise<ProjectScript[]> {
  const text = folder.read('pyproject.toml');
  const data = await tomlRecord(text);
  if (text === null || data === null) return [];
  const tool = record(data['tool']);
  const tables = [
    record(data['project'])['scripts'],
    record(tool['poetry'])['scripts'],
    record(tool['pdm'])['scripts'],
    record(record(tool['poe'])['tasks']),
    record(record(tool['taskipy'])['tasks']),
  ];
  return tables.flatMap((table) =>
    Object.entries(record(table)).flatMap(([name, value]) => {
      const command = typeof value === 'string' ? value : record(value)['cmd'];
      if (typeof command !== 'string') return [];
      const evidence = evidenceAt(inFolder(folder.path, 'pyproject.toml'), keyLine(text, name));
      return [{ name, command, folder: folder.path, evidence }];
    }),
  );
}

function versionOf(value: unknown): string | null {
  const version = typeof value === 'string' ? value : record(value)['version'];
  return typeof version === 'string' ? version : null;
}

function keyLine(text: string, name: string): number | undefined {
  return lineOf(text, new RegExp(`^["']?${escapeRegex(name)}["']?\\s*=|^\\[[^\\]\\n]*\\.${escapeRegex(name)}\\]`, 'm'));
}
