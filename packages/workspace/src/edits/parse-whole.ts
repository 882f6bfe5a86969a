// Reads whole files out of an answer: plain, or fenced under their paths; and finds places where content was left out.
import { looksLikePath, mayBeSameFile, undecorated } from './edit-path.ts';
import { type Fence, fenceAt } from './fences.ts';
import { type FileStep, type Parsed, refuse } from './hunk.ts';
import { plainLines, toLineFeeds } from './lines.ts';

interface NamedFence {
  readonly fence: Fence;
  readonly path: string | undefined;
}

/** Reads one or several whole files. Without `path` each file must be fenced, with its path on the line above. */
export function parseWhole(text: string, path: string | undefined): Parsed {
  const lines = plainLines(toLineFeeds(text));
  const found = fencedFiles(lines, path);
  if (found === 'unclosed')
    return refuse('malformed', 'The code fence is never closed: the answer was cut off. Nothing was written.', path);
  const steps = found.flatMap(({ fence, path: named }) => fencedStep(lines, fence, named ?? path));
  if (steps.length > 0) return { kind: 'parsed', steps };
  if (path === undefined)
    return refuse(
      'malformed',
      'No file found: put the path on a line of its own and the whole content in a code fence below it.',
    );
  return { kind: 'parsed', steps: [{ op: 'write', path, content: text, newlineUnknown: false, mustBeNew: false }] };
}

function fencedStep(lines: readonly string[], fence: Fence, path: string | undefined): FileStep[] {
  if (path === undefined) return [];
  const body = lines.slice(fence.start, fence.end);
  const content = body.length === 0 ? '' : `${body.join('\n')}\n`;
  return [{ op: 'write', path, content, newlineUnknown: true, mustBeNew: false }];
}

/** The fenced files; empty when the text itself is the content. */
function fencedFiles(lines: readonly string[], path: string | undefined): NamedFence[] | 'unclosed' {
  const files: NamedFence[] = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = fenceAt(lines, i);
    if (fence === null) continue;
    const name = nameAbove(lines, i, path);
    const isWrapper = name !== undefined || (files.length === 0 && wrapsAnswer(lines, i, fence, path));
    if (!isWrapper) return files;
    if (fence === 'unclosed') return 'unclosed';
    files.push({ fence, path: name });
    i = fence.end;
  }
  return files;
}

function nameAbove(lines: readonly string[], at: number, path: string | undefined): string | undefined {
  let i = at - 1;
  if (i > 0 && (lines[i] ?? '').trim() === '') i--;
  if (i < 0) return undefined;
  const name = undecorated(lines[i] ?? '');
  if (path !== undefined) return mayBeSameFile(name, path) ? path : undefined;
  return looksLikePath(name) || /^[A-Z][\w-]*$/.test(name) ? name : undefined;
}

/** Whether an unnamed fence is the envelope of the answer and not part of the file. */
function wrapsAnswer(
  lines: readonly string[],
  at: number,
  fence: Fence | 'unclosed',
  path: string | undefined,
): boolean {
  if (path === undefined) return false;
  const before = lines.slice(0, at).filter((line) => line.trim() !== '');
  if (fence === 'unclosed') return before.length === 0 && !isProseFile(path);
  const after = lines.slice(fence.end + 1).filter((line) => line.trim() !== '');
  if (isProseFile(path))
    return before.length === 0 && after.length === 0 && /^(?:|markdown|md|mdx|text|txt|rst)$/i.test(fence.info);
  return before.length <= 10 && after.length <= 10 && [...before, ...after].every(isSentence);
}

function isProseFile(path: string): boolean {
  return /\.(?:md|mdx|markdown|rst|txt|adoc)$/i.test(path);
}

function isSentence(line: string): boolean {
  return (
    /^[\p{L}\d"'“*`>-]/u.test(line) &&
    (/[.:!?)*`]\s*$/.test(line) || /^[\p{L}\d\s',"`-]+$/u.test(line)) &&
    !/[;{}]\s*$/.test(line)
  );
}

const commentMark = /^\s*(?:\/\/+|#+|\/\*+|\*|<!--|--|;+|%+|\{\/\*|"""|''')/;
const omission =
  /\b(?:rest|remainder|remaining|existing|unchanged|same|omitted|previous|before|other|more|code|methods?|functions?|implementation|content|contents|lines?|imports?|keep|kept|truncated|skipped|snip|stays?)\b/i;
const said = [
  /^(?:the |all )?(?:rest|remainder|remaining)\b.*\b(?:unchanged|the same|omitted|as before|as is|as it was|not shown|here|follows)$/i,
  /^(?:the )?(?:rest|remainder) of (?:the |this |your )?(?:file|code|class|function|implementation|module|method|content|document|page|component|script|tests?)s?$/i,
  /^(?:the |all )?(?:existing|previous|original|other|same)\b.*\b(?:unchanged|here|omitted|as before|the same)$/i,
  /^(?:unchanged|no changes?|same as before|omitted|truncated|as before)(?: (?:code|here|below|above|from here))?$/i,
];

/** `...rest` as code has it: a name that goes on as an expression, not as a word of a sentence. */
const spread = /^\.{3}(?:[[({'"`]|(?:await |new )?[\p{L}_$][\p{L}\p{N}_$]*\s*(?:$|[,.;)\]}([:?]|&&|\|\|)(?!\.))/u;

/** The line that stands for left-out content, or null. Lines that the file has already are not suspected. */
export function elidedLine(content: readonly string[], original: ReadonlySet<string>): string | null {
  for (const line of content) {
    const trimmed = line.trim();
    if (trimmed !== '' && !original.has(trimmed) && isElision(trimmed)) return trimmed;
  }
  return null;
}

function isElision(line: string): boolean {
  const isComment = commentMark.test(line);
  const isBracketed = /^[[(<{].*[\])>}]$/.test(line);
  const words = line.replace(/^[^\p{L}\p{N}.…]+/u, '').replace(/[^\p{L}\p{N}.…]+$/u, '');
  const startsOpen = /^(?:\.{3,}|…)/.test(words) && !spread.test(line);
  const hasEllipsis = /\.{3,}|…/.test(words);
  if (startsOpen && (omission.test(words) || (isComment && /^(?:\.{3,}|…)$/.test(words)))) return true;
  if (!isComment && !isBracketed) return false;
  return (
    (hasEllipsis && /\b(?:rest|remaining|existing|unchanged|same|omitted|truncated|previous)\b/i.test(words)) ||
    said.some((pattern) => pattern.test(words))
  );
}
