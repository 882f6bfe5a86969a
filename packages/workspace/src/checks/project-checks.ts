// The face of analysis and checks of one folder: what kind of project it is, what is wrong with it, what its tests notice.
import type { ProjectProfile } from '../project/project-profile.ts';
import type { CheckLimits, CheckResult, Finding } from './check.ts';
import type { FormatOutcome } from './format-check.ts';
import type { MutationReport } from './mutation-check.ts';
import type { ProjectCopy } from './project-copy.ts';
import type { CheckCommand } from './run-check.ts';
import type { SyntaxChange } from './syntax-check.ts';

/** Which checks to run on what. */
export interface CheckRequest {
  /** Files and folders, relative to the root; null for the whole project. */
  readonly paths: readonly string[] | null;
  /** Kinds of checks; null for all. */
  readonly kinds: readonly string[] | null;
  readonly limits: CheckLimits;
  /** Called as each check ends. */
  readonly onResult?: (result: CheckResult) => void;
  readonly signal: AbortSignal;
}

/**
 * Analysis and checks of one folder.
 *
 * Contract: `profile` and `syntaxChange` execute nothing of the project. `run`, `format` and `mutate` run commands of the
 * project, in the sandbox, and are called only when somebody asked for it. Only `format` writes to the user's files.
 */
export interface ProjectChecks {
  profile(options: { readonly near?: string; readonly signal: AbortSignal }): Promise<ProjectProfile>;
  run(request: CheckRequest): Promise<readonly CheckResult[]>;
  /** Formats files with the project's own formatters, else with bundled ones; of a file that differs from the last commit only the lines that differ. */
  format(
    request: Pick<CheckRequest, 'limits' | 'signal'> & { readonly paths: readonly string[] },
  ): Promise<readonly FormatOutcome[]>;
  /** Mutates lines that differ from the last commit, in these files or all of them; or those that are named. */
  mutate(
    request: Pick<CheckRequest, 'paths' | 'limits' | 'signal'> & {
      readonly maxMutants: number;
      readonly maxMs: number;
      /** Lines (1-based) of each file, instead of those that differ. */
      readonly lines?: ReadonlyMap<string, readonly number[]>;
      /** Files that are left out of the copy. */
      readonly without?: readonly string[];
      /** The command that must notice; the project's tests when absent. */
      readonly check?: CheckCommand;
    },
  ): Promise<MutationReport>;
  /** Gives a copy of the folder to `use`, to write and run things in; it is removed afterwards. */
  inCopy<T>(
    options: { readonly without?: readonly string[]; readonly signal: AbortSignal },
    use: (copy: ProjectCopy) => Promise<T>,
  ): Promise<T>;
  /** Files that differ from the last commit; null without one. */
  changedPaths(signal: AbortSignal): Promise<readonly string[] | null>;
  /** What an edit does to the syntax of a file; null where nothing can be said. */
  syntaxChange(
    path: string,
    texts: { readonly before: string | null; readonly after: string | null },
  ): Promise<SyntaxChange | null>;
  /** New errors that a language server on PATH finds in a changed file; the server is started at the first call. Waits at most `waitMs`. */
  newDiagnostics(
    path: string,
    texts: { readonly before: string | null; readonly after: string | null },
    waitMs: number,
  ): Promise<readonly Finding[]>;
  close(): Promise<void>;
}
