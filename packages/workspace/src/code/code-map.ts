// The map of a project for one task: the definitions that matter most to it, file by file, within a number of tokens.
import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import { maxIndexedBytes } from './left-out.ts';
import { definitionKinds, definitionWidth } from './packed-facts.ts';
import { rankDefinitions, rankFiles } from './page-rank.ts';
import type { ReferenceGraph } from './reference-graph.ts';
import type { SymbolPlace } from './symbol-index.ts';
import { questionWords, wordsOf } from './words.ts';

/** What a map is wanted for. */
export interface MapRequest {
  /** The task in its own words; empty for a map of the whole. */
  readonly text: string;
  /** Files the work is about, relative to the root. */
  readonly focus: readonly string[];
  readonly maxTokens: number;
  /** Files to leave out. */
  readonly exclude?: (path: string) => boolean;
}

/** One definition of a map. */
export interface MappedSymbol extends SymbolPlace {
  readonly rank: number;
  readonly signature: string;
}

/** A map: its text, and the same as data in the order of rank. */
export interface CodeMap {
  readonly text: string;
  readonly symbols: readonly MappedSymbol[];
  /** Estimated: 3.5 characters each. */
  readonly tokens: number;
}

const CHARS_OF_A_TOKEN = 3.5;
// The shortest line of a map, with its number.
const MIN_TOKENS_OF_A_SYMBOL = 4;
const MAX_SIGNATURE = 120;

/** The map; the same graph and request give the same text. `prior` saves rounds of ranking. */
export function mapCode(root: string, graph: ReferenceGraph, request: MapRequest, prior?: Float64Array): CodeMap {
  const interest = interestOf(graph, request);
  const start = startVector(interest.files);
  const fileRank = rankFiles(graph, prior === undefined ? { start } : { start, from: prior });
  const rank = rankDefinitions(graph, fileRank);
  const best = bestDefinitions(graph, { rank, fileRank, interest, ...request });
  const lines = new FileLines(root);
  let [low, high] = [0, best.length];
  // The most definitions whose text still fits.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (tokensOf(render(best.slice(0, middle), lines)) <= request.maxTokens) low = middle;
    else high = middle - 1;
  }
  const chosen = best.slice(0, low);
  const text = render(chosen, lines);
  const symbols = chosen.map((symbol) => ({ ...symbol, signature: lines.at(symbol) }));
  return { text, symbols, tokens: tokensOf(text) };
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARS_OF_A_TOKEN);
}

interface Interest {
  /** For each file. */
  readonly files: Float64Array;
  /** Numbers of names that the text mentions as they are written, and of those all of whose words it has. */
  readonly names: ReadonlyMap<number, number>;
}

const FOCUS = 50;
const MENTIONED_FILE = 20;
const MENTIONED_NAME = 10;
const WORDS_OF_NAME = 3;

/** Where the reader of this task would begin: files and names it speaks of. */
function interestOf(graph: ReferenceGraph, { text, focus }: MapRequest): Interest {
  const files = new Float64Array(graph.files.length);
  const wanted = new Set(questionWords(text));
  const written = new Set(text.match(/[\w$-]+/g) ?? []);
  const focused = new Set(focus);
  graph.files.forEach(({ path }, file) => {
    files[file] = interestInPath(path, { focused, wanted, text });
  });
  const names = mentionedNames(graph, written, wanted);
  for (let file = 0; file < graph.files.length; file++) {
    for (let at = graph.definitionStarts[file] ?? 0; at < (graph.definitionStarts[file + 1] ?? 0); at++)
      files[file] = (files[file] ?? 0) + (names.get(graph.definitionNames[at] ?? 0) ?? 0);
  }
  return { files, names };
}

function interestInPath(
  path: string,
  {
    focused,
    wanted,
    text,
  }: { readonly focused: ReadonlySet<string>; readonly wanted: ReadonlySet<string>; readonly text: string },
): number {
  const name = path.slice(path.lastIndexOf('/') + 1);
  let interest = focused.has(path) ? FOCUS : 0;
  if (wanted.size === 0) return interest;
  if (text.includes(name)) interest += MENTIONED_FILE;
  const words = new Set(wordsOf(path));
  let shared = 0;
  for (const word of wanted) if (words.has(word)) shared++;
  return interest + shared * shared;
}

/** Shared out over the places of a name, so that one defined everywhere counts no more than one defined once. */
function mentionedNames(graph: ReferenceGraph, written: ReadonlySet<string>, wanted: ReadonlySet<string>) {
  const names = new Map<number, number>();
  if (written.size === 0) return names;
  const times = new Map<number, number>();
  for (const name of graph.definitionNames) times.set(name, (times.get(name) ?? 0) + 1);
  for (const [number, count] of times) {
    const name = graph.table.names[number] ?? '';
    const isWritten = name.length > 2 && written.has(name);
    const weight = isWritten ? MENTIONED_NAME : sharesWords(name, wanted) ? WORDS_OF_NAME : 0;
    if (weight > 0) names.set(number, weight / Math.sqrt(count));
  }
  return names;
}

