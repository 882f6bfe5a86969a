// The state of one parse of a command line: position, what was found so far, and what could not be understood.
import type { ShellJoin, ShellRedirect, ShellSegment, ShellWord } from './shell-syntax.ts';

/** A here-document whose body has not been reached yet. */
interface PendingDocument {
  readonly delimiter: string;
  readonly stripTabs: boolean;
  readonly quoted: boolean;
  readonly owner: DraftSegment;
}

/** A segment under construction. */
export interface DraftSegment {
  assignments: { name: string; value: ShellWord }[];
  words: ShellWord[];
  redirects: ShellRedirect[];
  input: string | undefined;
  joinedBy: ShellJoin;
  nested: boolean;
  loopHead: boolean;
}

/** A fresh draft. */
export function emptyDraft(joinedBy: ShellJoin, nested: boolean): DraftSegment {
  return { assignments: [], words: [], redirects: [], input: undefined, joinedBy, nested, loopHead: false };
}

/** Walks over shell text; owned by one `parseShell` call. */
export class ShellCursor {
  readonly source: string;
  position = 0;
  depth = 0;
  readonly segments: ShellSegment[] = [];
  readonly problems: string[] = [];
  readonly #documents: PendingDocument[] = [];

  constructor(source: string) {
    this.source = source;
  }

  get done(): boolean {
    return this.position >= this.source.length;
  }

  /** Character at the position plus an offset; empty at the end. */
  peek(offset = 0): string {
    return this.source[this.position + offset] ?? '';
  }

  startsWith(text: string): boolean {
    return this.source.startsWith(text, this.position);
  }

  /** Takes the text if it stands here. */
  take(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.position += text.length;
    return true;
  }

  problem(text: string): void {
    if (this.problems.length < 20) this.problems.push(text);
  }

  /** Blanks and line continuations. */
  skipBlanks(): void {
    while (this.peek() === ' ' || this.peek() === '\t' || this.startsWith('\\\n')) {
      this.position += this.peek() === '\\' ? 2 : 1;
    }
  }

  skipComment(): void {
    while (!this.done && this.peek() !== '\n') this.position += 1;
  }

  /** Keeps a draft as a segment, unless it holds nothing. A here-document's text may still be filled in later. */
  finish(draft: DraftSegment): boolean {
    if (draft.words.length + draft.assignments.length + draft.redirects.length === 0) return false;
    this.segments.push(draft);
    return true;
  }

  awaitDocument(document: PendingDocument): void {
    this.#documents.push(document);
  }

  /** At a line's end: reads the bodies of the here-documents begun on it. */
  readDocuments(): void {
    for (const document of this.#documents.splice(0)) {
      const body = this.#readBody(document);
      document.owner.input = (document.owner.input ?? '') + body;
      if (!document.quoted && /\$\(|`|\$\{|\$\[|\\\n/.test(body)) this.problem('a here-document with expansions');
    }
  }

  /** Called at the end of the text: a here-document that never came is a problem. */
  close(): void {
    if (this.#documents.length > 0) this.problem('a here-document without its text');
  }

  #readBody(document: PendingDocument): string {
    let body = '';
    while (!this.done) {
      const end = this.source.indexOf('\n', this.position);
      const line = this.source.slice(this.position, end < 0 ? this.source.length : end);
      this.position = end < 0 ? this.source.length : end + 1;
      if ((document.stripTabs ? line.replace(/^\t+/, '') : line) === document.delimiter) return body;
      body += `${line}\n`;
    }
    this.problem('a here-document without its end');
    return body;
  }
}
