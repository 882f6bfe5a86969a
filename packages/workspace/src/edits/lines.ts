// Text as lines that remember their own endings, so that what an edit does not touch comes out byte for byte.

/** Lines of a text. `endings[i]` is what ended line i; the last one is empty when there is no final newline. */
export interface TextLines {
  readonly texts: readonly string[];
  readonly endings: readonly string[];
  /** The ending that new lines get: the one most lines have. */
  readonly ending: '\n' | '\r\n';
}

/** Splits into lines; a lone carriage return is text. */
export function splitLines(text: string): TextLines {
  const texts: string[] = [];
  const endings: string[] = [];
  let carriageReturns = 0;
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const hasReturn = newline > start && text.charCodeAt(newline - 1) === 13;
    if (hasReturn) carriageReturns++;
    texts.push(text.slice(start, hasReturn ? end - 1 : end));
    endings.push(newline < 0 ? '' : hasReturn ? '\r\n' : '\n');
    start = end + 1;
  }
  return { texts, endings, ending: carriageReturns * 2 > texts.length ? '\r\n' : '\n' };
}

/** Puts lines together again. */
export function joinLines(texts: readonly string[], endings: readonly string[]): string {
  let out = '';
  for (let i = 0; i < texts.length; i++) out += (texts[i] ?? '') + (endings[i] ?? '');
  return out;
}

/** The text with line feeds only. */
export function toLineFeeds(text: string): string {
  return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
}

/** Lines of a text with line feeds; one final newline does not make an empty last line. */
export function plainLines(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** White space at the start of a line. */
export function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

/** Whether there is nothing but white space. */
export function isBlank(line: string): boolean {
  return line.trim() === '';
}
