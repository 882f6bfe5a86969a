// What the index keeps of a file, as numbers: names are numbered in a table, and each list is one array.
import type { Definition, DefinitionKind, FileOutline } from './code-parser.ts';

/** Lists of one file. */
export interface PackedFacts {
  /** `definitionWidth` numbers each: name, kind, container name + 1 or 0, line of the name, first line, last line. */
  readonly definitions: Uint32Array;
  /** Name and how often, each name once. */
  readonly references: Uint32Array;
  /** Specifier, line, how many names, then the names. */
  readonly imports: Uint32Array;
}

/** Numbers of one definition. */
export const definitionWidth = 6;

/** The kinds by their numbers. Only ever added to at the end. */
export const definitionKinds: readonly DefinitionKind[] = [
  'class',
  'constant',
  'enum',
  'function',
  'interface',
  'macro',
  'method',
  'module',
  'selector',
  'type',
  'variable',
];

const kindNumbers = new Map(definitionKinds.map((kind, number) => [kind, number]));

/** Numbers names in the order they come. */
export class NameTable {
  readonly names: string[];
  readonly #numbers: Map<string, number>;

  constructor(names: string[] = []) {
    this.names = names;
    this.#numbers = new Map();
    for (let number = 0; number < names.length; number++) this.#numbers.set(names[number] ?? '', number);
  }

  /** The number of a name, given to it now if it has none. */
  add(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }
}

export const noFacts: PackedFacts = {
  definitions: new Uint32Array(0),
  references: new Uint32Array(0),
  imports: new Uint32Array(0),
};

/** Numbers of an outline. */
export function packOutline(outline: FileOutline, table: NameTable): PackedFacts {
  const definitions = new Uint32Array(outline.definitions.length * definitionWidth);
  outline.definitions.forEach((definition, at) => {
    definitions.set(packDefinition(definition, table), at * definitionWidth);
  });
  const counts = new Map<number, number>();
  const count = (name: string) => {
    const number = table.add(name);
    counts.set(number, (counts.get(number) ?? 0) + 1);
  };
  const imports: number[] = [];
  for (const { name } of outline.references) count(name);
  for (const { specifier, line, names } of outline.imports) {
    imports.push(table.add(specifier), line, names.length, ...names.map(({ name }) => table.add(name)));
    for (const { name } of names) if (name !== '*' && name !== 'default') count(name);
  }
  const references = new Uint32Array(counts.size * 2);
  let at = 0;
  for (const [number, times] of counts) {
    references[at++] = number;
    references[at++] = times;
  }
  return { definitions, references, imports: Uint32Array.from(imports) };
}

function packDefinition(definition: Definition, table: NameTable): number[] {
  const container = definition.container === null ? 0 : table.add(definition.container) + 1;
  const { name, kind, nameLine, firstLine, lastLine } = definition;
  return [table.add(name), kindNumbers.get(kind) ?? 0, container, nameLine, firstLine, lastLine];
}

/** Numbers the names of these lists anew, in place. */
export function renumber(facts: PackedFacts, numberOf: readonly number[]): PackedFacts {
  const { definitions, references, imports } = facts;
  const change = (list: Uint32Array, at: number) => {
    list[at] = numberOf[list[at] ?? 0] ?? 0;
  };
  for (let at = 0; at < definitions.length; at += definitionWidth) {
    change(definitions, at);
    const container = definitions[at + 2] ?? 0;
    if (container > 0) definitions[at + 2] = (numberOf[container - 1] ?? 0) + 1;
  }
  for (let at = 0; at < references.length; at += 2) change(references, at);
  for (let at = 0; at < imports.length; ) {
    const end = at + 3 + (imports[at + 2] ?? 0);
    change(imports, at);
    for (at += 3; at < end; at++) change(imports, at);
  }
  return facts;
}

/** All lists in one, in order. */
export function joinArrays(lists: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    whole.set(list, at);
    at += list.length;
  }
  return whole;
}
