// What a task in words, and the files it is about, say about the files and names of a project.
import type { ReferenceGraph } from './reference-graph.ts';
import { questionWords } from './words.ts';

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

/**
 * A name that is written counts most; else one that holds words of the text, by how much of it they are. Shared out over the places it is
 * defined in. Words are looked for with one pattern: splitting a hundred thousand names would take longer than all the rest.
 */
function addNames(
  graph: ReferenceGraph,
  text: string,
  { wanted, names }: { readonly wanted: ReadonlySet<string>; readonly names: Map<number, number> },
): void {
  const written = new Set(text.match(/[\w$-]+/g) ?? []);
  const likely = [...wanted]
    .filter((word) => word.length > 2)
    .map((word) => word.replace(/[^a-z0-9\u0080-\uffff]/g, '.'));
  if (likely.length === 0) return;
  const pattern = new RegExp(likely.join('|'), 'gi');
  const having = new Map<string, number>();
  const sharing = new Map<number, readonly string[]>();
  for (const number of graph.definedNames.keys()) {
    const words = graph.table.names[number]?.match(pattern)?.map((word) => word.toLowerCase());
    if (!words) continue;
    sharing.set(number, words);
    for (const word of words) having.set(word, (having.get(word) ?? 0) + 1);
  }
  for (const [number, words] of sharing) {
    const name = graph.table.names[number] ?? '';
    const weigh = (sum: number, word: string) =>
      sum + (rarityOf(graph.definedNames.size, having.get(word) ?? 1) * word.length) / name.length;
    const weight = written.has(name) ? MENTIONED_NAME : WORDS_OF_NAME * words.reduce(weigh, 0);
    names.set(number, weight / Math.sqrt(graph.definedNames.get(number) ?? 1));
  }
}
