// Hides known secrets in text on its way to models, events and screens.

/** Stands where a secret stood. */
export const secretMask = '***hidden key***';

/** Shorter values are no real keys, and would be found in ordinary text. */
const minSecretChars = 16;

/** Hides one set of secrets. */
export interface Redactor {
  redact(text: string): string;
  /** For text that comes in pieces: what may be the beginning of a secret waits for the next piece. */
  stream(): (piece: string) => string;
}

/** Makes a redactor for exact values; values of fewer than 16 characters are passed over. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= minSecretChars)
    .sort((a, b) => b.length - a.length);
  const redact = (text: string): string => known.reduce((rest, secret) => rest.replaceAll(secret, secretMask), text);
  if (known.length === 0) return { redact: (text) => text, stream: () => (piece) => piece };
  return {
    redact,
    stream: () => {
      let waiting = '';
      return (piece) => {
        const text = redact(waiting + piece);
        const kept = Math.max(...known.map((secret) => beginningAtEnd(text, secret)));
        waiting = kept === 0 ? '' : text.slice(-kept);
        return kept === 0 ? text : text.slice(0, -kept);
      };
    },
  };
}

/** Length of the longest end of a text that a secret begins with. */
function beginningAtEnd(text: string, secret: string): number {
  const first = secret.charAt(0);
  let at = Math.max(0, text.length - secret.length + 1);
  for (at = text.indexOf(first, at); at >= 0; at = text.indexOf(first, at + 1)) {
    if (secret.startsWith(text.slice(at))) return text.length - at;
  }
  return 0;
}
