// Splits a POSIX-like command line into segments, so that each can be judged; what it does not understand it says.
//
// Grammar: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html plus bash's common additions.
// `case`, functions, `[[`, arithmetic and the like are reported as problems instead of guessed at.
import { type DraftSegment, emptyDraft, ShellCursor } from './shell-cursor.ts';
import type { ParsedShell, ShellJoin, ShellWord } from './shell-syntax.ts';
import { endsWord, readWord, type WordHooks } from './shell-word.ts';

const maxLength = 100_000;
const maxDepth = 16;

/** Words that introduce or close a compound command and run nothing themselves. */
const dropped = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', '{', 'fi', 'done', '}']);
const notUnderstood = new Set(['case', 'esac', 'function', 'coproc', '[[', 'select']);
const operators = ['&>>', '<<<', '<<-', '&>', '>>', '>|', '>&', '<<', '<>', '<&', '>', '<'] as const;
const joins: readonly (readonly [string, ShellJoin])[] = [
  ['&&', '&&'],
  ['||', '||'],
  ['|&', '|'],
  ['|', '|'],
  [';', ';'],
  ['&', '&'],
];

/** Parses shell text. Never throws; `problems` is empty only when every segment was understood. */
export function parseShell(source: string): ParsedShell {
  const cursor = new ShellCursor(source);
  if (source.length > maxLength) cursor.problem('a command that is too long');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these characters hide what a command does.
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(source)) cursor.problem('control characters');
  if (cursor.problems.length === 0) parseList(cursor, '');
  cursor.close();
  return { segments: cursor.segments, problems: cursor.problems };
}

const hooks: WordHooks = {
  nested: (cursor) => parseDeeper(cursor, ')'),
  inner: (cursor, source) => {
    const inner = parseShell(source);
    for (const text of inner.problems) cursor.problem(text);
    for (const segment of inner.segments) cursor.segments.push({ ...segment, nested: true });
  },
};

function parseDeeper(cursor: ShellCursor, closing: string): void {
  cursor.depth += 1;
  if (cursor.depth > maxDepth) {
    cursor.problem('too deeply nested');
    cursor.position = cursor.source.length;
  } else {
    parseList(cursor, closing);
  }
  cursor.depth -= 1;
}

/** One list of segments up to `closing` (empty: the end of the text). */
function parseList(cursor: ShellCursor, closing: string): void {
  let draft = emptyDraft('first', cursor.depth > 0);
  const next = (join: ShellJoin): void => {
    const kept = cursor.finish(draft);
    draft = emptyDraft(kept || join !== ';' ? join : draft.joinedBy, cursor.depth > 0);
  };
  for (;;) {
    cursor.skipBlanks();
    if (cursor.done || (closing !== '' && cursor.peek() === closing)) break;
    if (cursor.peek() === '#') cursor.skipComment();
    else if (cursor.take('\n')) {
      next(';');
      cursor.readDocuments();
    } else if (!parseJoin(cursor, next)) parsePiece(cursor, draft);
  }
  if (closing !== '' && !cursor.take(closing)) cursor.problem(`no closing ${closing}`);
  cursor.finish(draft);
}

function parseJoin(cursor: ShellCursor, next: (join: ShellJoin) => void): boolean {
  if (cursor.startsWith('&>')) return false;
  if (cursor.startsWith(';;')) cursor.problem('a case list');
  for (const [text, join] of joins) {
    if (!cursor.take(text)) continue;
    next(join);
    return true;
  }
  return false;
}

function parsePiece(cursor: ShellCursor, draft: DraftSegment) {
  if (parseRedirect(cursor, draft)) return;
  if (cursor.peek() === '(') return parseParenthesis(cursor, draft);
  if (cursor.take(')')) return cursor.problem('an unexpected )');
  const word = readWord(cursor, hooks);
  if (cursor.startsWith('(')) cursor.problem('a function or a pattern in parentheses');
  addWord(cursor, draft, word);
}

function parseParenthesis(cursor: ShellCursor, draft: DraftSegment) {
  if (cursor.startsWith('((')) cursor.problem('arithmetic');
  if (draft.words.length > 0 || draft.assignments.length > 0) cursor.problem('an unexpected (');
  cursor.position += 1;
  parseDeeper(cursor, ')');
}

function addWord(cursor: ShellCursor, draft: DraftSegment, word: ShellWord) {
  if (draft.words.length > 0 || word.quoted) return addPlainWord(draft, word);
  if (notUnderstood.has(word.text)) cursor.problem(`\`${word.text}\``);
  // After an assignment or a redirect the shell takes reserved words for plain ones.
  const isBare = draft.assignments.length === 0 && draft.redirects.length === 0;
  if (isBare && dropped.has(word.text)) return;
  if (isBare && word.text === 'for') draft.loopHead = true;
  addPlainWord(draft, word);
}

function addPlainWord(draft: DraftSegment, word: ShellWord) {
  const assignment = word.assigns && draft.words.length === 0 ? /^([A-Za-z_][A-Za-z0-9_]*)\+?=/.exec(word.text) : null;
  if (assignment === null) {
    draft.words.push(word);
    return;
  }
  const value = { ...word, text: word.text.slice(assignment[0].length) };
  draft.assignments.push({ name: assignment[1] ?? '', value });
}

function parseRedirect(cursor: ShellCursor, draft: DraftSegment): boolean {
  const descriptor = /^[0-9]+(?=[<>])/.exec(cursor.source.slice(cursor.position, cursor.position + 8))?.[0] ?? '';
  const rest = cursor.position + descriptor.length;
  const operator = operators.find((text) => cursor.source.startsWith(text, rest));
  if (operator === undefined) return false;
  const isSubstitution = (operator === '<' || operator === '>') && cursor.source[rest + 1] === '(';
  if (isSubstitution) return false;
  cursor.position = rest + operator.length;
  cursor.skipBlanks();
  if (endsWord(cursor.peek()) && !cursor.startsWith('<(') && !cursor.startsWith('>(')) {
    cursor.problem('a redirect without a target');
    return true;
  }
  const target = readWord(cursor, hooks);
  draft.redirects.push({ operator, target });
  if (operator === '<<' || operator === '<<-') {
    if (!target.literal) cursor.problem('a here-document with a computed end');
    if (cursor.depth > 0) cursor.problem('a here-document inside of something');
    cursor.awaitDocument({
      delimiter: target.text,
      stripTabs: operator === '<<-',
      quoted: target.quoted,
      owner: draft,
    });
  }
  return true;
}
