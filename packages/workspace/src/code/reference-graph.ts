// The graph of who uses whose definitions: one edge from a file to a definition in another file, in typed arrays.
//
// A name may be defined in many files. Which one is meant is not resolved but weighed: files that the user imports come first, then
// files of its own folder, then all of them if they are few. Names with very many definitions, and those every program uses, make no
// edges: else they would come out on top of every map. (Weights after the idea of Aider's repository map, aider.chat/docs/repomap.html.)
import type { DefinitionKind } from './code-parser.ts';
import { commonNames } from './common-names.ts';
import type { IndexContent, IndexedFile } from './index-cache.ts';
import { type LanguageId, languageOfPath } from './language.ts';
import type { NameTable } from './name-table.ts';
import { definitionKinds, definitionWidth } from './packed-facts.ts';
import { sortedFiles } from './symbol-index.ts';
import { wordsOf } from './words.ts';

/** Files by number, definitions by number, and the edges of file `f` from `edgeStarts[f]` to `edgeStarts[f + 1]`. */
export interface ReferenceGraph {
  readonly table: NameTable;
  readonly files: readonly IndexedFile[];
  /** First definition of each file; one more at the end. */
  readonly definitionStarts: Uint32Array;
  readonly definitionNames: Uint32Array;
  /** What a definition of its kind is worth to a reader, 0 for one that nothing outside its function can use. */
  readonly definitionWeights: Float32Array;
  /** Different names of definitions, and how many definitions have each. */
  readonly definedNames: ReadonlyMap<number, number>;
  readonly places: readonly Place[];
  readonly filesByPathWord: ReadonlyMap<string, readonly number[]>;
  readonly edgeStarts: Uint32Array;
  readonly edgeFiles: Uint32Array;
  readonly edgeDefinitions: Uint32Array;
  readonly edgeWeights: Float32Array;
  /** Weight of all edges of each file. */
  readonly outgoing: Float64Array;
}

const MAX_DEFINING = 50;
const MAX_GUESSED = 6;
const GUESSED_GROUP = 2;
/** How far a definition is believed to be meant: in a file that is imported, in the same folder, anywhere. */
const trust = [1, 0.5, 0.2];

/**
 * The graph of all files in the order of their paths: the same content gives the same graph. What an earlier graph made of the same
 * paths is taken from it.
 */
export function buildReferenceGraph(
  { table, files: known }: IndexContent,
  before: ReferenceGraph | null = null,
): ReferenceGraph {
  const files = sortedFiles(known);
  const definitions = numberDefinitions(files);
  const { places, filesByPathWord } = pathsOf(files, before);
  const byName = groupByName(definitions.names, table.names.length);
  const weights = nameWeights(table, byName);
  const edges: Edges = { starts: new Uint32Array(files.length + 1), files: [], definitions: [], weights: [] };
  files.forEach((file, from) => {
    const user = { from, imported: importsOf(file, table), places };
    const { references } = file.facts;
    for (let at = 0; at < references.length; at += 2) {
      const name = references[at] ?? 0;
      const weight = (weights[name] ?? 0) * Math.sqrt(references[at + 1] ?? 1);
      if (weight > 0) addEdges(edges, user, { name, weight, byName, definitions });
    }
    edges.starts[from + 1] = edges.files.length;
  });
  return {
    table,
    files,
    definitionStarts: definitions.starts,
    definitionNames: definitions.names,
    definitionWeights: definitions.weights,
    definedNames: countNames(definitions.names),
    places,
    filesByPathWord,
    edgeStarts: edges.starts,
    edgeFiles: Uint32Array.from(edges.files),
    edgeDefinitions: Uint32Array.from(edges.definitions),
    edgeWeights: Float32Array.from(edges.weights),
    outgoing: outgoingOf(edges),
  };
}

function pathsOf(files: readonly IndexedFile[], before: ReferenceGraph | null) {
  const isSame =
    before?.files.length === files.length && files.every(({ path }, at) => before.files[at]?.path === path);
  return isSame ? before : { places: files.map(placeOf), filesByPathWord: groupByPathWord(files) };
}

function countNames(names: Uint32Array): Map<number, number> {
  const times = new Map<number, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}

function outgoingOf({ starts, weights }: Edges): Float64Array {
  const outgoing = new Float64Array(starts.length - 1);
  for (let file = 0; file < outgoing.length; file++)
    for (let edge = starts[file] ?? 0; edge < (starts[file + 1] ?? 0); edge++)
      outgoing[file] = (outgoing[file] ?? 0) + (weights[edge] ?? 0);
  return outgoing;
}

interface Edges {
  readonly starts: Uint32Array;
  readonly files: number[];
  readonly definitions: number[];
  readonly weights: number[];
}

/** What a path says about who can mean its names. */
export interface Place {
  readonly stem: string;
  readonly folder: string;
  readonly folderName: string;
  readonly family: string;
}

interface User {
  readonly from: number;
  readonly imported: Imported;
  readonly places: readonly Place[];
}

interface UsedName {
  readonly name: number;
  readonly weight: number;
  readonly byName: ByName;
  readonly definitions: NumberedDefinitions;
}

function addEdges(edges: Edges, user: User, used: UsedName): void {
  const groups = definitionsNear(user, used);
  const nearest = groups.findIndex((group) => group.length > 0);
  const chosen = groups[nearest] ?? [];
  if (nearest === GUESSED_GROUP && chosen.length > MAX_GUESSED) return;
  for (const definition of chosen) {
    edges.files.push(used.definitions.files[definition] ?? 0);
    edges.definitions.push(definition);
    edges.weights.push((used.weight * (trust[nearest] ?? 0)) / chosen.length);
  }
}

