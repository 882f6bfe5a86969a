// `/show FILE`: a picture, where the terminal can draw one.
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { errorMessage } from '@monkey-coder/protocol';
import { imageProtocolOf, inlineImage } from '../screen/inline-image.ts';
import type { Screen } from '../screen/screen.ts';
import { type InteractiveHost, isTmux } from './host.ts';

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_ROWS = 20;

/** Draws it above the prompt; a sentence when that cannot be. */
export function showImage(host: InteractiveHost, screen: Screen, path: string): string | undefined {
  const protocol = imageProtocolOf(host.world.environment, isTmux(host.world));
  if (protocol === null)
    return 'This terminal does not say that it can draw pictures (kitty, Ghostty, iTerm2, WezTerm; not behind tmux).';
  if (screen.mode === 'full') return 'Pictures are drawn in the inline view: Ctrl-S leaves full screen.';
  const file = isAbsolute(path) ? path : join(host.cwd, path);
  try {
    if (statSync(file).size > MOST_BYTES) return `${path} is larger than 8 MB.`;
    const drawn = inlineImage(protocol, readFileSync(file), Math.min(MOST_ROWS, Math.max(4, screen.size.rows - 6)));
    if (drawn === null)
      return `${path} is no picture that this terminal draws${protocol === 'kitty' ? ' (PNG)' : ' (PNG, JPEG, GIF, WebP)'}.`;
    screen.printRaw(drawn);
    return undefined;
  } catch (error) {
    return `${path} cannot be read: ${errorMessage(error)}`;
  }
}
