// What a project is made of, each fact with the file it was read from.
import type { CheckKind } from '@monkey-coder/protocol';

/** A fact and where it stands. */
export interface Evidence {
  /** File relative to the root. */
  readonly file: string;
  /** 1-based; absent when the file's presence is the evidence. */
  readonly line?: number;
}

/** A command that checks the project. */
export interface ProjectCheck {
  readonly kind: CheckKind;
  /** Shell text, run in `cwd`. */
  readonly command: string;
  /** Relative to the root; `.` for the root. */
  readonly cwd: string;
  readonly evidence: Evidence;
}

/** What could be found out by reading files alone. Unknown is an empty list. */
export interface ProjectFacts {
  /** One line for people, such as `Node.js package "cart" (JavaScript, npm), tests: npm test`. */
  readonly summary: string;
  readonly name: string | null;
  readonly languages: readonly string[];
  readonly packageManagers: readonly { readonly name: string; readonly evidence: Evidence }[];
  readonly frameworks: readonly { readonly name: string; readonly evidence: Evidence }[];
  readonly checks: readonly ProjectCheck[];
  /** Relative folders of workspace members (monorepo). */
  readonly members: readonly string[];
  readonly isGitRepository: boolean;
}
