// The seam to one check of a project: what it found, and the proof that it ran.
import type { CheckKind, Receipt } from '@monkey-coder/protocol';
import type { CodeParser } from '../code/code-parser.ts';
import type { ProjectProfile } from '../project/project-profile.ts';
import type { CheckOptions, CheckPlace } from './run-check.ts';

/** One thing that is wrong, or may be. */
export interface Finding {
  /** Relative to the root. */
  readonly file: string;
  /** 1-based; null when the whole file is meant. */
  readonly line: number | null;
  /** 1-based; null when unknown. */
  readonly column: number | null;
  /** `unsure`: it may be right; somebody has to look. */
  readonly severity: 'error' | 'warning' | 'unsure';
  /** The tool's own name of it, such as `TS2304` or `unused-dependency`; null when it has none. */
  readonly code: string | null;
  readonly message: string;
  /** The tool that says so. */
  readonly source: string;
}

/** What a check came to. */
export interface CheckResult {
  readonly kind: CheckKind;
  /** For people, such as `lint: npm run lint`. */
  readonly name: string;
  /** `skipped` when it could not be run; `reason` says why. */
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** Null when it was skipped. */
  readonly receipt: Receipt | null;
}

/** What checks look at. */
export interface CheckSubject extends CheckPlace {
  /** Real path of the root. */
  readonly root: string;
  /** The project's files, relative to the root. */
  readonly paths: readonly string[];
  /** The files that were asked for; null for all. Checks of single files look at no others. */
  readonly scope: readonly string[] | null;
  readonly profile: ProjectProfile;
  readonly parser: CodeParser;
  /** Whether a file or folder is there, relative to the root. */
  exists(path: string): boolean;
  /** Text of a file below the root; null when there is none, or it is no text. */
  read(path: string): string | null;
}

/** Bounds and sources of checks, the signal excepted. */
export type CheckLimits = Omit<CheckOptions, 'signal'>;

/**
 * One check.
 *
 * Contract: `run` never changes the user's files. It resolves with what it found, also when a command failed or is missing;
 * it rejects only when the signal aborts, or with a bug. The receipt names the tree that was looked at.
 */
export interface Check {
  readonly kind: CheckKind;
  readonly name: string;
  run(subject: CheckSubject, signal: AbortSignal): Promise<CheckResult>;
}

/** A check of our own, that runs no command: its receipt says what was looked at. It fails when there is an error among the findings. */
export function ownCheck(
  { kind, name, limits }: { readonly kind: CheckKind; readonly name: string; readonly limits: CheckLimits },
  look: (subject: CheckSubject, signal: AbortSignal) => Promise<readonly Finding[]>,
): Check {
  return {
    kind,
    name,
    async run(subject, signal) {
      const startedAt = limits.now();
      const [treeHash, findings] = await Promise.all([subject.snapshots.treeHash(), look(subject, signal)]);
      signal.throwIfAborted();
      const errors = findings.filter(({ severity }) => severity === 'error').length;
      const receipt: Receipt = {
        id: limits.newId('chk'),
        kind,
        command: `monkey check: ${name}`,
        exitCode: errors === 0 ? 0 : 1,
        passed: errors === 0,
        treeHash,
        startedAt,
        durationMs: limits.now() - startedAt,
        tail: findings.slice(0, 20).map(describeFinding).join('\n').slice(0, 4_000),
      };
      return { kind, name, status: errors === 0 ? 'passed' : 'failed', reason: '', findings, receipt };
    },
  };
}

/** One line: `file:line:column: message (code)`. */
export function describeFinding({ file, line, column, message, code }: Finding): string {
  const place = [file, line, line === null ? null : column].filter((part) => part !== null).join(':');
  return `${place}: ${message}${code === null ? '' : ` (${code})`}`;
}

/** The paths to look at: all of them, or those that were asked for. */
export function pathsInScope({ paths, scope }: CheckSubject): readonly string[] {
  if (scope === null) return paths;
  const asked = new Set(scope);
  return paths.filter((path) => asked.has(path));
}
