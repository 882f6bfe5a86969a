// The terminal itself: raw input, the modes that are switched on, and back to how it was found, however the program ends.
import { type Input, KeyReader } from './keys.ts';

/** Where keys come from and bytes go to. */
export interface TerminalDevice {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** Whether a tmux stands between: it passes more keys on when asked in xterm's way. */
  readonly isTmux: boolean;
}

const pasteOn = '\u001b[?2004h';
const pasteOff = '\u001b[?2004l';
const askKitty = '\u001b[?u';
const pushKitty = '\u001b[>1u';
const popKitty = '\u001b[<u';
const moreKeysOn = '\u001b[>4;1m';
const moreKeysOff = '\u001b[>4;0m';
/** How long an escape waits for what may follow it. Over slow lines a sequence arrives in pieces. */
const escapeWaitMs = 40;

/** Holds a terminal in raw mode until it is released. */
export class Terminal {
  readonly #device: TerminalDevice;
  readonly #reader = new KeyReader();
  readonly #decoder = new TextDecoder();
  readonly #onInput: (input: readonly Input[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;
  #hasKitty = false;

  constructor(device: TerminalDevice, onInput: (input: readonly Input[]) => void) {
    this.#device = device;
    this.#onInput = onInput;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Takes the terminal. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    const { stdin, stdout, isTmux } = this.#device;
    stdin.setRawMode(true);
    stdin.on('data', this.#onData);
    stdin.resume();
    stdout.write(`${pasteOn}${isTmux ? moreKeysOn : ''}${askKitty}`);
  }

  /** Gives it back; `last` are bytes to be written with that. Safe to call at any time, and from an exit handler. */
  release(last = ''): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    clearTimeout(this.#timer);
    const { stdin, stdout, isTmux } = this.#device;
    const keys = `${this.#hasKitty ? popKitty : ''}${isTmux ? moreKeysOff : ''}${pasteOff}`;
    this.#hasKitty = false;
    try {
      stdout.write(`${last}${keys}`);
      stdin.off('data', this.#onData);
      stdin.setRawMode(false);
      stdin.pause();
    } catch {
      // The terminal is gone; there is nothing to give back.
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    clearTimeout(this.#timer);
    this.#deliver(this.#reader.read(this.#decoder.decode(chunk, { stream: true })));
    if (this.#reader.isWaiting) this.#timer = setTimeout(() => this.#deliver(this.#reader.flush()), escapeWaitMs);
  };

  #deliver(input: readonly Input[]): void {
    if (input.some(({ kind }) => kind === 'kitty') && !this.#hasKitty) {
      this.#hasKitty = true;
      this.#device.stdout.write(pushKitty);
    }
    const typed = input.filter(({ kind }) => kind !== 'kitty');
    if (typed.length > 0) this.#onInput(typed);
  }
}
