// A terminal without a window, for tests: xterm.js takes the bytes, and what a person would see is read from it.
import { createRequire } from 'node:module';

// Both packages are CommonJS without named exports that Node can see.
const require = createRequire(import.meta.url);
const { Terminal } = require('@xterm/headless') as typeof import('@xterm/headless');
const { Unicode11Addon } = require('@xterm/addon-unicode11') as typeof import('@xterm/addon-unicode11');

/** The terminal of one test. */
export interface VirtualTerminal {
  /** Takes bytes; they count at the next look. */
  write(text: string): void;
  /** Bytes written since the last call. */
  takeBytes(): string;
  resize(columns: number, rows: number): Promise<void>;
  /** What is visible, without blanks and empty rows at the ends. */
  screen(): Promise<string[]>;
  /** Everything: scrollback and screen. */
  everything(): Promise<string[]>;
  cursor(): Promise<{ readonly row: number; readonly column: number }>;
}

/** Opens one. */
export function openVirtualTerminal(columns: number, rows: number): VirtualTerminal {
  const terminal = new Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  let bytes = '';
  const settled = (): Promise<void> => new Promise((resolve) => terminal.write('', resolve));
  const rowsFrom = async (first: (base: number) => number): Promise<string[]> => {
    await settled();
    const { active } = terminal.buffer;
    const found: string[] = [];
    for (let row = first(active.baseY); row < active.baseY + terminal.rows; row++)
      found.push(active.getLine(row)?.translateToString(true).trimEnd() ?? '');
    while (found.at(-1) === '') found.pop();
    return found;
  };
  return {
    write: (text) => {
      bytes += text;
      terminal.write(text);
    },
    takeBytes: () => {
      const taken = bytes;
      bytes = '';
      return taken;
    },
    resize: async (width, height) => {
      await settled();
      terminal.resize(width, height);
    },
    screen: () => rowsFrom((base) => base),
    everything: () => rowsFrom(() => 0),
    cursor: async () => {
      await settled();
      return { row: terminal.buffer.active.cursorY, column: terminal.buffer.active.cursorX };
    },
  };
}
