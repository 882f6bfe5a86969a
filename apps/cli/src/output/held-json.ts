// Keeps the JSON that ends an answer of a kind of work from the screen: what it says is shown by the report, in words.
import { parseJson } from '@monkey-coder/protocol';

const opening = '```json';

/** Passes streamed text on, except fenced blocks of JSON that are whole. */
export class HeldJson {
  #held = '';
  #isLineStart = true;
  #kept = '';

  /** The text that may be shown now. */
  take(text: string): string {
    let shown = '';
    for (const piece of text.split(/(?<=\n)/)) shown += this.#takePiece(piece);
    return shown;
  }

  /** What was held back and is no whole block, when the answer has ended. */
  end(): string {
    const rest = this.#held;
    this.#isLineStart = true;
    this.#held = '';
    if (!isWhole(rest)) return rest;
    this.#kept += rest;
    return '';
  }

  /** The blocks that were never shown. */
  get kept(): string {
    return this.#kept;
  }

  #takePiece(piece: string): string {
    if (this.#held === '' && !this.#isLineStart) {
      this.#isLineStart = piece.endsWith('\n');
      return piece;
    }
    this.#held += piece;
    const first = this.#held.trimEnd();
    const isBegun = first.startsWith(opening) || opening.startsWith(first);
    if (isBegun && !(this.#held.endsWith('\n') && first.length < opening.length)) {
      return /\n```[ \t]*\n$/.test(this.#held) ? this.end() : '';
    }
    const rest = this.#held;
    this.#held = '';
    this.#isLineStart = rest.endsWith('\n');
    return rest;
  }
}

function isWhole(block: string): boolean {
  const inner = /^```json[ \t]*\n([\s\S]*?)\n```\s*$/.exec(block)?.[1];
  const value = inner === undefined ? undefined : parseJson(inner);
  return typeof value === 'object' && value !== null;
}
