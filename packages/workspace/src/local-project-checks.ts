// Analysis and checks of one folder on this machine, put together. A lazy part of its own.
import { projectChecks, projectFormatters } from './checks/all-checks.ts';
import { changedLines, changedPaths } from './checks/changed-lines.ts';
import type { CheckResult, CheckSubject, Finding } from './checks/check.ts';
import { createCheckSubject } from './checks/check-subject.ts';
import type { FormatOutcome } from './checks/format-check.ts';
import { formatProject } from './checks/format-project.ts';
import { LanguageServers } from './checks/language-servers.ts';
import { type MutationReport, mutateChanges } from './checks/mutation-check.ts';
import type { CheckRequest, ProjectChecks } from './checks/project-checks.ts';
import { inProjectCopy, type ProjectCopy } from './checks/project-copy.ts';
import type { CheckCommand } from './checks/run-check.ts';
import { type SyntaxChange, syntaxChange } from './checks/syntax-check.ts';
import { createCodeParser } from './code/tree-sitter-parser.ts';
import type { CommandRunner } from './commands/command-runner.ts';
import type { LocalCommandRunner } from './commands/local-command-runner.ts';
import type { SafeWriter } from './files/atomic-write.ts';
import type { RunGit } from './git/run-git.ts';
import { profileProject } from './project/profile.ts';
import type { ProjectProfile } from './project/project-profile.ts';
import type { FileLister } from './search/search.ts';
import type { SnapshotStore } from './snapshots/snapshot-store.ts';

/** What the checks are made of. */
export interface ProjectChecksOptions {
  /** Real path. */
  readonly root: string;
  readonly lister: FileLister;
  readonly commands: CommandRunner;
  readonly snapshots: Pick<SnapshotStore, 'treeHash'>;
  readonly runGit: RunGit;
  readonly writer: Pick<SafeWriter, 'write'>;
  /** Where copies are made. */
  readonly folder: string;
  /** Without secrets; for language servers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A runner for a copy. */
  readonly openRunner: (root: string) => LocalCommandRunner;
}

/** Opens them; nothing is read yet. */
export function openProjectChecks(options: ProjectChecksOptions): ProjectChecks {
  return new LocalProjectChecks(options);
}

const maxPaths = 50_000;

class LocalProjectChecks implements ProjectChecks {
  readonly #options: ProjectChecksOptions;
  readonly #parser = createCodeParser();
  readonly #servers: LanguageServers;

  constructor(options: ProjectChecksOptions) {
    this.#options = options;
    const { root, environment } = options;
    this.#servers = new LanguageServers({ root, environment, allowProjectPrograms: false });
  }

  async profile({ near, signal }: { readonly near?: string; readonly signal: AbortSignal }): Promise<ProjectProfile> {
    const { root, lister } = this.#options;
    const { paths, truncated } = await lister.list({ limit: maxPaths, signal });
    return profileProject(root, { paths, truncated, ...(near === undefined ? {} : { near }) });
  }

  async run({ paths, kinds, limits, onResult, signal }: CheckRequest): Promise<readonly CheckResult[]> {
    const subject = await this.#subject(paths, signal);
    const checks = projectChecks(subject.profile, projectFormatters(this.#options.root, subject.profile), limits);
    const results: CheckResult[] = [];
    for (const check of checks) {
      if (kinds !== null && !kinds.includes(check.kind)) continue;
      const result = await check.run(subject, signal);
      results.push(result);
      onResult?.(result);
    }
    return results;
  }

  async format({
    paths,
    limits,
    signal,
  }: Pick<CheckRequest, 'limits' | 'signal'> & { readonly paths: readonly string[] }): Promise<FormatOutcome[]> {
    const { root, commands, runGit, writer } = this.#options;
    const subject = await this.#subject(paths, signal);
    const formatters = projectFormatters(root, subject.profile);
    return formatProject(subject, { formatters, root, commands, runGit, writer, limits, signal });
  }

  async mutate({
    paths,
    limits,
    signal,
    lines,
    check,
    ...bounds
  }: Pick<CheckRequest, 'paths' | 'limits' | 'signal'> & {
    readonly maxMutants: number;
    readonly maxMs: number;
    readonly lines?: ReadonlyMap<string, readonly number[]>;
    readonly without?: readonly string[];
    readonly check?: CheckCommand;
  }): Promise<MutationReport> {
    const { root, runGit, folder, openRunner } = this.#options;
    const subject = await this.#subject(paths, signal);
    const tests = check ?? subject.profile.facts.checks.find(({ kind }) => kind === 'tests');
    const nothing = { command: tests?.command ?? '', results: [], untried: 0 };
    if (tests === undefined) return { ...nothing, reason: 'no tests were found' };
    if (lines !== undefined)
      return mutateChanges({ subject, changed: lines, tests, limits, folder, openRunner, signal, ...bounds });
    const differing = await changedPaths(root, runGit, signal);
    if (differing === null) return { ...nothing, reason: 'there is no commit to compare with' };
    const asked = new Set(subject.scope ?? differing);
    const changed = new Map<string, readonly number[]>();
    for (const path of differing.filter((one) => asked.has(one))) {
      const text = subject.read(path);
      if (text !== null) changed.set(path, await changedLines({ root, path, text }, runGit, signal));
    }
    return mutateChanges({ subject, changed, tests, limits, folder, openRunner, signal, ...bounds });
  }

  async inCopy<T>(
    { without = [], signal }: { readonly without?: readonly string[]; readonly signal: AbortSignal },
    use: (copy: ProjectCopy) => Promise<T>,
  ): Promise<T> {
    const { root, folder, openRunner, lister } = this.#options;
    const { paths } = await lister.list({ limit: maxPaths, signal });
    const left = new Set(without);
    const source = { root, paths: paths.filter((path) => !left.has(path)), folder, openRunner, signal };
    return inProjectCopy(source, use);
  }

  changedPaths(signal: AbortSignal): Promise<readonly string[] | null> {
    return changedPaths(this.#options.root, this.#options.runGit, signal);
  }

  syntaxChange(
    path: string,
    texts: { readonly before: string | null; readonly after: string | null },
  ): Promise<SyntaxChange | null> {
    return syntaxChange(this.#parser, path, texts);
  }

  async newDiagnostics(
    path: string,
    { before, after }: { readonly before: string | null; readonly after: string | null },
    waitMs: number,
  ): Promise<readonly Finding[]> {
    if (after === null) return [];
    const answer = await this.#servers.changed(path, { before, after }, waitMs);
    return answer?.findings ?? [];
  }

  async close(): Promise<void> {
    await this.#servers.close();
    this.#parser.close();
  }

  async #subject(asked: readonly string[] | null, signal: AbortSignal): Promise<CheckSubject> {
    const subject = await createCheckSubject(this.#options, { parser: this.#parser, scope: null, signal });
    if (asked === null) return subject;
    const inScope = (path: string): boolean =>
      asked.some((one) => one === '.' || one === '' || path === one || path.startsWith(`${one}/`));
    return { ...subject, scope: subject.paths.filter(inScope) };
  }
}
