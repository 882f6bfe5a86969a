// The seam to one directory tree: files, edits, search, commands and snapshots, everything path-checked.
import type { FileChange } from '@monkey-coder/protocol';
import type { Finding } from './checks/check.ts';
import type { ProjectChecks } from './checks/project-checks.ts';
import type { SyntaxChange } from './checks/syntax-check.ts';
import type { CodeIntelligence } from './code/code-intelligence.ts';
import type { CommandRunner } from './commands/command-runner.ts';
import type { Edit, EditRefusal } from './edits/edit.ts';
import type { ProjectFacts } from './project/project-facts.ts';
import type { FileLister, TextSearch } from './search/search.ts';
import type { SnapshotStore } from './snapshots/snapshot-store.ts';

/** A text file as it was read. */
export interface FileText {
  /** Relative to the root, forward slashes; absolute for files of an added folder. */
  readonly path: string;
  /** Decoded text with its own line endings, without byte-order mark. */
  readonly text: string;
  /** SHA-256 of the bytes on disk, hex. */
  readonly hash: string;
  readonly sizeBytes: number;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';
  readonly hasByteOrderMark: boolean;
}

/** A few lines of a file of any size. */
export interface LineRange {
  readonly path: string;
  /** Whole lines, but for one that alone is longer than was asked for: that one is cut. */
  readonly text: string;
  /** Lines in `text`; 0 when the file ends before the first asked for. */
  readonly lineCount: number;
  /** Whether the file ends with `text`. */
  readonly isEnd: boolean;
  /** Whether the one line of `text` was cut. */
  readonly isCut: boolean;
  /** Lines of the whole file where the end was reached, else null. */
  readonly totalLines: number | null;
  readonly sizeBytes: number;
}

/** The files of the repository that the root lies in, for reading what stands above the root. */
export interface OuterFiles {
  /** Path of the root below the repository's top: `packages/cart`. */
  readonly prefix: string;
  /** Paths are relative to the repository's top; links out of the repository are refused like everything outside. */
  readFile(path: string): Promise<FileText>;
  check(path: string, access: 'read'): Promise<{ readonly exists: boolean; readonly isDirectory: boolean }>;
}

/** One file of a change plan. `before` and `after` are SHA-256 of the bytes, null where the file does not exist. */
export interface PlannedFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A change that has been worked out but not made: it can be shown, judged, journaled, applied, and examined after a crash. */
export interface ChangePlan {
  readonly kind: 'planned';
  readonly files: readonly PlannedFile[];
  readonly changes: readonly FileChange[];
  /** Unified diff for people. */
  readonly diff: string;
  /** How the text was found, when not exactly: one sentence, else empty. */
  readonly tolerance: string;
}

/** What is on disk compared with a plan. */
export type PlanState = 'not-applied' | 'applied' | 'partly-applied' | 'changed-since';

/**
 * One directory tree.
 *
 * Contract:
 * - Paths are relative to the root or absolute; what resolves outside root and added folders (symlinks followed) is refused
 *   with MonkeyError `workspace.outside`; `.git`, and the agent's own configuration, are never written (`workspace.protected`).
 * - Failures are MonkeyErrors of the `workspace.*` codes. A refused edit is a value, not a throw.
 * - `apply` is all or nothing as far as a file system can be: it checks every `before` hash first (`workspace.stale`), then
 *   replaces file by file, each atomically. Mode, encoding, byte-order mark and line endings of existing files are kept.
 */
export interface Workspace {
  /** Real path of the root. */
  readonly root: string;
  readonly addedFolders: readonly string[];
  readonly commands: CommandRunner;
  readonly snapshots: SnapshotStore;
  readonly search: TextSearch;
  readonly lister: FileLister;

  readFile(path: string): Promise<FileText>;
  /** Lines from `firstLine` (1-based) on, in memory bounded by `maxBytes` whatever the file's size. Throws like `readFile`. */
  readRange(
    path: string,
    range: { readonly firstLine: number; readonly maxLines: number; readonly maxBytes: number },
  ): Promise<LineRange>;
  /**
   * Which of the newest 200 of these files (path to content hash) now hold something else: path to hash, null where the file
   * is gone. One look at a file's times and size where nothing changed.
   */
  changedFiles(known: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string | null>>;
  /** Null when the root is the top of a repository or lies in none. */
  outerFiles(): OuterFiles | null;
  /** The checked path, relative where inside the root; throws like `readFile` when it may not be used so. */
  check(
    path: string,
    access: 'read' | 'write',
  ): Promise<{ readonly path: string; readonly exists: boolean; readonly isDirectory: boolean }>;
  /** Works out a change. `seen` maps paths to the hash the model last read: a file that differs since is `workspace.stale`. */
  planEdit(edit: Edit, seen: ReadonlyMap<string, string>): Promise<ChangePlan | EditRefusal>;
  /**
   * Files whose syntax a plan of this workspace makes worse; empty when there are none, or no parser reads them. Parsers are
   * loaded at the first call, then it takes milliseconds. `wasTold`: the same content was judged here before.
   */
  syntaxAfter(plan: ChangePlan): Promise<readonly (SyntaxChange & { readonly wasTold: boolean })[]>;
  /** New errors that a language server finds in a plan's files, within `waitMs`; empty where none reads them. */
  diagnosticsAfter(plan: ChangePlan, waitMs: number): Promise<readonly Finding[]>;
  apply(plan: ChangePlan): Promise<void>;
  /** After a crash: was this plan carried out? */
  examine(files: readonly PlannedFile[]): Promise<PlanState>;
  /** What kind of project this is; read from files only, nothing is executed. Cached until a manifest changes. */
  project(): Promise<ProjectFacts>;
  /** Symbols, map and ranked search of the root. Loaded when first asked for; the same one for all who ask. */
  code(): Promise<CodeIntelligence>;
  /** Analysis and checks of the root. Loaded when first asked for; nothing is executed by asking. */
  checks(): Promise<ProjectChecks>;
  close(): Promise<void>;
}
