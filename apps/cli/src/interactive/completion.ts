// What may be meant by a `/` at the beginning and an `@` before a word, to choose from.
import { plainLine } from '../screen/plain-text.ts';
import type { TextBuffer } from '../screen/text-buffer.ts';
import type { Theme } from '../screen/theme.ts';
import { padTo, truncate } from '../screen/width.ts';
import { fuzzyMatches } from './fuzzy.ts';

/** One thing to choose. */
export interface CompletionItem {
  /** What is put in. */
  readonly text: string;
  readonly detail: string;
}

/** What can be completed. */
export interface CompletionSources {
  /** Commands with their slash, in the order they are shown. */
  commands(): readonly CompletionItem[];
  /** Paths of the project; empty until they are known. */
  files(): readonly string[];
}

const mostRows = 8;
const mostFound = 50;

/** The list below the editor. */
export class Completion {
  readonly #sources: CompletionSources;
  #items: readonly CompletionItem[] = [];
  #selected = 0;
  /** Where the word begins that is completed. */
  #start = 0;

  constructor(sources: CompletionSources) {
    this.#sources = sources;
  }

  get isOpen(): boolean {
    return this.#items.length > 0;
  }

  close(): void {
    this.#items = [];
  }

  move(step: 1 | -1): void {
    const { length } = this.#items;
    this.#selected = (this.#selected + step + length) % length;
  }

  /** Looks at the word before the cursor after a change. */
  update(buffer: TextBuffer): void {
    this.#selected = 0;
    this.#items = this.#find(buffer);
  }

  /** Asked for by Tab; false when there is nothing to complete. */
  open(buffer: TextBuffer): boolean {
    this.update(buffer);
    return this.isOpen;
  }

  /** Puts the chosen one in. */
  accept(buffer: TextBuffer): boolean {
    const item = this.#items[this.#selected];
    if (item === undefined) return false;
    const rest = buffer.text.slice(buffer.cursor);
    const text = `${buffer.text.slice(0, this.#start)}${item.text}${rest.startsWith(' ') ? '' : ' '}`;
    buffer.set(text + rest, text.length);
    this.close();
    return true;
  }

  /** Enter puts in what was chosen; a command that stands there whole is sent instead. */
  acceptUnlessWhole(buffer: TextBuffer): boolean {
    const item = this.#items[this.#selected];
    const written = buffer.text.slice(this.#start, buffer.cursor);
    const isWhole = this.#selected === 0 && this.#items.some(({ text }) => text === written);
    if (item === undefined || isWhole) {
      this.close();
      return false;
    }
    const isCommand = item.text.startsWith('/');
    this.accept(buffer);
    if (isCommand) buffer.set(buffer.text.trimEnd());
    return !isCommand;
  }

  draw(columns: number, theme: Theme): string[] {
    const first = Math.max(0, Math.min(this.#selected - mostRows + 1, this.#items.length - mostRows));
    const shown = this.#items.slice(first, first + mostRows);
    const width = Math.min(Math.max(...shown.map((item) => item.text.length)) + 2, Math.floor(columns / 2));
    return shown.map((item, index) => {
      const isSelected = first + index === this.#selected;
      const name = padTo(item.text, item.detail === '' ? columns - 4 : width);
      const text = isSelected ? theme.paint('selected', name) : name;
      return truncate(
        `${isSelected ? theme.paint('accent', '❯') : ' '} ${text} ${theme.paint('dim', plainLine(item.detail))}`,
        columns,
      );
    });
  }

  #find(buffer: TextBuffer): readonly CompletionItem[] {
    const before = buffer.text.slice(0, buffer.cursor);
    const slash = /^\/([\w:-]*)$/.exec(before);
    if (slash) {
      this.#start = 0;
      return this.#findCommands(slash[1] ?? '');
    }
    const at = /(?:^|\s)@([^\s@]*)$/.exec(before);
    if (!at) return [];
    const typed = at[1] ?? '';
    this.#start = before.length - typed.length - 1;
    return fuzzyMatches(this.#sources.files(), typed, mostFound).map((path) => ({ text: `@${path}`, detail: '' }));
  }

  #findCommands(typed: string): readonly CompletionItem[] {
    const all = this.#sources.commands();
    const begins = all.filter(({ text }) => text.startsWith(`/${typed}`));
    if (begins.length > 0) return begins;
    const names = fuzzyMatches(
      all.map(({ text }) => text),
      typed,
      mostFound,
    );
    return names.flatMap((name) => all.filter(({ text }) => text === name));
  }
}
