// Reads one word of a command line: quotes, escapes, expansions, substitutions.
import type { ShellCursor } from './shell-cursor.ts';
import type { ShellWord } from './shell-syntax.ts';

/** Parses the commands of a substitution that starts at the cursor, up to its closing `)`. */
export type ParseNested = (cursor: ShellCursor) => void;
/** Parses the text of a backtick substitution. */
export type ParseInner = (cursor: ShellCursor, source: string) => void;

/** What a word needs of the parser around it. */
export interface WordHooks {
  readonly nested: ParseNested;
  readonly inner: ParseInner;
}

interface DraftWord {
  text: string;
  /** The word with quoted characters blanked, to see unquoted braces and globs. */
  bare: string;
  literal: boolean;
  quoted: boolean;
}

const metacharacters = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);

/** Whether a character ends an unquoted word. */
export function endsWord(character: string): boolean {
  return character === '' || metacharacters.has(character);
}

/** Reads the word at the cursor; empty when none stands there. `stopAt` ends it early (a backtick). */
export function readWord(cursor: ShellCursor, hooks: WordHooks): ShellWord {
  const draft: DraftWord = { text: '', bare: '', literal: true, quoted: false };
  while (isInWord(cursor)) readPiece(cursor, draft, hooks);
  const braces = /\{[^{}]*(,|\.\.)[^{}]*\}/.test(draft.bare);
  return {
    text: draft.text,
    literal: draft.literal && !braces,
    glob: /[*?[]/.test(draft.bare),
    quoted: draft.quoted,
    assigns: /^[A-Za-z_][A-Za-z0-9_]*\+?=/.test(draft.bare),
  };
}

function isInWord(cursor: ShellCursor): boolean {
  const isProcessSubstitution = cursor.startsWith('<(') || cursor.startsWith('>(');
  return !cursor.done && (!endsWord(cursor.peek()) || isProcessSubstitution);
}

function readPiece(cursor: ShellCursor, draft: DraftWord, hooks: WordHooks) {
  switch (cursor.peek()) {
    case '\\':
      return readEscape(cursor, draft);
    case "'":
      return readSingle(cursor, draft);
    case '"':
      return readDouble(cursor, draft, hooks);
    case '$':
      return readDollar(cursor, draft, hooks, { inQuotes: false });
    case '`':
      return readBacktick(cursor, draft, hooks);
    case '<':
    case '>':
      cursor.position += 2;
      expand(draft, '<(…)');
      return hooks.nested(cursor);
    default:
      draft.bare += cursor.peek();
      draft.text += cursor.peek();
      cursor.position += 1;
  }
}

function expand(draft: DraftWord, source: string): void {
  draft.literal = false;
  draft.text += source;
  draft.bare += '$';
}

function quote(draft: DraftWord, text: string): void {
  draft.quoted = true;
  draft.text += text;
  draft.bare += '\0'.repeat(Math.max(1, text.length));
}

function readEscape(cursor: ShellCursor, draft: DraftWord): void {
  const next = cursor.peek(1);
  if (next === '') cursor.problem('a backslash at the end');
  if (next !== '\n') quote(draft, next);
  cursor.position += 2;
}

function readSingle(cursor: ShellCursor, draft: DraftWord): void {
  const end = cursor.source.indexOf("'", cursor.position + 1);
  if (end < 0) cursor.problem('a quote without its end');
  const stop = end < 0 ? cursor.source.length : end;
  quote(draft, cursor.source.slice(cursor.position + 1, stop));
  cursor.position = stop + 1;
}

function readDouble(cursor: ShellCursor, draft: DraftWord, hooks: WordHooks): void {
  quote(draft, '');
  cursor.position += 1;
  while (!cursor.done && cursor.peek() !== '"') readDoublePiece(cursor, draft, hooks);
  if (cursor.done) cursor.problem('a quote without its end');
  cursor.position += 1;
}

function readDoublePiece(cursor: ShellCursor, draft: DraftWord, hooks: WordHooks) {
  const character = cursor.peek();
  if (character === '$') return readDollar(cursor, draft, hooks, { inQuotes: true });
  if (character === '`') return readBacktick(cursor, draft, hooks);
  if (character === '\\' && '$`"\\\n'.includes(cursor.peek(1)) && cursor.peek(1) !== '') {
    return readEscape(cursor, draft);
  }
  quote(draft, character);
  cursor.position += 1;
}

function readDollar(cursor: ShellCursor, draft: DraftWord, hooks: WordHooks, where: { readonly inQuotes: boolean }) {
  const next = cursor.peek(1);
  if (next === '(') return readSubstitution(cursor, draft, hooks);
  if (next === '{') return readBraced(cursor, draft);
  if (next === "'" && !where.inQuotes) return readAnsiQuote(cursor, draft);
  if (next === '"' && !where.inQuotes) {
    cursor.position += 1;
    return readDouble(cursor, draft, hooks);
  }
  if (next === '[') cursor.problem('old arithmetic');
  const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9?#$!@*-])/.exec(cursor.source.slice(cursor.position + 1))?.[0];
  cursor.position += 1 + (name?.length ?? 0);
  if (name === undefined) quote(draft, '$');
  else expand(draft, `$${name}`);
}

function readSubstitution(cursor: ShellCursor, draft: DraftWord, hooks: WordHooks) {
  if (cursor.startsWith('$((')) cursor.problem('arithmetic');
  cursor.position += 2;
  expand(draft, '$(…)');
  hooks.nested(cursor);
}

function readBraced(cursor: ShellCursor, draft: DraftWord) {
  const end = cursor.source.indexOf('}', cursor.position);
  const stop = end < 0 ? cursor.source.length : end + 1;
  const text = cursor.source.slice(cursor.position, stop);
  // An index or an offset is calculated, and a calculation runs what stands in the brackets of a variable's value.
  const isCalculated = /^\$\{!|\[(?![0-9*]\])|:(?![-=+?]|[0-9]+[:}])|:[0-9]+:(?![0-9]+\})/.test(text);
  if (end < 0 || isCalculated || /[`(@'"\\{]/.test(text.slice(2))) cursor.problem('an expansion with more inside');
  cursor.position = stop;
  expand(draft, text);
}

function readAnsiQuote(cursor: ShellCursor, draft: DraftWord) {
  const match = /^\$'(?:\\[\s\S]|[^'\\])*'/.exec(cursor.source.slice(cursor.position));
  if (match === null) cursor.problem('a quote without its end');
  const text = match?.[0] ?? cursor.source.slice(cursor.position);
  draft.quoted = true;
  expand(draft, text);
  cursor.position += text.length;
}

function readBacktick(cursor: ShellCursor, draft: DraftWord, hooks: WordHooks): void {
  const match = /^`((?:\\[\s\S]|[^`\\])*)`/.exec(cursor.source.slice(cursor.position));
  if (match === null) {
    cursor.problem('a backtick without its end');
    cursor.position = cursor.source.length;
    return;
  }
  cursor.position += match[0].length;
  expand(draft, '$(…)');
  hooks.inner(cursor, (match[1] ?? '').replace(/\\([\\`$])/g, '$1'));
}
