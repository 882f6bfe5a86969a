// Reads what a terminal sends: keys, pasted text, answers to questions.
//
// Understood are plain bytes, xterm's CSI and SS3 keys with modifiers, `modifyOtherKeys`, the keyboard protocol of kitty
// (https://sw.kovidgoyal.net/kitty/keyboard-protocol), bracketed paste, and SGR mouse wheels. A lone escape is a key of its own
// when nothing follows it for a moment (`flush`).

/** One thing that was typed. */
export type Input =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'paste'; readonly text: string }
  /** The terminal speaks kitty's keyboard protocol. */
  | { readonly kind: 'kitty' };

/** A key. `name` is a character for what is typed, else a word: `enter`, `escape`, `up`, … */
export interface Key {
  readonly name: string;
  /** What it writes; empty for keys that write nothing. */
  readonly text: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

const pasteBegin = '\u001b[200~';
const pasteEnd = '\u001b[201~';
/** More than any key sends. */
const longestSequence = 64;

/** Turns chunks of input into keys. */
export class KeyReader {
  #rest = '';
  #paste: string[] | undefined;

  /** What a chunk, together with what was left of those before, says. */
  read(chunk: string): Input[] {
    this.#rest += chunk;
    const found: Input[] = [];
    for (;;) {
      const next = this.#paste === undefined ? this.#next() : this.#endPaste();
      if (next === undefined) return found;
      if (next !== 'nothing') found.push(next);
    }
  }

  /** Whether an escape waits for what may follow it. */
  get isWaiting(): boolean {
    return this.#paste === undefined && this.#rest !== '';
  }

  /** Nothing followed: what waits is taken for what it is. */
  flush(): Input[] {
    if (!this.isWaiting) return [];
    const rest = this.#rest;
    this.#rest = '';
    if (rest === '\u001b') return [pressed('escape')];
    if (rest.length === 2 && rest.startsWith('\u001b')) return [alted(rest.slice(1))];
    return [];
  }

  #next(): Input | 'nothing' | undefined {
    const text = this.#rest;
    if (text === '') return undefined;
    if (text.startsWith(pasteBegin)) {
      this.#rest = text.slice(pasteBegin.length);
      this.#paste = [];
      return 'nothing';
    }
    const taken = text.startsWith('\u001b') ? readEscape(text) : readCharacter(text);
    if (taken === undefined) return undefined;
    this.#rest = text.slice(taken.length);
    return taken.input ?? 'nothing';
  }

  #endPaste(): Input | undefined {
    const end = this.#rest.indexOf(pasteEnd);
    // The end itself may be cut in two.
    const safe = end < 0 ? Math.max(0, this.#rest.length - pasteEnd.length) : end;
    this.#paste?.push(this.#rest.slice(0, safe));
    this.#rest = this.#rest.slice(end < 0 ? safe : end + pasteEnd.length);
    if (end < 0) return undefined;
    const text = (this.#paste ?? []).join('').replace(/\r\n?/g, '\n');
    this.#paste = undefined;
    return { kind: 'paste', text };
  }
}

interface Taken {
  readonly length: number;
  readonly input?: Input;
}

function pressed(name: string, more: Partial<Key> = {}): Input {
  return { kind: 'key', key: { name, text: '', ctrl: false, alt: false, shift: false, ...more } };
}

function readCharacter(text: string): Taken {
  const code = text.codePointAt(0) ?? 0;
  const character = String.fromCodePoint(code);
  return { length: character.length, input: keyOfCharacter(character) };
}

const named: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u001b': 'escape',
};

function keyOfCharacter(character: string): Input {
  if (character === '\n') return pressed('j', { ctrl: true });
  const name = named[character];
  if (name !== undefined) return pressed(name);
  if (character === '\u0000') return pressed('space', { ctrl: true });
  const code = character.charCodeAt(0);
  if (code < 27) return pressed(String.fromCharCode(code + 96), { ctrl: true });
  if (code < 32) return pressed(String.fromCharCode(code + 64), { ctrl: true });
  return pressed(character === ' ' ? 'space' : character, { text: character });
}

