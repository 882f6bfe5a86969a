// What was asked before in a project, kept in the state folder, newest last.
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectKey } from '@monkey-coder/engine';
import { parseJson } from '@monkey-coder/protocol';
import { plainText } from '../screen/plain-text.ts';

const mostEntries = 1_000;
/** Longer prompts are pasted ones: found again in the session, not here. */
const mostChars = 20_000;

/** The prompts of one project. */
export class History {
  readonly #path: string;
  #entries: string[] | undefined;
  /** Where one is while going back; the length when not. */
  #at = 0;
  #draft = '';

  constructor(stateFolder: string, cwd: string) {
    this.#path = join(stateFolder, 'history', `${projectKey(cwd)}.jsonl`);
  }

  /** Newest last. */
  entries(): readonly string[] {
    this.#entries ??= this.#read();
    return this.#entries;
  }

  add(text: string): void {
    const entries = [...this.entries()];
    this.#at = entries.length;
    this.#draft = '';
    if (text.trim() === '' || text.length > mostChars || entries.at(-1) === text) return;
    entries.push(text);
    this.#entries = entries.slice(-mostEntries);
    this.#at = this.#entries.length;
    this.#append(text, entries.length > mostEntries * 1.5);
  }

  /** One step back or forth from what is being written; undefined at the ends. */
  step(direction: -1 | 1, draft: string): string | undefined {
    const entries = this.entries();
    if (this.#at >= entries.length) this.#draft = draft;
    const next = this.#at + direction;
    if (next < 0 || next > entries.length) return undefined;
    this.#at = next;
    return next === entries.length ? this.#draft : entries[next];
  }

  /** Starts from the newest again. */
  rest(): void {
    this.#at = this.entries().length;
  }

  /** Those that contain the text, newest first. */
  search(text: string): string[] {
    const wanted = text.toLowerCase();
    return [...new Set([...this.entries()].reverse())].filter((entry) => entry.toLowerCase().includes(wanted));
  }

  #read(): string[] {
    let text = '';
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      // Nothing was asked here yet.
    }
    const entries = text.split('\n').flatMap((line) => {
      const value = parseJson(line);
      return typeof value === 'string' ? [plainText(value)] : [];
    });
    this.#at = Math.min(entries.length, mostEntries);
    return entries.slice(-mostEntries);
  }

  /** Losing history is no reason to stop. */
  #append(text: string, isLong: boolean): void {
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      if (!isLong) {
        appendFileSync(this.#path, `${JSON.stringify(text)}\n`, { mode: 0o600 });
        return;
      }
      const kept = this.entries().map((entry) => `${JSON.stringify(entry)}\n`);
      writeFileSync(`${this.#path}.new`, kept.join(''), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      this.#entries = [...this.entries()];
    }
  }
}
