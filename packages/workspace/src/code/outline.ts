// Turns what a query captured in one file into its outline.
//
// Captures cost: a reference is read from its start alone, its text with a pattern, because each question to a node is a call
// into WebAssembly. Definitions are few, so their ends are asked for.
import type { Node, Query, QueryMatch } from 'web-tree-sitter';
import type { Definition, DefinitionKind, FileOutline, Import, Reference } from './code-parser.ts';
import { readImportStatement } from './import-statements.ts';
import type { LanguageId } from './language.ts';

/** What an outline is made from. */
export interface OutlineInput {
  readonly language: LanguageId;
  readonly text: string;
  readonly query: Query;
  readonly root: Node;
  /** Whether to give up; null never to. */
  readonly isLate: (() => boolean) | null;
}

interface Found {
  readonly name: string;
  readonly kind: DefinitionKind | 'scope';
  readonly owner: string | null;
  readonly start: number;
  readonly nameStart: number;
  readonly nameLine: number;
  readonly end: number;
  readonly firstLine: number;
  readonly lastLine: number;
}

const MAX_NAME = 200;
const MAX_SIGNATURE = 160;
const MAX_STATEMENT = 20_000;

/** The outline; definitions in the order of the text, each once. Null when it took too long. */
export function outlineOf({ language, text, query, root, isLate }: OutlineInput): FileOutline | null {
  const names = namesOf[language] ?? plainName;
  const found: Found[] = [];
  const references: Reference[] = [];
  const imports: Import[] = [];
  for (const match of query.matches(root, isLate === null ? {} : { progressCallback: isLate })) {
    const first = match.captures[0];
    if (first === undefined) continue;
    if (first.name === 'ref') {
      const name = nameAt(text, first.node.startIndex, names);
      if (name !== '') references.push({ name, line: first.node.startPosition.row + 1 });
      continue;
    }
    const statement = match.captures.find(({ name }) => name === 'import')?.node;
    if (statement) addImports(language, text, statement, imports);
    else addDefinition(text, match, found);
  }
  return isLate?.() ? null : { definitions: nested(text, found), references, imports };
}

const plainName = /[\p{L}_$@#][\p{L}\p{N}_$]*/uy;
const asciiName = /[A-Za-z_$][\w$]*/y;
const dashedName = /[\p{L}_.][\p{L}\p{N}_.:]*(?:-[\p{L}\p{N}_]+)*/uy;
const namesOf: Partial<Readonly<Record<LanguageId, RegExp>>> = {
  bash: dashedName,
  css: dashedName,
  powershell: dashedName,
  ruby: /[\p{L}_][\p{L}\p{N}_]*[?!]?/uy,
};

function nameAt(text: string, start: number, names: RegExp): string {
  if (names === plainName) {
    asciiName.lastIndex = start;
    const plain = asciiName.exec(text)?.[0];
    if (plain !== undefined && text.charCodeAt(start + plain.length) < 128) return plain.slice(0, MAX_NAME);
  }
  names.lastIndex = start;
  return names.exec(text)?.[0].slice(0, MAX_NAME) ?? '';
}

function addImports(language: LanguageId, text: string, statement: Node, imports: Import[]): void {
  const { startIndex, endIndex } = statement;
  const written = text.slice(startIndex, Math.min(endIndex, startIndex + MAX_STATEMENT));
  const line = statement.startPosition.row + 1;
  for (const one of readImportStatement(language, written))
    imports.push({ ...one, specifier: oneLine(one.specifier), line });
}

function addDefinition(text: string, { captures }: QueryMatch, found: Found[]): void {
  let name: Node | null = null;
  let owner: string | null = null;
  let whole: { readonly kind: Found['kind']; readonly node: Node } | null = null;
  for (const { name: capture, node } of captures) {
    if (capture === 'name') name = node;
    else if (capture === 'owner') owner = oneLine(text.slice(node.startIndex, node.endIndex));
    else if (capture !== 'value' && capture !== 'loader') whole = { kind: capture as Found['kind'], node };
  }
  if (name === null || whole === null) return;
  const { startIndex, startPosition, endIndex, endPosition } = whole.node;
  // A node that ends at the start of a line has its last line before.
  const lastRow = endPosition.column === 0 ? Math.max(endPosition.row - 1, startPosition.row) : endPosition.row;
  found.push({
    name: oneLine(text.slice(name.startIndex, name.endIndex)),
    kind: whole.kind,
    owner,
    start: startIndex,
    nameStart: name.startIndex,
    nameLine: name.startPosition.row + 1,
    end: endIndex,
    firstLine: startPosition.row + 1,
    lastLine: lastRow + 1,
  });
}

function oneLine(name: string): string {
  return name.slice(0, MAX_NAME).replace(/\s+/g, ' ');
}

const holdsMethods: ReadonlySet<string> = new Set(['class', 'interface', 'enum', 'scope']);

function nested(text: string, found: Found[]): Definition[] {
  found.sort(
    (one, other) =>
      one.start - other.start ||
      other.end - one.end ||
      one.nameStart - other.nameStart ||
      vagueness(one) - vagueness(other),
  );
  const definitions: Definition[] = [];
  const around: Found[] = [];
  const known = new Set<number>();
  for (const one of found) {
    while (around.length > 0 && (around.at(-1)?.end ?? 0) <= one.start) around.pop();
    const outer = around.at(-1);
    if (one.kind === 'scope') {
      around.push(one);
      continue;
    }
    if (known.has(one.nameStart)) continue;
    known.add(one.nameStart);
    definitions.push(definitionOf(text, one, one.kind, outer));
    around.push(one);
  }
  return definitions;
}

/** Of two readings of one name, the one that says more comes first. */
function vagueness({ kind }: Found): number {
  return kind === 'constant' || kind === 'variable' ? 1 : 0;
}

function definitionOf(text: string, found: Found, kind: DefinitionKind, outer: Found | undefined): Definition {
  const { name, nameLine, firstLine, lastLine, owner } = found;
  const isMethod = kind === 'function' && (owner !== null || (outer !== undefined && holdsMethods.has(outer.kind)));
  const container = owner ?? outer?.name ?? null;
  const signature = lineAt(text, found.nameStart);
  return { name, kind: isMethod ? 'method' : kind, nameLine, firstLine, lastLine, container, signature };
}

function lineAt(text: string, at: number): string {
  const from = Math.max(text.lastIndexOf('\n', at) + 1, at - MAX_SIGNATURE);
  const newline = text.indexOf('\n', at);
  return text
    .slice(from, Math.min(newline < 0 ? text.length : newline, from + MAX_SIGNATURE + 40))
    .trim()
    .slice(0, MAX_SIGNATURE);
}
