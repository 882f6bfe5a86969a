// The graph of who uses whose definitions: one edge from a file to a definition in another file, in typed arrays.
//
// A name may be defined in many files. Which one is meant is not resolved but weighed: files that the user imports come first, then
// files of its own folder, then all of them if they are few. Names with very many definitions, and those every program uses, make no
// edges: else they would come out on top of every map. (Weights after the idea of Aider's repository map, aider.chat/docs/repomap.html.)
import { commonNames } from './common-names.ts';
import type { IndexContent, IndexedFile } from './index-cache.ts';
import { type LanguageId, languageOfPath } from './language.ts';
import { definitionWidth, type NameTable } from './packed-facts.ts';
import { sortedFiles } from './symbol-index.ts';

/** Files by number, definitions by number, and the edges of file `f` from `edgeStarts[f]` to `edgeStarts[f + 1]`. */
export interface ReferenceGraph {
  readonly table: NameTable;
  readonly files: readonly IndexedFile[];
  /** First definition of each file; one more at the end. */
  readonly definitionStarts: Uint32Array;
  readonly definitionNames: Uint32Array;
  readonly edgeStarts: Uint32Array;
  readonly edgeFiles: Uint32Array;
  readonly edgeDefinitions: Uint32Array;
  readonly edgeWeights: Float32Array;
}

const MAX_DEFINING = 50;
const MAX_GUESSED = 6;
const GUESSED_GROUP = 2;
/** How far a definition is believed to be meant: in a file that is imported, in the same folder, anywhere. */
const trust = [1, 0.5, 0.2];

/** The graph of all files in the order of their paths: the same content gives the same graph. */
export function buildReferenceGraph({ table, files: known }: IndexContent): ReferenceGraph {
  const files = sortedFiles(known);
  const definitions = numberDefinitions(files);
  const places = files.map(placeOf);
  const byName = groupByName(definitions.names, table.names.length);
  const weights = nameWeights(table, byName);
  const edges: Edges = { starts: new Uint32Array(files.length + 1), files: [], definitions: [], weights: [] };
  files.forEach((file, from) => {
    const user = { from, imported: importsOf(file, table), places };
    const { references } = file.facts;
    for (let at = 0; at < references.length; at += 2) {
      const name = references[at] ?? 0;
      const weight = (weights[name] ?? 0) * Math.sqrt(references[at + 1] ?? 1);
      if (weight > 0) addEdges(edges, user, { name, weight, byName, definitionFiles: definitions.files });
    }
    edges.starts[from + 1] = edges.files.length;
  });
  return {
    table,
    files,
    definitionStarts: definitions.starts,
    definitionNames: definitions.names,
    edgeStarts: edges.starts,
    edgeFiles: Uint32Array.from(edges.files),
    edgeDefinitions: Uint32Array.from(edges.definitions),
    edgeWeights: Float32Array.from(edges.weights),
  };
}

interface Edges {
  readonly starts: Uint32Array;
  readonly files: number[];
  readonly definitions: number[];
  readonly weights: number[];
}

interface Place {
  readonly stem: string;
  readonly folder: string;
  readonly folderName: string;
  readonly family: string;
}

interface User {
  readonly from: number;
  readonly imported: ReadonlySet<string>;
  readonly places: readonly Place[];
}

interface UsedName {
  readonly name: number;
  readonly weight: number;
  readonly byName: ByName;
  readonly definitionFiles: Uint32Array;
}

function addEdges(edges: Edges, user: User, used: UsedName): void {
  const groups = definitionsNear(user, used);
  const nearest = groups.findIndex((group) => group.length > 0);
  const chosen = groups[nearest] ?? [];
  if (nearest === GUESSED_GROUP && chosen.length > MAX_GUESSED) return;
  for (const definition of chosen) {
    edges.files.push(used.definitionFiles[definition] ?? 0);
    edges.definitions.push(definition);
    edges.weights.push((used.weight * (trust[nearest] ?? 0)) / chosen.length);
  }
}

