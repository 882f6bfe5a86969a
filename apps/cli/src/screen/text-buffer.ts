// A text that is being written: cursor, motions by grapheme, word and line, deletions with a yank, undo.
//
// Positions are indexes into the text. A change is a new state; undo goes back through them. What is typed in a row is one step,
// ended by a blank, a motion, or anything else.
import { graphemesOf } from './width.ts';

/** The text and where the cursor stands. */
export interface TextState {
  readonly text: string;
  readonly cursor: number;
}

const mostSteps = 200;
const wordCharacter = /[\p{L}\p{N}_]/u;

/** A text under edit. */
export class TextBuffer {
  #state: TextState = { text: '', cursor: 0 };
  #past: TextState[] = [];
  #future: TextState[] = [];
  #isTyping = false;
  /** The last text that was cut; also what vim's `p` puts. */
  yanked = '';

  get text(): string {
    return this.#state.text;
  }

  get cursor(): number {
    return this.#state.cursor;
  }

  /** Replaces the whole; the cursor goes to the end unless told otherwise. */
  set(text: string, cursor = text.length): void {
    this.#change({ text, cursor: clamp(cursor, 0, text.length) });
  }

  /** Empties it and forgets the past. */
  clear(): void {
    this.#state = { text: '', cursor: 0 };
    this.#past = [];
    this.#future = [];
  }

  moveTo(cursor: number): void {
    this.#isTyping = false;
    this.#state = { ...this.#state, cursor: clamp(cursor, 0, this.text.length) };
  }

  insert(text: string): void {
    const { cursor } = this;
    const goesOn = this.#isTyping && text.length === 1 && text !== ' ' && text !== '\n';
    const next = { text: this.text.slice(0, cursor) + text + this.text.slice(cursor), cursor: cursor + text.length };
    if (goesOn) this.#state = next;
    else this.#change(next);
    this.#isTyping = text.length === 1;
  }

  /** Cuts from one place to another and remembers it as yanked. */
  cut(from: number, to: number): void {
    const [start, end] = from < to ? [from, to] : [to, from];
    if (start === end) return;
    this.yanked = this.text.slice(start, end);
    this.remove(start, end);
  }

  /** Takes out a stretch without remembering it. */
  remove(from: number, to: number): void {
    if (from === to) return;
    this.#change({ text: this.text.slice(0, from) + this.text.slice(to), cursor: from });
  }

  undo(): void {
    const past = this.#past.pop();
    if (past === undefined) return;
    this.#future.push(this.#state);
    this.#state = past;
    this.#isTyping = false;
  }

  redo(): void {
    const future = this.#future.pop();
    if (future === undefined) return;
    this.#past.push(this.#state);
    this.#state = future;
    this.#isTyping = false;
  }

  #change(next: TextState): void {
    this.#past.push(this.#state);
    if (this.#past.length > mostSteps) this.#past.shift();
    this.#future = [];
    this.#isTyping = false;
    this.#state = next;
  }

  /** The place one grapheme to the left or right. */
  left(from = this.cursor): number {
    const before = graphemesOf(this.text.slice(Math.max(0, from - 40), from)).at(-1);
    return from - (before?.text.length ?? 0);
  }

  right(from = this.cursor): number {
    const next = graphemesOf(this.text.slice(from, from + 40))[0];
    return from + (next?.text.length ?? 0);
  }

  lineStart(from = this.cursor): number {
    return this.text.lastIndexOf('\n', from - 1) + 1;
  }

  lineEnd(from = this.cursor): number {
    const end = this.text.indexOf('\n', from);
    return end < 0 ? this.text.length : end;
  }

  /** Beginning of the word at or before the place. */
  wordLeft(from = this.cursor): number {
    let at = from;
    while (at > 0 && !isWord(this.text[at - 1])) at--;
    while (at > 0 && isWord(this.text[at - 1])) at--;
    return at;
  }

  /** Behind the end of the word at or after the place. */
  wordRight(from = this.cursor): number {
    let at = from;
    const { length } = this.text;
    while (at < length && !isWord(this.text[at])) at++;
    while (at < length && isWord(this.text[at])) at++;
    return at;
  }

  /** Beginning of the next word, as vim's `w` has it: a run of signs is a word too. */
  nextWordStart(from = this.cursor): number {
    let at = from;
    const { length } = this.text;
    const kind = kindOf(this.text[at]);
    while (at < length && kind !== 'blank' && kindOf(this.text[at]) === kind) at++;
    while (at < length && kindOf(this.text[at]) === 'blank') at++;
    return at;
  }

  /** Last character of a word, as vim's `e` has it. */
  wordEnd(from = this.cursor): number {
    let at = from + 1;
    const { length } = this.text;
    while (at < length && kindOf(this.text[at]) === 'blank') at++;
    const kind = kindOf(this.text[at]);
    while (at + 1 < length && kindOf(this.text[at + 1]) === kind) at++;
    return Math.min(at, Math.max(0, length - 1));
  }

  /** The same column one line up or down; undefined where there is none. */
  vertical(step: 1 | -1): number | undefined {
    const start = this.lineStart();
    const column = this.cursor - start;
    if (step < 0) {
      if (start === 0) return undefined;
      const before = this.lineStart(start - 1);
      return Math.min(before + column, start - 1);
    }
    const end = this.lineEnd();
    if (end === this.text.length) return undefined;
    return Math.min(end + 1 + column, this.lineEnd(end + 1));
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && wordCharacter.test(character);
}

function kindOf(character: string | undefined): 'blank' | 'word' | 'sign' {
  if (character === undefined || /\s/.test(character)) return 'blank';
  return wordCharacter.test(character) ? 'word' : 'sign';
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
