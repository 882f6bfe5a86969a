// How many columns a text takes in a terminal, and cutting and wrapping it there; colours in it (SGR sequences) take none.
//
// Widths follow UAX #11 (wide and full-width are two columns) and UTS #51 (what is shown as an emoji is two). A terminal that
// thinks otherwise misplaces a column, never a row: the screen writes each row from its beginning with wrapping off.

const reset = '\u001b[0m';
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour
const color = /\u001b\[[\d;:]*m/g;
const plainAscii = /^[\u0020-\u007e]*$/;
const emoji = /\p{Emoji_Presentation}|\ufe0f/u;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

/** Columns of a text without line ends. */
export function widthOf(text: string): number {
  const plain = text.includes('\u001b') ? text.replace(color, '') : text;
  if (plainAscii.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of segmenter.segment(plain)) width += graphemeWidth(segment);
  return width;
}

/** The graphemes of a text, each with its columns. */
export function graphemesOf(text: string): { readonly text: string; readonly width: number }[] {
  if (plainAscii.test(text)) return [...text].map((character) => ({ text: character, width: 1 }));
  return Array.from(segmenter.segment(text), ({ segment }) => ({ text: segment, width: graphemeWidth(segment) }));
}

function graphemeWidth(grapheme: string): number {
  if (grapheme.length === 1 && grapheme >= ' ' && grapheme <= '~') return 1;
  if (emoji.test(grapheme)) return 2;
  if (invisible.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/** A piece of a styled text: a colour change, or one grapheme. */
interface Piece {
  readonly text: string;
  readonly width: number;
  readonly isColor: boolean;
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const addText = (part: string): void => {
    for (const grapheme of graphemesOf(part)) pieces.push({ ...grapheme, isColor: false });
  };
  for (const match of text.matchAll(color)) {
    addText(text.slice(at, match.index));
    pieces.push({ text: match[0], width: 0, isColor: true });
    at = match.index + match[0].length;
  }
  addText(text.slice(at));
  return pieces;
}

/** The text cut to so many columns, with `…` where something is missing; colours are closed. */
export function truncate(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let out = '';
  let width = 0;
  let hasColor = false;
  for (const piece of piecesOf(text)) {
    if (piece.isColor) hasColor = true;
    if (width + piece.width > columns - 1) break;
    width += piece.width;
    out += piece.text;
  }
  return `${out}…${hasColor ? reset : ''}`;
}

/** The text with blanks behind it up to so many columns; longer ones are cut. */
export function padTo(text: string, columns: number): string {
  const width = widthOf(text);
  return width > columns ? truncate(text, columns) : text + ' '.repeat(columns - width);
}

/** Rows of at most so many columns, broken between words where possible; colours go on in the next row. */
export function wrap(text: string, columns: number): string[] {
  const limit = Math.max(1, columns);
  if (widthOf(text) <= limit) return [text];
  const wrapper = new Wrapper(limit);
  for (const piece of piecesOf(text)) wrapper.add(piece);
  return wrapper.finish();
}

class Wrapper {
  readonly #limit: number;
  readonly #rows: string[] = [];
  #row: Piece[] = [];
  #width = 0;
  /** Where the row may be broken: behind its last blank. */
  #breakAt = 0;
  /** Colours that are on at the beginning of the row. */
  #open = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(piece: Piece): void {
    if (this.#width + piece.width > this.#limit) {
      if (piece.text === ' ') {
        this.#break(this.#row.length);
        return;
      }
      this.#break(this.#breakAt > 0 ? this.#breakAt : this.#row.length);
    }
    this.#row.push(piece);
    this.#width += piece.width;
    if (piece.text === ' ') this.#breakAt = this.#row.length;
  }

  finish(): string[] {
    if (this.#row.length > 0 || this.#rows.length === 0) this.#break(this.#row.length);
    return this.#rows;
  }

  #break(at: number): void {
    const head = this.#row.slice(0, at);
    this.#row = this.#row.slice(at);
    const text = head.map((piece) => piece.text).join('');
    const colors = openColors(this.#open + text);
    this.#rows.push(`${this.#open}${text.trimEnd()}${colors === '' ? '' : reset}`);
    this.#open = colors;
    this.#width = this.#row.reduce((sum, piece) => sum + piece.width, 0);
    this.#breakAt = 0;
  }
}

/** The colour sequences still in force at the end of a text: those behind the last that resets all. */
function openColors(text: string): string {
  let open = '';
  for (const [sequence] of text.matchAll(color))
    open = sequence === reset || sequence === '\u001b[m' ? '' : open + sequence;
  return open;
}
