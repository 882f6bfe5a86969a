// The seam to understanding one file of code: its outline, and whether its syntax is right.
import type { LanguageId } from './language.ts';

/** What a name stands for. `selector` is a class or id of a style sheet. */
export type DefinitionKind =
  | 'class'
  | 'constant'
  | 'enum'
  | 'function'
  | 'interface'
  | 'macro'
  | 'method'
  | 'module'
  | 'selector'
  | 'type'
  | 'variable';

/** A name that a file defines. Lines are 1-based and inclusive. */
export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  /** Where the name stands; `firstLine` may be a line of decorators above it. */
  readonly nameLine: number;
  readonly firstLine: number;
  readonly lastLine: number;
  /** Name of the innermost definition around it, or of the type it belongs to; null at the top. */
  readonly container: string | null;
  /** The line its name stands on, trimmed, at most 160 characters. */
  readonly signature: string;
}

/** A place where a name is called, made, extended or used as a type. */
export interface Reference {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
}

/** One name taken from another module. */
export interface ImportedName {
  /** As the other module calls it; `default`, or `*` for all of it. */
  readonly name: string;
  /** As this file calls it; empty where nothing is bound by name (`from x import *`). */
  readonly local: string;
}

/** One import of a module, package or file. */
export interface Import {
  /** As written: `./cart`, `os.path`, `std::fmt`, `github.com/x/y`, `<stdio.h>` without its brackets. */
  readonly specifier: string;
  readonly names: readonly ImportedName[];
  /** 1-based. */
  readonly line: number;
}

/** What a file defines, uses and imports, in the order of the text. */
export interface FileOutline {
  readonly definitions: readonly Definition[];
  readonly references: readonly Reference[];
  readonly imports: readonly Import[];
}

/** One place where the text does not parse. */
export interface SyntaxProblem {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** `unexpected`: text that fits nowhere; `missing`: something that had to stand there. */
  readonly kind: 'unexpected' | 'missing';
  /** The text that does not fit (at most 40 characters), or the token that is missing. */
  readonly text: string;
}

/**
 * Parses code.
 *
 * Contract:
 * - Never throws on any text; broken code gives the outline of what is readable. A text longer than a parser takes
 *   (`maxParsedChars`) has an empty outline and no problems.
 * - Lines are those that end with \n, \r\n or a lone \r is not a line's end.
 * - `syntaxErrors` lists at most 100 problems in the order of the text, so that the count before and after an edit can be compared.
 * - No parse tree outlives a call. After `close`, calls are refused with a plain Error.
 */
export interface CodeParser {
  outline(language: LanguageId, text: string): Promise<FileOutline>;
  syntaxErrors(language: LanguageId, text: string): Promise<readonly SyntaxProblem[]>;
  /** Pieces of the code without comments, to compare two texts; null where the text cannot be read whole. */
  pieces(language: LanguageId, text: string): Promise<readonly string[] | null>;
  close(): void;
}

/** Longest text that is parsed, in UTF-16 code units. */
export const maxParsedChars = 2_000_000;
