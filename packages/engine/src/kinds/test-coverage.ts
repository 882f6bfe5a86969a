// Which lines new tests execute, where the project's runner tells that for nothing: nothing is installed for it.
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { parseJson } from '@monkey-coder/protocol';
import type { ProjectCheck, ProjectCopy } from '@monkey-coder/workspace';
import { addCoverage, type ExecutedLines } from './read-coverage.ts';
import { limitsOf, type WorkGround } from './work-ground.ts';

/** Lines that were executed, and what told so. */
export interface Coverage {
  /** By path relative to the root. */
  readonly lines: ReadonlyMap<string, ReadonlySet<number>>;
  /** For people: `node`, `vitest`. */
  readonly source: string;
}

const folderName = '.monkey-coverage';
const maxBytes = 64 * 1024 * 1024;
const mostFiles = 500;

/** Runs the new tests alone, once, with coverage; undefined where the runner gives none, or they do not pass so. */
export async function coverageOf(
  ground: WorkGround,
  check: ProjectCheck,
  without: readonly string[],
): Promise<Coverage | undefined> {
  const checks = await ground.workspace.checks();
  return checks.inCopy({ without, signal: ground.signal }, async (copy) => {
    const folder = join(copy.root, folderName);
    const covering = coveringCommand(check, { root: copy.root, folder });
    if (covering === undefined) return undefined;
    const { passed } = await copy.run({ ...check, command: covering.command }, limitsOf(ground));
    return passed ? readFolder(folder, copy, { source: covering.source, cwd: check.cwd }) : undefined;
  });
}

interface Covering {
  readonly command: string;
  readonly source: string;
}

/** The command of the tests, made to tell what it executes; undefined for a runner that cannot, or is not known. */
export function coveringCommand(
  { command, cwd }: Pick<ProjectCheck, 'command' | 'cwd'>,
  { root, folder }: { readonly root: string; readonly folder: string },
): Covering | undefined {
  const script = scriptBehind(command, join(root, cwd));
  const more = (flags: string): string => `${command}${script === undefined ? '' : ' --'} ${flags}`;
  const text = script ?? command;
  const quoted = `'${folder.replaceAll("'", "'\\''")}'`;
  if (/\bvitest\b/.test(text)) {
    const isThere = ['v8', 'istanbul'].some((one) =>
      existsSync(join(root, cwd, 'node_modules/@vitest', `coverage-${one}`)),
    );
    const flags = `--coverage.enabled --coverage.reporter=json --coverage.reportsDirectory=${quoted}`;
    return isThere ? { command: more(flags), source: 'vitest' } : undefined;
  }
  if (/\bjest\b/.test(text))
    return { command: more(`--coverage --coverageReporters=json --coverageDirectory=${quoted}`), source: 'jest' };
  if (/\bnode\b.*\s--test\b|\bmocha\b|^node\s/.test(text))
    return { command: `NODE_V8_COVERAGE=${quoted} ${command}`, source: 'node' };
  const python = /^(?:(\S*python[\d.]*) -m )?(pytest|unittest)\b(.*)$/.exec(text);
  if (python === null) return undefined;
  const [, program = 'python3', runner, rest] = python;
  const data = `--data-file=${quoted}/data`;
  return {
    command: `mkdir -p ${quoted} && ${program} -m coverage run ${data} -m ${runner}${rest} && ${program} -m coverage json -q ${data} -o ${quoted}/coverage.json`,
    source: 'coverage.py',
  };
}

/** The script that a package runner starts; undefined for a plain command. */
function scriptBehind(command: string, folder: string): string | undefined {
  const name = /^(?:npm|pnpm|yarn|bun)(?: run)? ([\w:-]+)$/.exec(command.replace(/^npm t$/, 'npm test').trim())?.[1];
  if (name === undefined) return undefined;
  const manifest = parseJson(textOf(join(folder, 'package.json')) ?? '') as
    | { scripts?: Record<string, unknown> }
    | undefined;
  const script = manifest?.scripts?.[name];
  return typeof script === 'string' ? script : undefined;
}

function readFolder(
  folder: string,
  { root }: ProjectCopy,
  { source, cwd }: { readonly source: string; readonly cwd: string },
): Coverage | undefined {
  const found: ExecutedLines = new Map();
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const known = names.slice(0, mostFiles).filter((name) => {
    const text = textOf(join(folder, name));
    return text !== null && addCoverage(parseJson(text), found, textOf);
  });
  if (known.length === 0) return undefined;
  const lines = new Map<string, ReadonlySet<number>>();
  for (const [path, executed] of found) {
    const inside = relative(root, isAbsolute(path) ? path : join(root, cwd, path)).replaceAll('\\', '/');
    if (!inside.startsWith('..')) lines.set(inside, executed);
  }
  return { lines, source };
}

/** Tests write these files, or links in their place: only plain ones of a bounded size are read. */
function textOf(path: string): string | null {
  try {
    const { size } = lstatSync(path);
    return lstatSync(path).isFile() && size <= maxBytes ? readFileSync(path, 'utf8') : null;
  } catch {
    return null;
  }
}
