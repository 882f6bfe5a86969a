// The editor of the prompt: a text, pasted stretches shown as marks, completion of `/commands` and `@files`, history.
import { applyEditKey } from '../screen/edit-keys.ts';
import type { Frame } from '../screen/frame.ts';
import { type Key, keyName } from '../screen/keys.ts';
import { plainText } from '../screen/plain-text.ts';
import { TextBuffer } from '../screen/text-buffer.ts';
import { layOut, visiblePart } from '../screen/text-layout.ts';
import type { Theme } from '../screen/theme.ts';
import { VimKeys } from '../screen/vim-keys.ts';
import type { Completion } from './completion.ts';
import type { History } from './history.ts';

const gutter = 2;
/** A paste of more lines or characters is shown as a mark. */
const markLines = 8;
const markChars = 800;
const mark = /\[paste #\d+: [^\]]*\]/g;

/** Up and down go through the lines first, then through what was asked before. */
const moves: Readonly<Record<string, { readonly step: 1 | -1; readonly isHistory: boolean }>> = {
  up: { step: -1, isHistory: false },
  down: { step: 1, isHistory: false },
  'ctrl-p': { step: -1, isHistory: true },
  'ctrl-n': { step: 1, isHistory: true },
};

/** The prompt while it is written. */
export class PromptEditor {
  readonly buffer = new TextBuffer();
  readonly vim = new VimKeys();
  readonly #history: History;
  readonly #completion: Completion;
  readonly #pastes = new Map<string, string>();
  isVim = false;

  constructor(history: History, completion: Completion) {
    this.#history = history;
    this.#completion = completion;
  }

  get isEmpty(): boolean {
    return this.buffer.text === '';
  }

  /** What is sent: marks are replaced by what was pasted. */
  get fullText(): string {
    return this.buffer.text.replace(mark, (found) => this.#pastes.get(found) ?? found);
  }

  /** Takes the text and begins a new one. */
  take(): string {
    const text = this.fullText.trim();
    this.#history.add(this.buffer.text.includes('[paste #') ? text : this.buffer.text.trim());
    this.clear();
    return text;
  }

  clear(): void {
    this.buffer.clear();
    this.vim.reset();
    this.#completion.close();
    this.#history.rest();
  }

  set(text: string): void {
    this.buffer.set(text);
    this.#completion.close();
  }

  /** Pasted text goes in as it is; much of it as a mark. */
  paste(text: string): void {
    const clean = plainText(text);
    const lines = clean.split('\n').length;
    if (lines <= markLines && clean.length <= markChars) this.buffer.insert(clean);
    else {
      const name = `[paste #${this.#pastes.size + 1}: ${lines} line${lines === 1 ? '' : 's'}]`;
      this.#pastes.set(name, clean);
      this.buffer.insert(name);
    }
    this.#completion.update(this.buffer);
  }

  /** Applies a key; false when it means nothing to the editor. */
  onKey(key: Key): boolean {
    if (this.#completion.isOpen && this.#completionKey(key)) return true;
    const before = this.buffer.text;
    if (this.isVim && this.vim.apply(this.buffer, key)) return this.#changed(before);
    if (this.isVim && this.vim.mode === 'normal' && key.text !== '') return true;
    const move = moves[keyName(key)];
    if (move !== undefined) return move.isHistory ? this.#recall(move.step) : this.#vertical(move.step);
    if (key.name === 'backspace' && this.#removeMark()) return this.#changed(before);
    if (key.name === 'tab' && !key.shift) return this.#completion.open(this.buffer);
    return applyEditKey(this.buffer, key) ? this.#changed(before) : false;
  }

  /** A line end where the cursor is. */
  newLine(): void {
    this.buffer.insert('\n');
    this.#completion.close();
  }

  /** A backslash before the cursor asks for a line end instead of sending. */
  takeBackslash(): boolean {
    const { text, cursor } = this.buffer;
    if (text[cursor - 1] !== '\\') return false;
    this.buffer.remove(cursor - 1, cursor);
    this.newLine();
    return true;
  }

  draw(columns: number, height: number, theme: Theme, hint: string): Frame {
    const sign = this.isVim && this.vim.mode === 'normal' ? ':' : '›';
    const first = `${theme.paint('accent', sign)} `;
    if (this.isEmpty) return { rows: [`${first}${theme.paint('dim', hint)}`], cursor: { row: 0, column: gutter } };
    const layout = layOut(this.buffer.text, this.buffer.cursor, Math.max(1, columns - gutter - 1));
    const part = visiblePart(layout, height);
    const isTop = part.rows.length === layout.rows.length || part.row === layout.row;
    const rows = part.rows.map((row, index) => {
      const shown = row.replace(mark, (found) => theme.paint('info', found));
      return `${index === 0 && isTop ? first : '  '}${shown}`;
    });
    return { rows, cursor: { row: part.row, column: part.column + gutter } };
  }

  #changed(before: string): true {
    if (before !== this.buffer.text) this.#completion.update(this.buffer);
    else this.#completion.close();
    return true;
  }

  #completionKey(key: Key): boolean {
    if (key.ctrl || key.alt) return false;
    switch (key.name) {
      case 'up':
        this.#completion.move(-1);
        return true;
      case 'down':
        this.#completion.move(1);
        return true;
      case 'escape':
        this.#completion.close();
        return true;
      case 'tab':
        return !key.shift && this.#completion.accept(this.buffer);
      case 'enter':
        return !key.shift && this.#completion.acceptUnlessWhole(this.buffer);
      default:
        return false;
    }
  }

  #vertical(step: 1 | -1): boolean {
    const target = this.buffer.vertical(step);
    if (target === undefined) return this.#recall(step);
    this.buffer.moveTo(target);
    return true;
  }

  #recall(step: 1 | -1): boolean {
    const found = this.#history.step(step, this.buffer.text);
    if (found !== undefined) this.set(found);
    return true;
  }

  /** A mark is one character to the person. */
  #removeMark(): boolean {
    const { text, cursor } = this.buffer;
    for (const found of text.matchAll(mark)) {
      const end = found.index + found[0].length;
      if (end !== cursor || !this.#pastes.has(found[0])) continue;
      this.buffer.remove(found.index, end);
      return true;
    }
    return false;
  }
}
