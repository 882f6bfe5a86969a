// The seam to understanding a whole tree of code: where a name is defined and used, what matters for a task, what is about something.
import type { CodeMap, MapRequest } from './code-map.ts';
import type { IndexState, SymbolPlace } from './symbol-index.ts';

/** A line that uses a name. */
export interface ReferencePlace {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** The line, trimmed, at most 200 characters. */
  readonly text: string;
  /** The innermost function or type the line stands in; null at the top of a file. */
  readonly container: string | null;
}

/** One piece of code that was found. Lines are 1-based and inclusive. */
export interface RankedMatch {
  readonly path: string;
  readonly firstLine: number;
  readonly lastLine: number;
  /** `Container.name`; empty for a piece that is no definition. */
  readonly name: string;
  /** Comparable within one answer only. */
  readonly score: number;
}

/** How much is wanted of an answer, and what is left out of it. */
export interface AnswerLimits {
  readonly limit: number;
  readonly exclude?: (path: string) => boolean;
  readonly signal: AbortSignal;
}

/**
 * One tree of code.
 *
 * Contract: nothing is read before it is asked for. Answers come from what is known by then, and `state` says how much that is; they are in a fixed
 * order, the same for the same files. Vendored, generated, minified and huge files are not in it. Aborted calls throw the signal's reason.
 */
export interface CodeIntelligence {
  state(): IndexState;
  /** Starts to bring the index in step with the files, and waits for it, at most `waitMs`: it then goes on behind. */
  ready(options: { readonly waitMs?: number; readonly signal: AbortSignal }): Promise<IndexState>;
  /** Definitions of exactly this name or `Container.name`; where there are none, those whose name contains it in any case. */
  definitions(name: string, limits: AnswerLimits): readonly SymbolPlace[];
  /** Lines that call, make, extend, import or use this name. */
  references(name: string, limits: AnswerLimits): Promise<readonly ReferencePlace[]>;
  map(request: MapRequest): CodeMap;
  /** Pieces of code that are about this text, best first. Reads all files' words when first asked. */
  rank(text: string, limits: AnswerLimits): Promise<readonly RankedMatch[]>;
  /** Stops what is running. */
  close(): Promise<void>;
}
