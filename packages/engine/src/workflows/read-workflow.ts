// Reads a workflow from YAML (JSON is YAML); what is wrong is said with line and column.
import { errorMessage } from '@monkey-coder/protocol';
import type { Document, LineCounter, Node } from 'yaml';
import { checkWorkflow } from './check-workflow.ts';
import { type Linking, linkWorkflows, unrepeated } from './link-workflows.ts';
import type { PlacedProblem, ReadWorkflow } from './read-result.ts';
import type { WorkflowProblem } from './workflow.ts';

/** A file longer than this is no workflow. */
const maxChars = 512 * 1024;

/** An alias may stand in what it stands for: then it has no end. */
const maxDepth = 100;

/** Reads a text; files that its steps call are read too, where it is said which may be. */
export async function readWorkflow(text: string, linking?: Linking): Promise<ReadWorkflow> {
  if (text.length > maxChars)
    return invalid([{ line: 1, column: 1, message: `it is longer than ${maxChars} characters` }]);
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return invalid(document.errors.map(({ message, pos }) => ({ ...placeAt(lines, pos[0]), message })));
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    return invalid([{ line: 1, column: 1, message: errorMessage(error) }]);
  }
  if (isDeeper(value, maxDepth))
    return invalid([
      { line: 1, column: 1, message: `something in it is nested more than ${maxDepth} deep, or in itself` },
    ]);
  const { definition, problems } = await linkWorkflows(value, linking, readWorkflow);
  const checked = checkWorkflow(definition);
  if (checked.kind === 'valid' && problems.length === 0) return checked;
  const all = unrepeated(problems, checked.kind === 'valid' ? [] : checked.problems);
  const placed = all.map((problem) => ({
    ...placeOf(document, lines, problem),
    message: wordsOf(problem),
  }));
  return invalid(placed.sort((a, b) => a.line - b.line || a.column - b.column));
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return most === 0 || Object.values(value).some((one) => isDeeper(one, most - 1));
}

function invalid(problems: readonly PlacedProblem[]): ReadWorkflow {
  return { kind: 'invalid', problems };
}

function wordsOf({ path, message }: WorkflowProblem): string {
  return path.length === 0 ? message : `${pathText(path)}: ${message}`;
}

/** `steps[2].prompt`. */
export function pathText(path: WorkflowProblem['path']): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
}

/** Where the value stands; for one that is missing, what it is missing from. */
function placeOf(document: Document, lines: LineCounter, problem: WorkflowProblem): Omit<PlacedProblem, 'message'> {
  const { path, at = 0, isKey } = problem;
  const key = isKey === true ? keyRange(document, path) : undefined;
  if (key !== undefined) return placeAt(lines, key);
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as Placed | undefined;
    if (!node?.range) continue;
    const place = placeAt(lines, node.range[0]);
    return length === path.length && at > 0 ? placeWithin(node, place, at) : place;
  }
  return { line: 1, column: 1 };
}

type Placed = Node & { readonly type?: string; readonly source?: string };

/** A place within a text: exact for texts of one line and in blocks, the beginning of the text otherwise. */
function placeWithin({ type = '', source = '' }: Placed, place: Omit<PlacedProblem, 'message'>, at: number) {
  const below = source.slice(0, at).split('\n').length - 1;
  if (type.startsWith('BLOCK')) return { line: place.line + 1 + below, column: 1 };
  if (below > 0) return place;
  return { line: place.line, column: place.column + at + (type.startsWith('QUOTE') ? 1 : 0) };
}

/** Where the last key of a path stands. */
function keyRange(document: Document, path: WorkflowProblem['path']): number | undefined {
  const outer = document.getIn(path.slice(0, -1), true) as { items?: readonly { key: unknown }[] } | undefined;
  const last = path.at(-1);
  const keys = outer?.items?.map(({ key }) => key as { value?: unknown; range?: readonly number[] } | undefined);
  return keys?.find((key) => key?.value === last)?.range?.[0];
}

function placeAt(lines: LineCounter, offset: number): Omit<PlacedProblem, 'message'> {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
