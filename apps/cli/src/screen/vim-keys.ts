// Vim's keys for a text: normal and insert mode, the motions and changes that fingers use most.
import type { Key } from './keys.ts';
import type { TextBuffer } from './text-buffer.ts';

/** State of a text that is edited with vim's keys. */
export class VimKeys {
  #mode: 'normal' | 'insert' = 'insert';
  #pending = '';

  get mode(): 'normal' | 'insert' {
    return this.#mode;
  }

  /** Back to insert mode, for a new text. */
  reset(): void {
    this.#mode = 'insert';
    this.#pending = '';
  }

  /** Applies a key; false when it is not one of vim's, and the common keys shall have it. */
  apply(buffer: TextBuffer, key: Key): boolean {
    if (key.ctrl || key.alt) return false;
    if (this.#mode === 'insert') return this.#leaveInsert(buffer, key);
    if (key.name === 'escape') {
      const wasPending = this.#pending !== '';
      this.#pending = '';
      return wasPending;
    }
    if (key.text === '') return false;
    if (this.#pending !== '') this.#operate(buffer, key.text);
    else this.#normal(buffer, key.text);
    return true;
  }

  #leaveInsert(buffer: TextBuffer, key: Key): boolean {
    if (key.name !== 'escape') return false;
    this.#mode = 'normal';
    if (buffer.cursor > buffer.lineStart()) buffer.moveTo(buffer.left());
    return true;
  }

  #normal(buffer: TextBuffer, command: string): void {
    const target = motion(buffer, command);
    if (target !== undefined) {
      buffer.moveTo(target);
      return;
    }
    if ('dcy'.includes(command)) this.#pending = command;
    else if (change(buffer, command)) return;
    else if (enterInsert(buffer, command)) this.#mode = 'insert';
  }

  #operate(buffer: TextBuffer, command: string): void {
    const operator = this.#pending;
    this.#pending = '';
    const range = operator === command ? wholeLine(buffer, operator) : rangeOf(buffer, operator, command);
    if (range === undefined) return;
    if (operator === 'y') {
      buffer.yanked = buffer.text.slice(range[0], range[1]);
      return;
    }
    buffer.cut(range[0], range[1]);
    if (operator === 'c') this.#mode = 'insert';
  }
}

function motion(buffer: TextBuffer, command: string): number | undefined {
  switch (command) {
    case 'h':
      return Math.max(buffer.left(), buffer.lineStart());
    case 'l':
    case ' ':
      return Math.min(buffer.right(), buffer.lineEnd());
    case 'j':
      return buffer.vertical(1) ?? buffer.cursor;
    case 'k':
      return buffer.vertical(-1) ?? buffer.cursor;
    case 'w':
      return buffer.nextWordStart();
    case 'b':
      return buffer.wordLeft();
    case 'e':
      return buffer.wordEnd();
    case '0':
    case '^':
      return buffer.lineStart();
    case '$':
      return buffer.lineEnd();
    case 'G':
      return buffer.text.length;
    default:
      return undefined;
  }
}

function change(buffer: TextBuffer, command: string): boolean {
  switch (command) {
    case 'x':
      buffer.cut(buffer.cursor, Math.min(buffer.right(), buffer.lineEnd()));
      return true;
    case 'D':
      buffer.cut(buffer.cursor, buffer.lineEnd());
      return true;
    case 'p':
      put(buffer);
      return true;
    case 'u':
      buffer.undo();
      return true;
    default:
      return false;
  }
}

/** A whole line goes below the one of the cursor, anything else behind the cursor. */
function put(buffer: TextBuffer): void {
  if (buffer.yanked.endsWith('\n')) {
    const end = buffer.lineEnd();
    buffer.moveTo(end);
    buffer.insert(`\n${buffer.yanked.slice(0, -1)}`);
    buffer.moveTo(end + 1);
    return;
  }
  buffer.moveTo(Math.min(buffer.right(), buffer.lineEnd()));
  buffer.insert(buffer.yanked);
}

function enterInsert(buffer: TextBuffer, command: string): boolean {
  switch (command) {
    case 'i':
      return true;
    case 'a':
      buffer.moveTo(Math.min(buffer.right(), buffer.lineEnd()));
      return true;
    case 'A':
      buffer.moveTo(buffer.lineEnd());
      return true;
    case 'I':
      buffer.moveTo(buffer.lineStart());
      return true;
    case 'o':
      buffer.moveTo(buffer.lineEnd());
      buffer.insert('\n');
      return true;
    case 'O':
      buffer.moveTo(buffer.lineStart());
      buffer.insert('\n');
      buffer.moveTo(buffer.cursor - 1);
      return true;
    case 'C':
      buffer.cut(buffer.cursor, buffer.lineEnd());
      return true;
    default:
      return false;
  }
}

/** `dd` takes the line with its end, `cc` leaves the empty line to write in. */
function wholeLine(buffer: TextBuffer, operator: string): readonly [number, number] {
  const start = buffer.lineStart();
  const end = buffer.lineEnd();
  if (operator === 'c') return [start, end];
  if (end < buffer.text.length) return [start, end + 1];
  return operator === 'd' && start > 0 ? [start - 1, end] : [start, end];
}

function rangeOf(buffer: TextBuffer, operator: string, command: string): readonly [number, number] | undefined {
  const from = buffer.cursor;
  // As in vim, `cw` changes to the end of the word and leaves the blank behind it.
  const to = operator === 'c' && command === 'w' ? buffer.wordEnd() + 1 : motion(buffer, command);
  if (to === undefined) return undefined;
  const end = command === 'e' ? to + 1 : to;
  return from < end ? [from, end] : [end, from];
}