/** Definitions of a name: in files that are imported, in the same folder, elsewhere. */
function definitionsNear(user: User, { name, byName, definitionFiles }: UsedName): number[][] {
  const own = user.places[user.from];
  const groups: [number[], number[], number[]] = [[], [], []];
  for (let at = byName.starts[name] ?? 0; at < (byName.starts[name + 1] ?? 0); at++) {
    const definition = byName.definitions[at] ?? 0;
    const file = definitionFiles[definition] ?? 0;
    // A file that defines the name itself means its own.
    if (file === user.from) return [];
    const place = user.places[file];
    if (own && place?.family === own.family) groups[nearness(user, own, place)].push(definition);
  }
  return groups;
}

function nearness({ imported }: User, own: Place, place: Place): 0 | 1 | 2 {
  if (imported.has(place.stem) || imported.has(place.folderName)) return 0;
  return place.folder === own.folder ? 1 : 2;
}

const families: Partial<Readonly<Record<LanguageId, string>>> = {
  c: 'c',
  cpp: 'c',
  javascript: 'ecmascript',
  tsx: 'ecmascript',
  typescript: 'ecmascript',
  java: 'jvm',
  kotlin: 'jvm',
  scala: 'jvm',
};

function placeOf({ path }: IndexedFile): Place {
  const slash = path.lastIndexOf('/');
  const folder = slash < 0 ? '' : path.slice(0, slash);
  const folderName = folder.slice(folder.lastIndexOf('/') + 1);
  const name = path.slice(slash + 1);
  const dot = name.indexOf('.', 1);
  const language = languageOfPath(path);
  const stem = dot < 0 ? name : name.slice(0, dot);
  return { stem, folder, folderName, family: language === null ? '' : (families[language] ?? language) };
}

/** The last parts of what is imported: file names and folder names as a specifier has them, and names taken. */
function importsOf({ facts: { imports } }: IndexedFile, table: NameTable): User['imported'] {
  const segments = new Set<string>();
  for (let at = 0; at < imports.length; ) {
    const end = at + 3 + (imports[at + 2] ?? 0);
    const parts = (table.names[imports[at] ?? 0] ?? '').replace(
      /\.(?:[cm]?[jt]sx?|py|rb|lua|php|h|hpp|hh|css|sh|ps1)$/,
      '',
    );
    for (const segment of parts.split(/[/\\.:]+/).slice(-2)) segments.add(segment);
    for (at += 3; at < end; at++) segments.add(table.names[imports[at] ?? 0] ?? '');
  }
  return segments;
}

function numberDefinitions(files: readonly IndexedFile[]) {
  const starts = new Uint32Array(files.length + 1);
  files.forEach(({ facts }, file) => {
    starts[file + 1] = (starts[file] ?? 0) + facts.definitions.length / definitionWidth;
  });
  const names = new Uint32Array(starts[files.length] ?? 0);
  const owners = new Uint32Array(names.length);
  files.forEach(({ facts: { definitions } }, file) => {
    let number = starts[file] ?? 0;
    for (let at = 0; at < definitions.length; at += definitionWidth) {
      names[number] = definitions[at] ?? 0;
      owners[number++] = file;
    }
  });
  return { starts, names, files: owners };
}

interface ByName {
  readonly starts: Uint32Array;
  readonly definitions: Uint32Array;
}

function groupByName(names: Uint32Array, count: number): ByName {
  const starts = new Uint32Array(count + 1);
  for (const name of names) starts[name + 1] = (starts[name + 1] ?? 0) + 1;
  for (let name = 0; name < count; name++) starts[name + 1] = (starts[name + 1] ?? 0) + (starts[name] ?? 0);
  const next = starts.slice();
  const definitions = new Uint32Array(names.length);
  names.forEach((name, definition) => {
    const at = next[name] ?? 0;
    definitions[at] = definition;
    next[name] = at + 1;
  });
  return { starts, definitions };
}

/** 0 for names that make no edges. */
function nameWeights(table: NameTable, { starts }: ByName): Float32Array {
  const weights = new Float32Array(table.names.length);
  table.names.forEach((name, number) => {
    const defined = (starts[number + 1] ?? 0) - (starts[number] ?? 0);
    if (defined === 0 || defined > MAX_DEFINING || name.length < 3 || commonNames.has(name.toLowerCase())) return;
    const isCompound = name.length >= 8 && /[a-z][A-Z]|_[a-z]|-[a-z]|[A-Z]_/.test(name);
    weights[number] = (isCompound ? 3 : 1) * (name.startsWith('_') ? 0.1 : 1) * (defined > 5 ? 0.3 : 1);
  });
  return weights;
}
