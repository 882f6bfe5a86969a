// Gives whole new content the line endings and the final newline of the file it replaces.
import { diffLines } from './line-diff.ts';
import { joinLines, splitLines, type TextLines, toLineFeeds } from './lines.ts';

/**
 * New content with the line endings of the file, and with its final newline where the content has none or cannot say. Models drop one newline at
 * the end of what they write: where the file ends with empty lines it is one of those.
 */
export function likeFile(content: string, text: string, newlineUnknown: boolean): string {
  const file = splitLines(text);
  if (hasMixedEndings(file)) return likeMixedFile(content, file);
  const plain = toLineFeeds(content);
  const missing = finalNewlines(toLineFeeds(text)) - finalNewlines(plain);
  let body = plain;
  if (newlineUnknown && missing < 0 && file.endings.at(-1) === '') body = plain.slice(0, -1);
  else if (missing === 1 || (missing > 0 && !plain.endsWith('\n'))) body = `${plain}\n`;
  return file.ending === '\r\n' ? body.replaceAll('\n', '\r\n') : body;
}

function hasMixedEndings({ endings }: TextLines): boolean {
  return endings.includes('\n') && endings.includes('\r\n');
}

/** A line that stays keeps its own ending; a new one has what it came with, or, where nothing has carriage returns, the file's most frequent. */
function likeMixedFile(content: string, file: TextLines): string {
  const lines = splitLines(content);
  const carries = lines.endings.includes('\r\n');
  const endings = lines.endings.map((ending) => (carries || ending === '' ? ending : file.ending));
  if (!carries) {
    let from = 0;
    const changes = [...diffLines(file.texts, lines.texts), null];
    for (const change of changes) {
      const until = change?.aStart ?? file.texts.length;
      const shift = (change?.bStart ?? lines.texts.length) - until;
      for (let at = from; at < until; at++) endings[at + shift] = file.endings[at] ?? file.ending;
      from = change?.aEnd ?? until;
    }
  }
  return joinLines(lines.texts, endings);
}

function finalNewlines(text: string): number {
  let count = 0;
  while (text[text.length - 1 - count] === '\n') count++;
  return count;
}
