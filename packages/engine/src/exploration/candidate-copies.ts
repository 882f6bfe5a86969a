// Fresh copies in which candidates are compared: the files as they were, a candidate's change without what it made of tests.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandResult, ProjectCheck, Workspace } from '@monkey-coder/workspace';
import { bringOver } from '../outcome/copy-files.ts';
import { foldRunFacts } from '../outcome/run-facts.ts';
import { isTestFile } from '../outcome/test-files.ts';
import type { RunContext } from '../parts/run-context.ts';
import { permitCheck, verificationChecks } from '../run/checks.ts';
import type { Scored } from './candidate-evidence.ts';
import { helperFolder } from './candidate-places.ts';
import type { Exploration } from './exploration.ts';

/** One copy. */
export interface CandidateCopy {
  /** Undefined for the files as they were. */
  readonly subject: Scored | undefined;
  readonly folder: string;
  readonly workspace: Workspace;
}

/** Copies that are made when they are first needed; all of them are gone when they are closed. */
export class Copies {
  readonly #exploration: Exploration;
  readonly #subjects: readonly (Scored | undefined)[];
  readonly #home: string;
  readonly #open: CandidateCopy[] = [];
  #made: Promise<readonly CandidateCopy[]> | undefined;

  /** `name`: of the folder they are in; those of another name may be there at the same time. */
  constructor(exploration: Exploration, subjects: readonly (Scored | undefined)[], name = 'compare') {
    this.#exploration = exploration;
    this.#subjects = subjects;
    this.#home = helperFolder(exploration, name);
  }

  /** The copies, in the order of the subjects. Throws MonkeyError `workspace.io`. */
  all(): Promise<readonly CandidateCopy[]> {
    this.#made ??= this.#make();
    return this.#made;
  }

  async close(): Promise<void> {
    for (const { workspace } of this.#open) await workspace.close();
    rmSync(this.#home, { recursive: true, force: true });
  }

  async #make(): Promise<readonly CandidateCopy[]> {
    const { run, base } = this.#exploration;
    const home = this.#home;
    rmSync(home, { recursive: true, force: true });
    for (const [at, subject] of this.#subjects.entries()) {
      const folder = join(home, `files-${at}`);
      await run.workspace.snapshots.materialise(base, folder);
      for (const { path } of subject?.changes ?? [])
        if (subject !== undefined && !isTestFile(path)) bringOver(subject.folder, folder, path);
      this.#open.push({ subject, folder, workspace: await run.openFolder(folder, join(home, `state-${at}`)) });
    }
    return this.#open;
  }
}

/** The check that the user gave, or the tests of the project, where it may run. */
export async function comparingCheck(run: RunContext): Promise<ProjectCheck | undefined> {
  const checks = verificationChecks(run, foldRunFacts(run.recorder.events));
  for (const kind of ['custom', 'tests'] as const)
    for (const check of checks) if (check.kind === kind && (await permitCheck(run, check))) return check;
  return undefined;
}

/** Runs a check in a copy; undefined when it could not be started. */
export function runInCopy(
  run: RunContext,
  { workspace }: CandidateCopy,
  check: ProjectCheck,
  timeoutMs: number,
): Promise<CommandResult | undefined> {
  return workspace.commands
    .run({
      command: check.command,
      ...(check.cwd === '.' || check.cwd === '' ? {} : { cwd: check.cwd }),
      ...{ timeoutMs, maxOutputBytes: 256 * 1024, writable: true },
      ...{ network: run.settings.network, sandbox: run.settings.sandbox, signal: run.connection.signal },
    })
    .catch(() => undefined);
}
