// Finds the places of a parse tree where the text did not fit the grammar.
import type { Node } from 'web-tree-sitter';
import type { SyntaxProblem } from './code-parser.ts';

const MAX_PROBLEMS = 100;
const SHOWN = 40;

/** Errors and missing tokens, in the order of the text. Only branches that hold one are walked. */
export function syntaxProblemsOf(root: Node, text: string): readonly SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const pending: Node[] = root.hasError ? [root] : [];
  for (let node = pending.pop(); node !== undefined && problems.length < MAX_PROBLEMS; node = pending.pop()) {
    if (node.isMissing) problems.push({ ...placeOf(node), kind: 'missing', text: node.type });
    else if (node.isError) problems.push({ ...placeOf(node), kind: 'unexpected', text: shown(text, node) });
    // What stands inside an error belongs to it.
    else pending.push(...brokenChildren(node).reverse());
  }
  return problems;
}

function brokenChildren(node: Node): Node[] {
  return node.children.filter((child) => child.hasError || child.isMissing);
}

function placeOf(node: Node): { line: number; column: number } {
  return { line: node.startPosition.row + 1, column: node.startPosition.column + 1 };
}

function shown(text: string, node: Node): string {
  const [first = ''] = text.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + SHOWN)).split('\n');
  return first.trim();
}
