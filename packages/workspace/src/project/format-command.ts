// Finds the project's own formatter: which command writes files as the project wants them.
import type { Folder } from './part.ts';
import type { Evidence } from './project-facts.ts';
import type { Configuration } from './project-profile.ts';

/** A formatter that the project itself has chosen. */
export interface Formatter {
  readonly name: string;
  /** Shell text that rewrites files; they are added at its end, quoted. */
  readonly write: string;
  /** Shell text that fails when a file is not formatted; files are added at its end. Null where the tool has no such mode. */
  readonly check: string | null;
  /** Which files it formats, by ending. */
  readonly files: RegExp;
  /** Folder it is run in. */
  readonly cwd: string;
  readonly evidence: Evidence;
}

interface Tool {
  readonly name: string;
  readonly write: string;
  readonly check: string | null;
  readonly files: RegExp;
}

const web = /\.(?:[cm]?[jt]sx?|jsonc?|css|scss|less|html|vue|svelte|md|ya?ml)$/;
const biomeFiles = /\.(?:[cm]?[jt]sx?|jsonc?|css|graphql)$/;

const node: Readonly<Record<string, Tool>> = {
  Biome: { name: 'biome', write: 'biome format --write', check: 'biome format', files: biomeFiles },
  Prettier: { name: 'prettier', write: 'prettier --write', check: 'prettier --check', files: web },
};

/** Formatters of a folder, by its manifests and configuration; a formatter that is only installed on the machine is none. */
function formattersOf(folder: Folder, configuration: readonly Configuration[]): Formatter[] {
  const configured = (tool: string) => configuration.find((one) => one.tool === tool)?.evidence;
  const found: Formatter[] = [];
  const add = (tool: Tool, evidence: Evidence | undefined, runner = '') => {
    if (evidence)
      found.push({
        ...tool,
        write: runner + tool.write,
        check: tool.check === null ? null : runner + tool.check,
        cwd: folder.path,
        evidence,
      });
  };
  for (const [tool, command] of Object.entries(node))
    add(command, nodeEvidence(folder, tool, configured(tool)), 'npx --no-install ');
  const python = pythonRunner(folder);
  const declares = (name: string): Evidence | undefined => declared(folder, name);
  const files = /\.pyi?$/;
  const ruff = configured('Ruff') ?? declares('ruff');
  const black = configured('Black') ?? declares('black');
  add({ name: 'black', write: 'black -q', check: 'black --check', files }, black, python);
  if (!black) add({ name: 'ruff', write: 'ruff format', check: 'ruff format --check', files }, ruff, python);
  const has = (file: string) => (folder.has(file) ? folder.evidence(file) : undefined);
  add({ name: 'gofmt', write: 'gofmt -w', check: null, files: /\.go$/ }, has('go.mod'));
  add({ name: 'rustfmt', write: 'rustfmt', check: 'rustfmt --check', files: /\.rs$/ }, has('Cargo.toml'));
  add(
    {
      name: 'clang-format',
      write: 'clang-format -i',
      check: 'clang-format -n -Werror',
      files: /\.(?:c|h|cc|cpp|hpp)$/,
    },
    has('.clang-format'),
  );
  add(
    {
      name: 'php-cs-fixer',
      write: 'vendor/bin/php-cs-fixer fix',
      check: 'vendor/bin/php-cs-fixer fix --dry-run',
      files: /\.php$/,
    },
    configured('PHP-CS-Fixer'),
  );
  add(
    { name: 'rubocop', write: 'bundle exec rubocop -x', check: 'bundle exec rubocop --only Layout', files: /\.rb$/ },
    configured('RuboCop'),
  );
  const project = folder.entries.find((entry) => /\.(?:slnx?|csproj)$/.test(entry.name))?.name;
  if (project !== undefined)
    add(
      {
        name: 'dotnet format',
        write: 'dotnet format whitespace --include',
        check: 'dotnet format whitespace --verify-no-changes --include',
        files: /\.cs$/,
      },
      folder.evidence(project),
    );
  return found;
}

/** Formatters of all folders, the root first; a member's own only where the root has none of that name, because they look upwards themselves. */
export function formattersOfAll(
  folders: readonly { readonly folder: Folder; readonly configuration: readonly Configuration[] }[],
): Formatter[] {
  const found: Formatter[] = [];
  for (const { folder, configuration } of folders)
    for (const formatter of formattersOf(folder, configuration))
      if (!found.some(({ name, cwd }) => name === formatter.name && cwd === '.')) found.push(formatter);
  return found;
}

/** Configured, and declared by the package or by the workspace around it. */
function nodeEvidence(folder: Folder, tool: string, configured: Evidence | undefined): Evidence | undefined {
  const name = tool === 'Biome' ? '"@biomejs/biome"' : '"prettier"';
  const text = folder.read('package.json') ?? '';
  if (!text.includes(name)) return undefined;
  return configured ?? (tool === 'Prettier' ? folder.evidence('package.json', name) : undefined);
}

function declared(folder: Folder, name: string): Evidence | undefined {
  for (const file of ['pyproject.toml', 'requirements-dev.txt', 'requirements.txt', 'dev-requirements.txt']) {
    const pattern = new RegExp(`(?:^|["'])${name}(?=["'\\s=<>~!\\[]|$)`, 'm');
    if (pattern.test(folder.read(file) ?? '')) return folder.evidence(file, pattern);
  }
  return undefined;
}

function pythonRunner(folder: Folder): string {
  const environment = ['.venv', 'venv'].find((name) => folder.has(name));
  if (environment) return `${environment}/bin/python -m `;
  if (folder.has('uv.lock')) return 'uv run ';
  return folder.has('poetry.lock') ? 'poetry run ' : 'python3 -m ';
}
