// Draws Markdown as rows of a terminal. `marked` reads it; it is loaded when the first answer comes.
import type { Token, Tokens } from 'marked';
import { highlight } from './highlight.ts';
import { plainText } from './plain-text.ts';
import type { Theme } from './theme.ts';
import { padTo, widthOf, wrap } from './width.ts';

/** Reads Markdown into blocks. */
export type Lexer = (text: string) => readonly Token[];

interface Drawing {
  readonly columns: number;
  readonly theme: Theme;
}

/** Loads the reader. */
export async function loadLexer(): Promise<Lexer> {
  const { lexer } = await import('marked');
  return (text) => lexer(text);
}

/** The rows of a text. Without a lexer (not loaded yet) it is shown as it is. */
export function drawMarkdown(text: string, drawing: Drawing, lexer: Lexer | undefined): string[] {
  const safe = plainText(text);
  if (lexer === undefined) return safe.split('\n').flatMap((line) => wrap(line, drawing.columns));
  return trimBlank(drawBlocks(lexer(safe), drawing));
}

/**
 * Cuts a text that still grows: the blocks that are finished, and the one at its end that may go on. A block that another one
 * follows does not change any more.
 */
export function splitFinished(text: string, lexer: Lexer): { readonly finished: string; readonly open: string } {
  const blocks = lexer(text);
  const last = blocks.findLastIndex((token) => token.type !== 'space');
  const finished = blocks
    .slice(0, Math.max(0, last))
    .map((token) => token.raw)
    .join('');
  // Tokens may leave out what the text had (tabs, line ends): then it is not cut.
  return text.startsWith(finished) ? { finished, open: text.slice(finished.length) } : { finished: '', open: text };
}

function trimBlank(rows: string[]): string[] {
  const last = rows.findLastIndex((row) => row !== '');
  const first = rows.findIndex((row) => row !== '');
  return first < 0 ? [] : rows.slice(first, last + 1);
}

function drawBlocks(tokens: readonly Token[], drawing: Drawing): string[] {
  return tokens.flatMap((token) => {
    const rows = drawBlock(token, drawing);
    return rows.length === 0 ? rows : [...rows, ''];
  });
}

function drawBlock(token: Token, drawing: Drawing): string[] {
  const { theme, columns } = drawing;
  switch (token.type) {
    case 'space':
    case 'def':
      return [];
    case 'heading':
      return wrap(theme.paint('heading', plainInline(token.tokens ?? [])), columns);
    case 'code':
      return drawCode(token as Tokens.Code, drawing);
    case 'list':
      return drawList(token as Tokens.List, drawing);
    case 'table':
      return drawTable(token as Tokens.Table, drawing);
    case 'blockquote':
      return prefixed(
        trimBlank(drawBlocks(token.tokens ?? [], { theme, columns: columns - 2 })),
        theme.paint('dim', '│ '),
      );
    case 'hr':
      return [theme.paint('rule', '─'.repeat(Math.min(columns, 40)))];
    default:
      return drawInline('tokens' in token && token.tokens ? token.tokens : [token], theme)
        .split('\n')
        .flatMap((line) => wrap(line, columns));
  }
}

function prefixed(rows: readonly string[], first: string, others = first): string[] {
  return rows.map((row, index) => `${index === 0 ? first : others}${row}`);
}

