// Makes other tests out of a test file: some of its literals, lists and called methods are changed, the rest of the calls stays.
//
// Such a test has no right answer. It is run on several candidates, and what they print is compared: equal words mean equal behaviour,
// also where the project's own tests do not look. Nothing is known of the language but how numbers, words, strings and lists are
// written. What takes the place of a literal is a neighbour of it, another one of the same line or file, or one of those that the candidates
// disagree about: two values that meet, and the word that one of them treats in another way, are what tells most apart.

/** What is known of the candidates beside the test. */
export interface Hints {
  /** Names that may be called in place of each other. */
  readonly methods: readonly string[];
  /** Literals that stand where the candidates differ, or in the request. */
  readonly strings: readonly string[];
  readonly numbers: readonly number[];
}

/** No hints. */
export const noHints: Hints = { methods: [], strings: [], numbers: [] };

/** Another version of a test file; the same for the same `variant`. */
export function perturbedTest(text: string, variant: number, hints: Hints = noHints): string | undefined {
  const sites = sitesOf(text, new Set(hints.methods));
  if (sites.length === 0) return undefined;
  // Few changes leave most tests as they are, many change what is deep inside: variants of both kinds take turns.
  const oneOf = [7, 14, 4][variant % 3] ?? 7;
  const due = sites.map((_, at) => mixed(at + 1, variant) % oneOf === 0);
  if (!due.includes(true)) due[variant % sites.length] = true;
  let changed = '';
  let end = 0;
  for (const [at, site] of sites.entries()) {
    if (!due[at] || site.start < end) continue;
    changed +=
      text.slice(end, site.start) + changedSite(text, site, { turn: mixed(at + 1, variant + 101), sites, hints });
    end = site.end;
  }
  changed += text.slice(end);
  return changed === text ? undefined : changed;
}

/** Names of the methods that a source defines, as far as its lines show. */
export function methodsIn(source: string): string[] {
  const found = source.matchAll(
    /^\s+(?:(?:public|static|async|get|pub|override)\s+|\*\s*)*(?:def\s+|fn\s+|func\s+)?(?<name>[A-Za-z_]\w*)\s*\([^()]*\)[^\n;()]*[{:]\s*$/gm,
  );
  const names = [...found].flatMap(({ groups }) => groups?.['name'] ?? []);
  return [...new Set(names.filter((name) => !notMethods.has(name) && !name.startsWith('__')))];
}

const notMethods: ReadonlySet<string> = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'function',
  'constructor',
  'return',
  'elif',
  'with',
  'match',
  'except',
]);

type Kind = 'string' | 'number' | 'word' | 'list' | 'method';