/** Definitions of a name by how surely they are meant. */
function definitionsNear(user: User, { name, byName, definitions }: UsedName): number[][] {
  const own = user.places[user.from];
  const groups: [number[], number[], number[]] = [[], [], []];
  for (let at = byName.starts[name] ?? 0; at < (byName.starts[name + 1] ?? 0); at++) {
    const definition = byName.definitions[at] ?? 0;
    const file = definitions.files[definition] ?? 0;
    // A file that defines the name itself means its own.
    if (file === user.from) return [];
    const place = user.places[file];
    if (own === undefined || place?.family !== own.family || definitions.weights[definition] === 0) continue;
    const isMember = (definitions.containers[definition] ?? 0) > 0;
    const near = nearness(user.imported, { own, place, name, isMember });
    if (near !== null) groups[near].push(definition);
  }
  return groups;
}

// Here a name of another module's top is only seen by who imports it by name, or the module as a whole.
const strict: ReadonlySet<string> = new Set(['ecmascript', 'python']);

/** 0: imported; 1: likely; 2: a guess; null: it cannot be meant. */
function nearness(
  { modules, names }: Imported,
  {
    own,
    place,
    name,
    isMember,
  }: { readonly own: Place; readonly place: Place; readonly name: number; readonly isMember: boolean },
): 0 | 1 | 2 | null {
  const isModule = modules.has(place.stem) || modules.has(place.folderName);
  if (names.has(name)) return isModule ? 0 : 1;
  if (isMember) return isModule ? 1 : 2;
  if (isModule) return 0;
  if (strict.has(own.family)) return null;
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

interface Imported {
  /** Last parts of specifiers: file and folder names. Of modules whose names are listed only the names count. */
  readonly modules: ReadonlySet<string>;
  readonly names: ReadonlySet<number>;
}

const fileEnding = /\.(?:[cm]?[jt]sx?|py|rb|lua|php|h|hpp|hh|css|sh|ps1)$/;

function importsOf({ facts: { imports } }: IndexedFile, table: NameTable): Imported {
  const modules = new Set<string>();
  const names = new Set<number>();
  for (let at = 0; at < imports.length; ) {
    const end = at + 3 + (imports[at + 2] ?? 0);
    const specifier = (table.names[imports[at] ?? 0] ?? '').replace(fileEnding, '');
    for (const segment of specifier.split(/[/\\.:]+/).slice(-2)) modules.add(segment);
    for (at += 3; at < end; at++) {
      const name = imports[at] ?? 0;
      names.add(name);
      // What is taken from a package may be a module itself.
      modules.add(table.names[name] ?? '');
    }
  }
  return { modules, names };
}

interface NumberedDefinitions {
  readonly starts: Uint32Array;
  readonly names: Uint32Array;
  readonly files: Uint32Array;
  readonly containers: Uint32Array;
  readonly weights: Float32Array;
}

function numberDefinitions(files: readonly IndexedFile[]): NumberedDefinitions {
  const starts = new Uint32Array(files.length + 1);
  files.forEach(({ facts }, file) => {
    starts[file + 1] = (starts[file] ?? 0) + facts.definitions.length / definitionWidth;
  });
  const count = starts[files.length] ?? 0;
  const [names, owners, containers] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)];
  const weights = new Float32Array(count);
  files.forEach(({ path, facts }, file) => {
    const first = starts[file] ?? 0;
    const place = testPath.test(path) ? TEST_WORTH : 1;
    eachDefinition(facts.definitions, (at, { name, container, kind, isLocal }) => {
      names[first + at] = name;
      owners[first + at] = file;
      containers[first + at] = container;
      weights[first + at] = isLocal ? 0 : place * (worth[kind] ?? 1);
    });
  });
  return { starts, names, files: owners, containers, weights };
}

interface NumberedDefinition {
  readonly name: number;
  readonly container: number;
  readonly kind: DefinitionKind;
  /** Whether it stands inside a function, where nothing outside can use it. */
  readonly isLocal: boolean;
}

function eachDefinition(definitions: Uint32Array, use: (at: number, definition: NumberedDefinition) => void): void {
  let functionEnd = 0;
  for (let at = 0; at < definitions.length; at += definitionWidth) {
    const container = definitions[at + 2] ?? 0;
    const kind = definitionKinds[definitions[at + 1] ?? 0] ?? 'variable';
    const lastLine = definitions[at + 5] ?? 0;
    const isLocal = container > 0 && lastLine <= functionEnd;
    use(at / definitionWidth, { name: definitions[at] ?? 0, container, kind, isLocal });
    if (kind === 'function' || kind === 'method') functionEnd = Math.max(functionEnd, lastLine);
  }
}

const TEST_WORTH = 0.3;
const testPath =
  /(?:^|\/)(?:tests?|__tests__|specs?|testdata|fixtures?)\/|[._-](?:test|spec)s?\.\w+$|(?:^|\/)(?:test_|conftest)[^/]*$/;

const worth: Partial<Readonly<Record<DefinitionKind, number>>> = {
  constant: 0.5,
  variable: 0.4,
  method: 0.8,
  selector: 0.3,
};

function groupByPathWord(files: readonly IndexedFile[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  files.forEach(({ path }, file) => {
    for (const word of new Set(wordsOf(path))) {
      const group = groups.get(word);
      if (group) group.push(file);
      else groups.set(word, [file]);
    }
  });
  return groups;
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