function alted(character: string): Input {
  const input = keyOfCharacter(character);
  return input.kind === 'key' ? { kind: 'key', key: { ...input.key, text: '', alt: true } } : input;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a sequence
const csi = /^\u001b\[([<?>=]?)([\d;:]*)([ -/]*)([@-~])/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a sequence
const stringSequence = /^\u001b[\]P_^X][^\u0007\u001b]*(?:\u0007|\u001b\\)/;

/** Undefined while the sequence is not whole. */
function readEscape(text: string): Taken | undefined {
  const second = text[1];
  if (second === undefined) return undefined;
  if (second === '[') {
    const match = csi.exec(text);
    if (match) return { length: match[0].length, ...optionalInput(csiInput(match)) };
    return text.length > longestSequence ? { length: 1, input: pressed('escape') } : undefined;
  }
  if (second === 'O') {
    if (text[2] === undefined) return undefined;
    return { length: 3, ...optionalInput(letterKey(text[2], '')) };
  }
  if (']P_^X'.includes(second)) return readString(text);
  if (second === '\u001b') return { length: 1, input: pressed('escape') };
  const code = text.codePointAt(1) ?? 0;
  const character = String.fromCodePoint(code);
  return { length: 1 + character.length, input: alted(character) };
}

/** An answer in a string (colours, versions): passed over. Alt with one of these letters is typed alone. */
function readString(text: string): Taken | undefined {
  const match = stringSequence.exec(text);
  if (match) return { length: match[0].length };
  return text.length > 4096 ? { length: 2 } : undefined;
}

function optionalInput(input: Input | undefined): { input?: Input } {
  return input === undefined ? {} : { input };
}

const letters: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  M: 'enter',
};

const tildes: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

function csiInput([, mark = '', parameters = '', , final = '']: RegExpExecArray): Input | undefined {
  if (mark === '?' && final === 'u') return { kind: 'kitty' };
  if (mark === '<') return wheel(parameters);
  if (mark !== '') return undefined;
  const [first = '', second = '', third = ''] = parameters.split(';');
  if (final === 'Z') return pressed('tab', { shift: true });
  if (final === 'u') return codeKey(first, second);
  if (final === '~') return first === '27' ? codeKey(third, second) : namedKey(tildes[first], second);
  return letterKey(final, second);
}

function letterKey(letter: string, modifier: string): Input | undefined {
  return namedKey(letters[letter], modifier);
}

function namedKey(name: string | undefined, modifier: string): Input | undefined {
  return name === undefined ? undefined : pressed(name, modifiers(modifier));
}

function wheel(parameters: string): Input | undefined {
  const button = Number(parameters.split(';')[0]);
  if (button === 64) return pressed('wheelup');
  return button === 65 ? pressed('wheeldown') : undefined;
}

/** Modifiers are one more than the sum of shift 1, alt 2, ctrl 4; a part behind a colon is the kind of event. */
function modifiers(field: string): Pick<Key, 'shift' | 'alt' | 'ctrl'> {
  const bits = Math.max(0, Number(field.split(':')[0] || 1) - 1);
  return { shift: (bits & 1) !== 0, alt: (bits & 2) !== 0, ctrl: (bits & 4) !== 0 };
}

function codeKey(field: string, modifier: string): Input | undefined {
  if (modifier.split(':')[1] === '3') return undefined;
  const code = Number(field.split(':')[0]);
  if (!Number.isInteger(code) || code <= 0 || code > 0x10ffff || (code >= 57_344 && code <= 63_743)) return undefined;
  const held = modifiers(modifier);
  const character = String.fromCodePoint(code);
  const name = named[character];
  if (name !== undefined) return pressed(name, held);
  const typed = held.shift ? character.toUpperCase() : character;
  if (held.ctrl || held.alt) return pressed(character === ' ' ? 'space' : character, held);
  return pressed(character === ' ' ? 'space' : typed, { ...held, shift: false, text: typed });
}

/** How a key is written in settings and help: `ctrl-x`, `alt-enter`, `shift-tab`. */
export function keyName(key: Key): string {
  return `${key.ctrl ? 'ctrl-' : ''}${key.alt ? 'alt-' : ''}${key.shift ? 'shift-' : ''}${key.name}`;
}