/** Whether a name of several words has none that the text lacks. */
function sharesWords(name: string, wanted: ReadonlySet<string>): boolean {
  if (name.length < 5 || wanted.size < 2) return false;
  const words = wordsOf(name);
  // The last word is the whole name.
  const pieces = words.slice(0, -1);
  return pieces.length > 1 && pieces.every((word) => wanted.has(word));
}

/** Most of the way back leads to the files of interest, some to all. */
function startVector(interest: Float64Array): Float64Array {
  const sum = interest.reduce((total, value) => total + value, 0);
  const everywhere = (sum === 0 ? 1 : 0.2) / Math.max(1, interest.length);
  return interest.map((value) => everywhere + (sum === 0 ? 0 : (0.8 * value) / sum));
}

interface Ranking {
  readonly rank: Float64Array;
  readonly fileRank: Float64Array;
  readonly interest: Interest;
  readonly maxTokens: number;
  readonly exclude?: (path: string) => boolean;
}

const OWN_SHARE = 0.15;

function bestDefinitions(graph: ReferenceGraph, ranking: Ranking): SymbolPlaceWithRank[] {
  const { rank, fileRank, interest, exclude } = ranking;
  const found: { readonly file: number; readonly definition: number; readonly rank: number }[] = [];
  for (let file = 0; file < graph.files.length; file++) {
    const first = graph.definitionStarts[file] ?? 0;
    const end = graph.definitionStarts[file + 1] ?? 0;
    if (first === end || exclude?.(graph.files[file]?.path ?? '')) continue;
    const own = (OWN_SHARE * (fileRank[file] ?? 0)) / (end - first);
    for (let definition = first; definition < end; definition++) {
      const mentioned = interest.names.get(graph.definitionNames[definition] ?? 0) ?? 0;
      found.push({ file, definition, rank: ((rank[definition] ?? 0) + own) * (1 + mentioned) });
    }
  }
  found.sort((one, other) => other.rank - one.rank || one.definition - other.definition);
  const most = Math.ceil(ranking.maxTokens / MIN_TOKENS_OF_A_SYMBOL);
  return found.slice(0, most).map(({ file, definition, rank: value }) => place(graph, file, definition, value));
}

interface SymbolPlaceWithRank extends SymbolPlace {
  readonly rank: number;
}

function place(graph: ReferenceGraph, file: number, definition: number, rank: number): SymbolPlaceWithRank {
  const { path = '', facts } = graph.files[file] ?? {};
  const at = (definition - (graph.definitionStarts[file] ?? 0)) * definitionWidth;
  const [name = 0, kind = 0, container = 0, line = 0, firstLine = 0, lastLine = 0] =
    facts?.definitions.subarray(at, at + definitionWidth) ?? [];
  const { names } = graph.table;
  return {
    path,
    name: names[name] ?? '',
    kind: definitionKinds[kind] ?? 'variable',
    container: container === 0 ? null : (names[container - 1] ?? null),
    line,
    firstLine,
    lastLine,
    rank,
  };
}

/** Files in the order of their best definition, definitions in the order of lines. */
function render(symbols: readonly SymbolPlaceWithRank[], lines: FileLines): string {
  const byFile = new Map<string, SymbolPlaceWithRank[]>();
  for (const symbol of symbols) {
    const list = byFile.get(symbol.path);
    if (list) list.push(symbol);
    else byFile.set(symbol.path, [symbol]);
  }
  return [...byFile]
    .map(([path, list]) => {
      const seen = new Set<number>();
      const shown = list
        .sort((one, other) => one.line - other.line)
        .filter(({ line }) => !seen.has(line) && seen.add(line))
        .map((symbol) => `${String(symbol.line).padStart(5)} ${lines.at(symbol)}`);
      return `${path}\n${shown.join('\n')}\n`;
    })
    .join('');
}

/** Lines of files as they are now, each file read once. */
class FileLines {
  readonly #root: string;
  readonly #files = new Map<string, readonly string[]>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The line of the name, or what is known of it where the file has changed. */
  at({ path, line, kind, name }: SymbolPlace): string {
    let lines = this.#files.get(path);
    if (lines === undefined) {
      lines = readRegularFile(join(this.#root, path), maxIndexedBytes)?.bytes.toString('utf8').split('\n') ?? [];
      this.#files.set(path, lines);
    }
    const text = lines[line - 1];
    return text?.includes(name) ? text.trimEnd().slice(0, MAX_SIGNATURE) : `${kind} ${name}`;
  }
}
