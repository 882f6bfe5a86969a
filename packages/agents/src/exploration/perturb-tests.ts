// Makes other tests out of a test file by changing some of its literals: the calls stay, their inputs and expectations do not.
//
// Such a test has no right answer. It is run on several candidates, and what they print is compared: equal words mean equal behaviour,
// also where the project's own tests do not look. Nothing is known of the language but how numbers, words and strings are written.

/** So many different ways to change a literal there are; variants beyond them choose other literals. */
const waysOfNumbers: readonly ((value: number) => number)[] = [
  (value) => value + 1,
  () => 0,
  (value) => -value || -1,
  (value) => value - 1,
  (value) => value * 2 + 1,
  (value) => (value === 1 ? 2 : 1),
];
const waysOfStrings: readonly ((text: string) => string)[] = [
  () => '',
  (text) => `${text}${text.at(-1) ?? 'a'}`,
  (text) => ` ${text}`,
  (text) => text.slice(0, -1),
  (text) => text.slice(1),
  (text) => `${text} ${text}`,
];
const words: Readonly<Record<string, string>> = {
  true: 'false',
  false: 'true',
  True: 'False',
  False: 'True',
  null: '0',
  None: '0',
};

const literal =
  /(?<string>(?<quote>['"])(?:\\.|(?!\k<quote>)[^\\\n])*\k<quote>)|(?<![\w.$])(?<number>\d+(?:\.\d+)?)(?![\w.])|\b(?<word>true|false|True|False|null|None)\b/g;
/** Lines that name other files, or the tests themselves: changing those shows nothing. */
const keptLine =
  /^\s*(?:import\b|from\b|export\b.*\bfrom\b|use\b|using\b|package\b|#include|\/\/|#|\*|(?:const|let|var)\b.*\brequire\(|@)/;
const keptCall = /\b(?:require|import|describe|context|test|it|suite|subTest)(?:\.\w+)*\(\s*$/;

/** Another version of a test file; the same for the same `variant`. Undefined where nothing of it can be changed. */
export function perturbedTest(text: string, variant: number): string | undefined {
  const count = countLiterals(text);
  if (count === 0) return undefined;
  // In a small file chance may pass over all of them: then it is the turn of one.
  const due = Array.from({ length: count }, (_, at) => mixed(at + 1, variant) % oneOf === 0);
  if (!due.includes(true)) due[variant % count] = true;
  let at = -1;
  const changed = eachLiteral(text, (whole, groups) => {
    at += 1;
    return due[at] ? changedLiteral(whole, groups, Math.floor(mixed(at + 1, variant) / oneOf)) : whole;
  });
  return changed === text ? undefined : changed;
}

function countLiterals(text: string): number {
  let count = 0;
  eachLiteral(text, (whole) => {
    count += 1;
    return whole;
  });
  return count;
}

type Groups = Readonly<Record<string, string | undefined>>;

/** The text with each literal that may be changed replaced by what `change` makes of it. */
function eachLiteral(text: string, change: (whole: string, groups: Groups) => string): string {
  return text
    .split('\n')
    .map((line) => {
      if (keptLine.test(line)) return line;
      return line.replace(literal, (...found) => {
        const whole = String(found[0]);
        const offset = Number(found.at(-3));
        return keptCall.test(line.slice(0, offset)) ? whole : change(whole, found.at(-1) as Groups);
      });
    })
    .join('\n');
}

/** Of so many literals one is changed: about one a test. */
const oneOf = 7;

function changedLiteral(whole: string, { string, number, word }: Groups, way: number) {
  if (number !== undefined) return String(waysOfNumbers[way % waysOfNumbers.length]?.(Number(number)) ?? whole);
  if (word !== undefined) return words[word] ?? whole;
  if (string === undefined || string.includes('\\')) return whole;
  const quote = whole[0] ?? '"';
  return `${quote}${waysOfStrings[way % waysOfStrings.length]?.(whole.slice(1, -1)) ?? ''}${quote}`;
}

/** A number that looks drawn, the same for the same two. */
function mixed(at: number, variant: number): number {
  let value = Math.imul(at, 0x9e3779b1) ^ Math.imul(variant + 1, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}