/** Something that may be changed, by its place in the text. */
interface Site {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

interface Change {
  /** A number that looks drawn. */
  readonly turn: number;
  readonly sites: readonly Site[];
  readonly hints: Hints;
}

const waysOfNumbers: readonly ((value: number) => number)[] = [
  (value) => value + 1,
  () => 0,
  (value) => -value || -1,
  (value) => value - 1,
  (value) => value * 2 + 1,
  (value) => (value === 1 ? 2 : 1),
  (value) => value * 10,
];
const waysOfStrings: readonly ((text: string) => string)[] = [
  () => '',
  (text) => ` ${text}`,
  (text) => `${text} ${text}`,
  (text) => `${text}${text.at(-1) ?? 'a'}`,
  (text) => text.slice(0, -1),
  (text) => text.slice(1),
];
/** Where characters are escaped nothing is cut but at the ends of lines. */
const waysOfEscaped: readonly ((text: string) => string)[] = [
  ...waysOfStrings.slice(0, 3),
  (text) => text.split('\\n').slice(1).join('\\n'),
  (text) => text.split('\\n').slice(0, -1).join('\\n'),
  (text) => [...text.split('\\n'), ...text.split('\\n').slice(0, 1)].join('\\n'),
];
const waysOfLists: readonly ((items: readonly string[]) => readonly string[])[] = [
  (items) => items.slice(1),
  (items) => items.slice(0, -1),
  (items) => [...items, ...items.slice(0, 1)],
  (items) => [...items].reverse(),
  (items) => [...items, ...items],
  () => [],
];
const words: Readonly<Record<string, string>> = {
  true: 'false',
  false: 'true',
  True: 'False',
  False: 'True',
  null: '0',
  None: '0',
};

const token =
  /(?<string>(?<quote>['"])(?:\\.|(?!\k<quote>)[^\\\n])*\k<quote>)|(?<![\w.$])(?<number>\d+(?:\.\d+)?)(?![\w.])|\b(?<word>true|false|True|False|null|None)\b|\.(?<method>[A-Za-z_]\w*)(?=\()|(?<list>\[)/g;
/** Lines that name other files, or the tests themselves: changing those shows nothing. */
const keptLine =
  /^\s*(?:import\b|from\b|export\b.*\bfrom\b|use\b|using\b|package\b|#include|\/\/|#|\*|(?:const|let|var)\b.*\brequire\(|@)/;
const keptCall = /\b(?:require|import|describe|context|test|it|suite|subTest)(?:\.\w+)*\(\s*$/;

/** All that may be changed, in the order of the text. */
function sitesOf(text: string, methods: ReadonlySet<string>): Site[] {
  const sites: Site[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (!keptLine.test(line))
      for (const match of line.matchAll(token)) {
        const site = siteOf(line, match, methods);
        if (site !== undefined) sites.push({ ...site, start: offset + site.start, end: offset + site.end });
      }
    offset += line.length + 1;
  }
  return sites;
}

function siteOf(
  line: string,
  { 0: whole, index: start, groups }: RegExpExecArray,
  methods: ReadonlySet<string>,
): Site | undefined {
  const end = start + whole.length;
  if (groups?.['method'] !== undefined)
    return methods.size > 1 && methods.has(groups['method']) ? { kind: 'method', start: start + 1, end } : undefined;
  if (groups?.['list'] !== undefined) {
    const items = itemsFrom(line, start);
    return items === undefined || items.length === 0
      ? undefined
      : { kind: 'list', start, end: start + items.join(',').length + 2 };
  }
  if (keptCall.test(line.slice(0, start))) return undefined;
  const kind = groups?.['string'] !== undefined ? 'string' : groups?.['number'] !== undefined ? 'number' : 'word';
  return { kind, start, end };
}

/** What stands between a bracket and its end on the same line, at its commas; undefined for what is no list. */
function itemsFrom(line: string, open: number): string[] | undefined {
  // Behind a name or a closing bracket it is an index.
  if (/[\w)\]]/.test(line[open - 1] ?? '')) return undefined;
  const items = [''];
  let depth = 0;
  for (const { 0: part } of line.slice(open).matchAll(listPart)) {
    depth += depthOf(part);
    if (depth === 0) return items.join('').trim() === '' ? [] : items;
    if (part === ',' && depth === 1) items.push('');
    else if (depth > 1 || part !== '[') items[items.length - 1] += part;
  }
  return undefined;
}

/** A string as a whole, or one character. */
const listPart = /(['"])(?:\\.|(?!\1)[^\\])*\1|[\s\S]/g;

function depthOf(part: string): number {
  if ('[({'.includes(part)) return 1;
  return '])}'.includes(part) ? -1 : 0;
}

function changedSite(text: string, site: Site, change: Change): string {
  const whole = text.slice(site.start, site.end);
  switch (site.kind) {
    case 'word':
      return words[whole] ?? whole;
    case 'number':
      return changedNumber(text, site, change);
    case 'string':
      return changedString(text, site, change);
    case 'list':
      return `[${waysOfLists[change.turn % waysOfLists.length]?.(itemsFrom(whole, 0) ?? []).join(',') ?? ''}]`;
    case 'method':
      return change.hints.methods[change.turn % change.hints.methods.length] ?? whole;
  }
}

function changedNumber(text: string, site: Site, { turn, sites, hints }: Change): string {
  const whole = text.slice(site.start, site.end);
  const pick = Math.floor(turn / 64);
  const other = Number(anotherOf(text, site, sites, pick));
  const hint = hints.numbers[pick % Math.max(1, hints.numbers.length)];
  const more = hint === undefined ? [] : [hint, other + hint, other - hint, Number(whole) + hint];
  const ways = [...waysOfNumbers.map((way) => way(Number(whole))), other, other, ...more];
  return String(ways[turn % ways.length] ?? whole);
}

function changedString(text: string, site: Site, { turn, sites, hints }: Change): string {
  const whole = text.slice(site.start, site.end);
  const quote = whole[0] ?? '"';
  const inner = whole.slice(1, -1);
  const pick = Math.floor(turn / 64);
  const other = anotherOf(text, site, sites, pick).slice(1, -1);
  const hint = hints.strings[pick % Math.max(1, hints.strings.length)];
  const more =
    hint === undefined ? [] : [hint, `${inner}${hint}`, placed(inner, hint, pick), placed(inner, hint, pick + 1)];
  const ways = [
    ...(inner.includes('\\') ? waysOfEscaped : waysOfStrings).map((way) => way(inner)),
    other,
    other,
    ...more,
  ];
  const changed = ways[turn % ways.length] ?? inner;
  return changed.includes(quote) ? whole : `${quote}${changed}${quote}`;
}

/** The text with the hint in it: in place of a blank, or between two characters. */
function placed(inner: string, hint: string, pick: number): string {
  if (inner.includes('\\')) return `${hint}${inner}`;
  const blanks = [...inner.matchAll(/ /g)].map(({ index }) => index);
  const at = blanks[pick % Math.max(1, blanks.length)];
  if (at !== undefined && pick % 3 > 0) return `${inner.slice(0, at)}${hint}${inner.slice(at + 1)}`;
  const place = pick % (inner.length + 1);
  return `${inner.slice(0, place)}${hint}${inner.slice(place)}`;
}

/** Another literal of the kind, of the same line where there is one, or of the file. */
function anotherOf(text: string, site: Site, sites: readonly Site[], pick: number): string {
  const alike = sites.filter((one) => one.kind === site.kind && one.start !== site.start);
  const near = alike.filter(
    (one) => !text.slice(Math.min(one.start, site.start), Math.max(one.start, site.start)).includes('\n'),
  );
  const from = near.length > 0 && pick % 4 > 0 ? near : alike;
  const { start, end } = from[Math.floor(pick / 4) % Math.max(1, from.length)] ?? site;
  return text.slice(start, end);
}

/** Literals in some lines of code: strings without escapes, and numbers. */
export function literalsIn(code: string): Pick<Hints, 'strings' | 'numbers'> {
  const strings = new Set<string>();
  const numbers = new Set<number>();
  for (const { 0: whole, groups } of code.matchAll(token)) {
    if (groups?.['number'] !== undefined) numbers.add(Number(whole));
    const inner = whole.slice(1, -1);
    if (groups?.['string'] !== undefined && inner.length > 0 && inner.length <= mostHint && !inner.includes('\\'))
      strings.add(inner);
  }
  return { strings: [...strings], numbers: [...numbers] };
}

/** What a request puts between quotes or backquotes. */
export function quotedIn(prose: string): string[] {
  const found = [...prose.matchAll(/`([^`\n]{1,40})`|"([^"\n]{1,40})"|'([^'\n]{1,40})'/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  return [
    ...new Set(
      found.map((text) => text.replace(/^(['"])(.*)\1$/, '$2')).filter((text) => text !== '' && !text.includes('\\')),
    ),
  ].slice(0, mostQuoted);
}

const mostHint = 40;
const mostQuoted = 40;

/** A number that looks drawn, the same for the same two. */
function mixed(at: number, variant: number): number {
  let value = Math.imul(at, 0x9e3779b1) ^ Math.imul(variant + 1, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
  return (value ^ (value >>> 15)) >>> 0;
}
