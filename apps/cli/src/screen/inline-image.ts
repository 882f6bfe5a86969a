// Pictures inside the terminal, where it can: kitty's protocol (sw.kovidgoyal.net/kitty/graphics-protocol) and iTerm2's (iterm2.com/documentation-images.html).

/** Which way a terminal takes pictures. */
export type ImageProtocol = 'kitty' | 'iterm';

/** What the environment says of the terminal; null where it says nothing, and behind tmux, which keeps such bytes to itself. */
export function imageProtocolOf(
  environment: Readonly<Record<string, string | undefined>>,
  isBehindTmux: boolean,
): ImageProtocol | null {
  if (isBehindTmux) return null;
  const { TERM = '', TERM_PROGRAM = '', KITTY_WINDOW_ID } = environment;
  if (KITTY_WINDOW_ID || /kitty|ghostty/i.test(TERM) || TERM_PROGRAM === 'ghostty') return 'kitty';
  return TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm' || TERM_PROGRAM === 'mintty' ? 'iterm' : null;
}

/** Kinds of pictures, by their first bytes. */
export function imageKind(bytes: Uint8Array): 'png' | 'jpeg' | 'gif' | 'webp' | null {
  const starts = (text: string, at = 0): boolean =>
    [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
  if (starts('\u0089PNG')) return 'png';
  if (starts('\u00ff\u00d8\u00ff')) return 'jpeg';
  if (starts('GIF8')) return 'gif';
  return starts('RIFF') && starts('WEBP', 8) ? 'webp' : null;
}

const KITTY_CHUNK = 4096;

/** Bytes that draw the picture, at most `rows` high; null where that terminal does not take that kind. */
export function inlineImage(protocol: ImageProtocol, bytes: Buffer, rows: number): string | null {
  const kind = imageKind(bytes);
  if (kind === null) return null;
  const data = bytes.toString('base64');
  if (protocol === 'iterm')
    return `\u001b]1337;File=inline=1;size=${bytes.length};height=${rows};preserveAspectRatio=1:${data}\u0007`;
  if (kind !== 'png') return null;
  const chunks = data.match(new RegExp(`.{1,${KITTY_CHUNK}}`, 'g')) ?? [];
  return chunks
    .map((chunk, at) => {
      const more = at < chunks.length - 1 ? 1 : 0;
      const keys = at === 0 ? `a=T,f=100,q=2,r=${rows},m=${more}` : `m=${more}`;
      return `\u001b_G${keys};${chunk}\u001b\\`;
    })
    .join('');
}
