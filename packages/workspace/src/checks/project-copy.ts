// A copy of a project to try something in: its files, dependencies linked, commands in the sandbox; removed at the end.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type { LocalCommandRunner } from '../commands/local-command-runner.ts';
import { writeTree } from '../snapshots/materialise.ts';
import type { CheckLimits } from './check.ts';

/** How a command in a copy ended. */
export interface CopyRun {
  readonly exitCode: number | null;
  /** It ended by itself, with success. */
  readonly passed: boolean;
  readonly durationMs: number;
  readonly output: string;
}

/** A copy of a project. */
export interface ProjectCopy {
  /** Real path. */
  readonly root: string;
  /** Writes a file, or removes it for null. Throws MonkeyError `workspace.outside` for a path that leads out of the copy. */
  write(path: string, text: string | null): void;
  run(command: { readonly command: string; readonly cwd: string }, limits: CheckLimits): Promise<CopyRun>;
}

/** What a copy is made of. */
export interface CopySource {
  readonly root: string;
  /** The project's files, relative to the root. */
  readonly paths: readonly string[];
  /** Where the copy is made. */
  readonly folder: string;
  /** A runner for the copy. */
  readonly openRunner: (root: string) => LocalCommandRunner;
  readonly signal: AbortSignal;
}

/** Makes a copy, gives it to `use`, and removes it. The user's files are only read. */
export async function inProjectCopy<T>(source: CopySource, use: (copy: ProjectCopy) => Promise<T>): Promise<T> {
  mkdirSync(source.folder, { recursive: true });
  const root = realpathSync(mkdtempSync(join(source.folder, 'copy-')));
  const runner = source.openRunner(root);
  try {
    copyProject(source.root, source.paths, root);
    return await use({
      root,
      write: (path, text) => writeInside(root, path, text),
      run: (command, limits) => runInCopy(runner, command, { limits, signal: source.signal }),
    });
  } finally {
    await runner.close();
    rmSync(root, { recursive: true, force: true });
  }
}

async function runInCopy(
  runner: LocalCommandRunner,
  { command, cwd }: { readonly command: string; readonly cwd: string },
  { limits, signal }: { readonly limits: CheckLimits; readonly signal: AbortSignal },
): Promise<CopyRun> {
  const { exitCode, endedBy, durationMs, output } = await runner.run({
    command,
    ...(cwd === '.' ? {} : { cwd }),
    timeoutMs: limits.timeoutMs,
    maxOutputBytes: limits.maxOutputBytes ?? 16 * 1024,
    network: limits.network ?? false,
    writable: true,
    sandbox: limits.sandbox ?? 'preferred',
    signal,
  });
  signal.throwIfAborted();
  return { exitCode, passed: exitCode === 0 && endedBy === 'itself', durationMs, output };
}

/** Links of the project are copied as links: what is written must not go through one to files that are not the copy's. */
function writeInside(root: string, path: string, text: string | null): void {
  const target = join(root, path);
  const isInside = (place: string): boolean => place === root || place.startsWith(root + sep);
  const outside = (): MonkeyError => new MonkeyError('workspace.outside', `${path} leads out of the copy`);
  if (!isInside(target) || target === root) throw outside();
  let parent = dirname(target);
  while (!existsSync(parent)) parent = dirname(parent);
  if (!isInside(realpathSync(parent))) throw outside();
  rmSync(target, { recursive: true, force: true });
  if (text === null) return;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** Copies the files; members of a monorepo are linked to the copy's own. */
export function copyProject(root: string, paths: readonly string[], copy: string): void {
  writeTree({ root, folder: copy, current: paths, restored: [] });
  ownMembers(root, copy);
}

/** Members of a workspace are linked in node_modules: there the links have to lead into the copy, or its files are not what is tested. */
function ownMembers(root: string, copy: string): void {
  const [modules, linked] = [join(root, 'node_modules'), join(copy, 'node_modules')];
  if (!existsSync(modules) || !lstatSync(linked).isSymbolicLink()) return;
  unlinkSync(linked);
  linkEntries({ root, copy, from: modules, to: linked });
}

function linkEntries({ root, copy, from, to }: Readonly<Record<'root' | 'copy' | 'from' | 'to', string>>): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.name.startsWith('@') && entry.isDirectory()) {
      linkEntries({ root, copy, from: source, to: join(to, entry.name) });
      continue;
    }
    const real = entry.isSymbolicLink() && existsSync(source) ? realpathSync(source) : source;
    const inside = relative(root, real);
    const isMember = entry.isSymbolicLink() && !inside.startsWith('..') && !inside.split(sep).includes('node_modules');
    symlinkSync(isMember ? join(copy, inside) : source, join(to, entry.name));
  }
}
