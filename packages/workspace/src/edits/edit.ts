// What an edit is, in every format a model may send, and what a refusal looks like.

/** Formats of edits. */
export type EditFormat =
  | 'old-new-string'
  | 'search-replace-blocks'
  | 'unified-diff'
  | 'apply-patch'
  | 'whole-file'
  | 'line-anchors';

/** One replacement of text. */
export interface StringReplacement {
  readonly oldString: string;
  readonly newString: string;
}

/** One change of lines `from` to `to` (to itself when absent). */
export interface AnchorChange {
  /** `12:a3f1`; `0:` stands before the first line, for `after`. */
  readonly from: string;
  readonly to?: string;
  /** New lines, one or several; empty deletes. */
  readonly text: string;
  /** Puts the text after `from` instead of in its place. */
  readonly after?: boolean;
}

/** An edit as a model sends it. `path` may be absent where the text names its files. */
export type Edit =
  | {
      readonly format: 'old-new-string';
      readonly path: string;
      readonly replacements: readonly StringReplacement[];
      /** Replace every occurrence instead of refusing when there are several. */
      readonly replaceAll?: boolean;
    }
  | { readonly format: 'whole-file'; readonly path?: string; readonly content: string }
  | { readonly format: 'line-anchors'; readonly path: string; readonly changes: readonly AnchorChange[] }
  | {
      readonly format: 'search-replace-blocks' | 'unified-diff' | 'apply-patch';
      readonly path?: string;
      readonly text: string;
    };

/** Why an edit was refused. */
export type EditRefusalCode =
  | 'malformed'
  | 'not-found'
  | 'ambiguous'
  | 'no-change'
  | 'already-applied'
  | 'elided'
  | 'empty'
  | 'file-missing'
  | 'file-exists';

/** An edit that was not made. The message names the reason and shows the closest lines with their numbers. */
export interface EditRefusal {
  readonly kind: 'refused';
  readonly code: EditRefusalCode;
  readonly path?: string;
  readonly message: string;
}
