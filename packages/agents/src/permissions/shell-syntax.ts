// What the shell parser produces: words, redirects, segments.

/** One word of a command. */
export interface ShellWord {
  /** Value with quotes removed; expansions stand as written. */
  readonly text: string;
  /** Whether `text` is exactly what the program gets: no expansion, no brace list. */
  readonly literal: boolean;
  /** Whether the shell may replace it by file names. */
  readonly glob: boolean;
  /** Whether any part of it was quoted or escaped: then it is never a reserved word. */
  readonly quoted: boolean;
  /** Whether it starts with an unquoted `name=`: before the command's name it is an assignment. */
  readonly assigns: boolean;
}

/** A redirect; `target` is a file, a descriptor number (`&` operators) or a here-document's delimiter. */
export interface ShellRedirect {
  readonly operator: string;
  readonly target: ShellWord;
}

/** How a segment is joined to the one before it. */
export type ShellJoin = 'first' | '&&' | '||' | ';' | '|' | '&';

/** One simple command of a command line. */
export interface ShellSegment {
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord }[];
  readonly words: readonly ShellWord[];
  readonly redirects: readonly ShellRedirect[];
  /** Text fed by a here-document; undefined when there is none. */
  readonly input: string | undefined;
  readonly joinedBy: ShellJoin;
  /** Inside a subshell or a substitution. */
  readonly nested: boolean;
  /** `for name in …`: names values, runs nothing itself. */
  readonly loopHead: boolean;
}

/** A parsed command line. With `problems` it was not understood with certainty, and nothing may be concluded from `segments` but danger. */
export interface ParsedShell {
  readonly segments: readonly ShellSegment[];
  readonly problems: readonly string[];
}
