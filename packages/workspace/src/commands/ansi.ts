// Removes terminal control sequences from a stream of text, also those cut in two by a chunk's end.

const escapeByte = '\u001b';
// CSI (ESC [ … final), strings (OSC, DCS, APC, PM, SOS up to BEL or ST), and two- or three-byte escapes: ECMA-48.
const sequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]+[0-~]|[0-Z\\`-~])/g;
const longestSequence = 4096;

/** A function that takes the chunks in order and gives each back without sequences; a cut one waits for its rest. */
export function createAnsiStripper(): (chunk: string) => string {
  let pending = '';
  return (chunk) => {
    const text = pending + chunk;
    pending = '';
    if (!text.includes(escapeByte)) return text;
    const stripped = text.replace(sequence, '');
    const start = stripped.indexOf(escapeByte);
    if (start < 0) return stripped;
    if (stripped.length - start > longestSequence) return stripped.replaceAll(escapeByte, '');
    pending = stripped.slice(start);
    return stripped.slice(0, start);
  };
}
