// Writes differences the way git does, and counts them.
import { diffLines, type LineChange } from './line-diff.ts';

/** Lines with their endings, so that a missing final newline and a changed line ending are differences. */
export function rawLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline + 1;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

/**
 * A unified diff that `git apply` and GNU patch take; empty when nothing differs.
 * `before` or `after` is null where the file does not exist. `context` is the number of lines round a change (3).
 */
export function unifiedDiff(path: string, before: string | null, after: string | null, context = 3): string {
  if (before === after) return '';
  const a = rawLines(before ?? '');
  const b = rawLines(after ?? '');
  const [from, to] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  let head = `diff --git ${from} ${to}\n`;
  if (before === null) head += 'new file mode 100644\n';
  if (after === null) head += 'deleted file mode 100644\n';
  const changes = diffLines(a, b);
  if (changes.length === 0) return head;
  const tab = path.includes(' ') ? '\t' : '';
  head += `--- ${before === null ? '/dev/null' : from + tab}\n+++ ${after === null ? '/dev/null' : to + tab}\n`;
  return (
    head +
    grouped(changes, context)
      .map((group) => hunkText(group, a, b, context))
      .join('')
  );
}

/** How many lines were added and removed; a missing file counts as empty. */
export function diffStat(
  before: string | null,
  after: string | null,
): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const change of diffLines(rawLines(before ?? ''), rawLines(after ?? ''))) {
    added += change.bEnd - change.bStart;
    removed += change.aEnd - change.aStart;
  }
  return { added, removed };
}

/** Changes whose context would touch stand in one hunk. */
function grouped(changes: readonly LineChange[], context: number): LineChange[][] {
  const groups: LineChange[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && change.aStart - last.aEnd <= 2 * context) group.push(change);
    else groups.push([change]);
  }
  return groups;
}

function hunkText(group: readonly LineChange[], a: readonly string[], b: readonly string[], context: number): string {
  const first = group[0];
  const last = group.at(-1);
  if (!first || !last) return '';
  const lead = Math.min(context, first.aStart);
  const trail = Math.min(context, a.length - last.aEnd);
  const oldStart = first.aStart - lead;
  const newStart = first.bStart - lead;
  let body = '';
  let at = oldStart;
  for (const change of group) {
    for (; at < change.aStart; at++) body += marked(' ', a[at]);
    for (; at < change.aEnd; at++) body += marked('-', a[at]);
    for (let j = change.bStart; j < change.bEnd; j++) body += marked('+', b[j]);
  }
  for (; at < last.aEnd + trail; at++) body += marked(' ', a[at]);
  return `@@ -${range(oldStart, last.aEnd + trail - oldStart)} +${range(newStart, last.bEnd + trail - newStart)} @@\n${body}`;
}

function range(start: number, count: number): string {
  return count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`;
}

function marked(mark: string, line = ''): string {
  return line.endsWith('\n') ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`;
}

/** Git quotes names with quotes, backslashes or control characters. */
function quoted(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to quote
  if (!/["\\\x00-\x1f\x7f]/.test(name)) return name;
  const escapes: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' };
  let out = '';
  for (const character of name) {
    const code = character.charCodeAt(0);
    out += escapes[character] ?? (code < 32 || code === 127 ? `\\${code.toString(8).padStart(3, '0')}` : character);
  }
  return `"${out}"`;
}
