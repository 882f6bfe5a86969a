// The full screen: a window over the transcript, and below it the live region.
import type { Frame, Size } from '../screen/frame.ts';
import { stack } from '../screen/frame.ts';
import type { Drawing, Transcript } from './transcript.ts';

/** Where the window stands. */
export class Scroll {
  /** Rows below the window; 0 at the end. */
  #below = 0;
  #height = 1;
  #total = 0;

  /** By rows; towards the end with a positive number. */
  by(rows: number): void {
    this.#below = Math.max(0, Math.min(this.#below - rows, this.#total - this.#height));
  }

  page(direction: 1 | -1): void {
    this.by(direction * Math.max(1, this.#height - 2));
  }

  toEnd(): void {
    this.#below = 0;
  }

  toBegin(): void {
    this.#below = Math.max(0, this.#total - this.#height);
  }

  /** Rows of the window and how many are below it. What is looked at stays where it is while more comes. */
  window(total: number, height: number): { readonly first: number; readonly below: number } {
    if (this.#below > 0) this.#below += Math.max(0, total - this.#total);
    this.#total = total;
    this.#height = height;
    this.#below = Math.max(0, Math.min(this.#below, total - height));
    return { first: Math.max(0, total - height - this.#below), below: this.#below };
  }
}

/** A frame of exactly the screen's height. */
export function fullFrame(transcript: Transcript, live: Frame, drawing: Drawing, size: Size, scroll: Scroll): Frame {
  const all = transcript.rows(drawing);
  const height = Math.max(0, size.rows - live.rows.length);
  const { first, below } = scroll.window(all.length, height);
  const rows = all.slice(first, first + height);
  while (rows.length < height) rows.push('');
  if (below > 0 && height > 0) rows[height - 1] = drawing.theme.paint('dim', `  ↓ ${below} more rows (PgDn, Ctrl-End)`);
  return stack({ rows }, live);
}
