// What a task in words, and the files it is about, say about the files and names of a project.
import type { ReferenceGraph } from './reference-graph.ts';
import { questionWords, wordsOf } from './words.ts';

/** How much each file and name has to do with a task; 0 for nothing. */
export interface Interest {
  /** For each file of the graph. */
  readonly files: Float64Array;
  /** By number of a name. */
  readonly names: ReadonlyMap<number, number>;
}

const FOCUS = 50;
const MENTIONED_FILE = 20;
const MENTIONED_NAME = 10;
const WORDS_OF_PATH = 2;
const WORDS_OF_NAME = 3;

/** Where the reader of this task would begin. Rare words count more than those that many files or names have. */
export function interestOf(
  graph: ReferenceGraph,
  { text, focus }: { readonly text: string; readonly focus: readonly string[] },
): Interest {
  const wanted = new Set(questionWords(text));
  const names = new Map<number, number>();
  const files = new Float64Array(graph.files.length);
  const focused = new Set(focus);
  if (wanted.size > 0) {
    addPathWords(graph, wanted, files);
    addNames(graph, text, { wanted, names });
  }
  graph.files.forEach(({ path }, file) => {
    let interest = files[file] ?? 0;
    if (focused.has(path)) interest += FOCUS;
    if (text.includes('.') && text.includes(path.slice(path.lastIndexOf('/') + 1))) interest += MENTIONED_FILE;
    for (let at = graph.definitionStarts[file] ?? 0; at < (graph.definitionStarts[file + 1] ?? 0); at++)
      interest += names.get(graph.definitionNames[at] ?? 0) ?? 0;
    files[file] = interest;
  });
  return { files, names };
}

/** 1 for a word that only one of `all` has, near 0 for one that all have. */
function rarityOf(all: number, having: number): number {
  return Math.log((all + 1) / having) / Math.log(all + 1);
}

function addPathWords(graph: ReferenceGraph, wanted: ReadonlySet<string>, files: Float64Array): void {
  for (const word of wanted) {
    const having = graph.filesByPathWord.get(word);
    if (having === undefined) continue;
    const rarity = rarityOf(graph.files.length, having.length);
    for (const file of having) files[file] = (files[file] ?? 0) + WORDS_OF_PATH * rarity;
  }
}

/** A name that is written counts most; else one that shares words. Shared out over the places it is defined in. */
function addNames(
  graph: ReferenceGraph,
  text: string,
  { wanted, names }: { readonly wanted: ReadonlySet<string>; readonly names: Map<number, number> },
): void {
  const written = new Set(text.match(/[\w$-]+/g) ?? []);
  const times = definedTimes(graph);
  const having = new Map<string, number>();
  const sharing = new Map<number, { readonly words: readonly string[]; readonly share: number }>();
  const likely = new RegExp([...wanted].map((word) => word.replace(/[^a-z0-9\u0080-\uffff]/g, '.')).join('|'), 'i');
  const candidates = [...times.keys()].filter((number) => likely.test(graph.table.names[number] ?? ''));
  for (const number of candidates) {
    const name = graph.table.names[number] ?? '';
    const own = new Set(wordsOf(name));
    const words = [...own].filter((word) => wanted.has(word));
    for (const word of words) having.set(word, (having.get(word) ?? 0) + 1);
    if (words.length > 0) sharing.set(number, { words, share: words.length / own.size });
  }
  for (const [number, { words, share }] of sharing) {
    const rarity = words.reduce((sum, word) => sum + rarityOf(times.size, having.get(word) ?? 1), 0);
    const weight = written.has(graph.table.names[number] ?? '') ? MENTIONED_NAME : WORDS_OF_NAME * rarity * share;
    names.set(number, weight / Math.sqrt(times.get(number) ?? 1));
  }
}

function definedTimes(graph: ReferenceGraph): Map<number, number> {
  const times = new Map<number, number>();
  for (const name of graph.definitionNames) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}