function drawCode({ text, lang }: Tokens.Code, { theme, columns }: Drawing): string[] {
  const language = (lang ?? '').trim().split(/[\s,{]/)[0] ?? '';
  const bar = theme.paint('rule', '▏ ');
  return text.split('\n').flatMap((line) => prefixed(hardWrap(highlight(line, language, theme), columns - 2), bar));
}

/** Code is broken at the edge, not between words. */
function hardWrap(line: string, columns: number): string[] {
  return widthOf(line) <= columns ? [line] : wrap(line, columns);
}

function drawList(list: Tokens.List, { theme, columns }: Drawing): string[] {
  const start = typeof list.start === 'number' ? list.start : 1;
  const markWidth = list.ordered ? String(start + list.items.length - 1).length + 2 : 2;
  return list.items.flatMap((item, index) => {
    const mark = list.ordered ? `${start + index}.` : bulletOf(item);
    const rows = trimBlank(drawBlocks(item.tokens, { theme, columns: columns - markWidth }));
    const body = list.loose ? rows : rows.filter((row) => row !== '');
    const first = `${theme.paint('accent', mark)}${' '.repeat(Math.max(1, markWidth - widthOf(mark)))}`;
    const shown = prefixed(body.length > 0 ? body : [''], first, ' '.repeat(markWidth));
    return list.loose && index < list.items.length - 1 ? [...shown, ''] : shown;
  });
}

function bulletOf({ task, checked }: Tokens.ListItem): string {
  if (!task) return '•';
  return checked ? '☑' : '☐';
}

function drawTable(table: Tokens.Table, { theme, columns }: Drawing): string[] {
  const cells = [table.header, ...table.rows].map((row) => row.map((cell) => drawInline(cell.tokens, theme)));
  const widths = fitColumns(
    table.header.map((_, column) => Math.max(1, ...cells.map((row) => widthOf(row[column] ?? '')))),
    columns,
  );
  const drawRow = (row: readonly string[], paint: (text: string) => string): string[] => {
    const parts = widths.map((width, column) => wrap(row[column] ?? '', width));
    const height = Math.max(...parts.map((part) => part.length));
    return Array.from({ length: height }, (_, line) =>
      widths
        .map((width, column) => paint(align(parts[column]?.[line] ?? '', width, table.align[column] ?? null)))
        .join(theme.paint('rule', ' │ ')),
    );
  };
  const line = theme.paint('rule', widths.map((width) => '─'.repeat(width)).join('─┼─'));
  return [
    ...drawRow(cells[0] ?? [], (text) => theme.paint('strong', text)),
    line,
    ...cells.slice(1).flatMap((row) => drawRow(row, (text) => text)),
  ];
}

function align(text: string, width: number, how: 'center' | 'left' | 'right' | null): string {
  const room = width - widthOf(text);
  if (room <= 0 || how === null || how === 'left') return padTo(text, width);
  const before = how === 'right' ? room : Math.floor(room / 2);
  return `${' '.repeat(before)}${text}${' '.repeat(room - before)}`;
}

/** Takes from the widest columns until the table fits. */
function fitColumns(widths: readonly number[], columns: number): number[] {
  const fitted = [...widths];
  const room = columns - 3 * (widths.length - 1);
  let over = fitted.reduce((sum, width) => sum + width, 0) - room;
  while (over > 0) {
    const widest = fitted.indexOf(Math.max(...fitted));
    const width = fitted[widest] ?? 0;
    if (width <= 4) break;
    fitted[widest] = width - 1;
    over -= 1;
  }
  return fitted;
}

function plainInline(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token && token.tokens ? plainInline(token.tokens) : textOf(token)))
    .join('');
}

function textOf(token: Token): string {
  return 'text' in token && typeof token.text === 'string' ? token.text : token.raw;
}

function drawInline(tokens: readonly Token[], theme: Theme): string {
  return tokens.map((token) => inline(token, theme)).join('');
}

function inline(token: Token, theme: Theme): string {
  const inner = (): string => ('tokens' in token && token.tokens ? drawInline(token.tokens, theme) : textOf(token));
  switch (token.type) {
    case 'strong':
      return theme.paint('strong', plainInline(token.tokens ?? []));
    case 'em':
      return theme.paint('italic', plainInline(token.tokens ?? []));
    case 'codespan':
      return theme.isColored ? theme.paint('code', textOf(token)) : token.raw;
    case 'link':
      return drawLink(token as Tokens.Link, theme);
    case 'image':
      return `${theme.paint('dim', 'image')} ${textOf(token)} ${theme.paint('dim', `(${(token as Tokens.Image).href})`)}`;
    case 'br':
      return '\n';
    case 'del':
      return `~${inner()}~`;
    case 'text':
      return inner();
    default:
      return textOf(token);
  }
}

/** Where it leads is always written out: a name alone could say anything. */
function drawLink({ href, tokens }: Tokens.Link, theme: Theme): string {
  const name = plainInline(tokens);
  return name === href || `mailto:${name}` === href
    ? theme.paint('info', href)
    : `${theme.paint('info', name)} ${theme.paint('dim', `(${href})`)}`;
}
