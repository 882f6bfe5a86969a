// The seams to finding files and text. Every implementation gives the same results.

/** Lists files that are not ignored, in path order. */
export interface FileLister {
  /**
   * `glob` matches the path relative to `under` (`**`, `*`, `?`, `{a,b}`, `[a-z]`), or the name alone where it has no slash; at most `limit` paths,
   * `truncated` says if more. `repositories` names folders left out because they are repositories of their own.
   */
  list(query: {
    readonly under?: string;
    readonly glob?: string;
    readonly limit: number;
    /** Paths to leave out, as if they were not there. */
    readonly exclude?: (path: string) => boolean;
    readonly signal?: AbortSignal;
  }): Promise<{
    readonly paths: readonly string[];
    readonly truncated: boolean;
    readonly repositories?: readonly string[];
  }>;
}

/** One matching line. */
export interface SearchMatch {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** The line without its ending, at most 400 characters. */
  readonly text: string;
}

/** Searches text in files that are not ignored, in path then line order; binary files are left out. */
export interface TextSearch {
  search(query: {
    readonly pattern: string;
    /** Regular expression in the common subset of JavaScript and ripgrep, or literal text. */
    readonly syntax: 'regex' | 'literal';
    readonly caseSensitive: boolean;
    readonly under?: string;
    readonly glob?: string;
    readonly limit: number;
    /** Paths of files not to look into. */
    readonly exclude?: (path: string) => boolean;
    readonly signal?: AbortSignal;
  }): Promise<{ readonly matches: readonly SearchMatch[]; readonly truncated: boolean }>;
}
