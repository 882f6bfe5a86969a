// Splits names and prose into the words that search compares: `parseHTTPUrl2` and `parse_http_url` hold the same ones.

const stopWords = new Set(
  'a an and are as at be but by can do does for from has have how i if in into is it its me my not of on or our please should so than that the their then there these this to us was we what when where which who why will with would you your'.split(
    ' ',
  ),
);

const parts = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[\u0080-\uffff]+/g;

/** Words of a text in lower case, stemmed, in order, with repetitions; a name of several words also counts as a whole. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [name] of text.matchAll(/[A-Za-z0-9_$\u0080-\uffff]+/g)) {
    const pieces = name.match(parts) ?? [];
    for (const piece of pieces) if (piece.length > 1) words.push(stem(piece.toLowerCase()));
    if (pieces.length > 1 && name.length < 60) words.push(name.toLowerCase());
  }
  return words;
}

/** Words of a question, without those that ask rather than name. */
export function questionWords(text: string): string[] {
  return wordsOf(text.replace(/[A-Za-z']+/g, (word) => (stopWords.has(word.toLowerCase()) ? ' ' : word)));
}

/** Takes plural and verb endings off an English word. Light on purpose: names are short, and wrong unions hurt more than missed ones. */
export function stem(word: string): string {
  if (word.length < 4) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (word.endsWith('s') && !word.endsWith('ss') && !word.endsWith('us') && !word.endsWith('is'))
    return stem(word.slice(0, -1));
  if (word.length > 5 && word.endsWith('ing')) return undouble(word.slice(0, -3));
  if (word.length > 4 && word.endsWith('ed')) return undouble(word.slice(0, -2));
  return word.length > 4 && word.endsWith('e') ? word.slice(0, -1) : word;
}

function undouble(word: string): string {
  const last = word.at(-1) ?? '';
  if (word.length > 3 && word.at(-2) === last && !'lsz'.includes(last)) return word.slice(0, -1);
  return word.length > 4 && last === 'e' ? word.slice(0, -1) : word;
}
