// Something that takes the place of the editor for a while.
import type { Frame } from '../screen/frame.ts';
import type { Key } from '../screen/keys.ts';
import type { Theme } from '../screen/theme.ts';

/** A panel: drawn where the editor is, and given all keys while it is there. */
export interface Panel {
  onKey(key: Key): void;
  onPaste?(text: string): void;
  draw(columns: number, height: number, theme: Theme): Frame;
}
