// The pieces of a text of code without its comments: two texts with the same pieces mean the same to a compiler.
import type { Node } from 'web-tree-sitter';

const isComment = /comment/;
/** Taken whole: what stands between their parts belongs to them, too. */
const isText = /string|template|heredoc|char_literal|regex/;

/** Kinds of nodes and texts of leaves, in the order of the text; comments, and docstrings of Python, are left out. */
export function codePieces(root: Node): string[] {
  const pieces: string[] = [];
  const visit = (node: Node): void => {
    if (isComment.test(node.type) || isDocstring(node)) return;
    if (node.childCount === 0 || isText.test(node.type)) {
      pieces.push(node.text);
      return;
    }
    pieces.push(`(${node.type}`);
    for (const child of node.children) if (child !== null) visit(child);
    pieces.push(')');
  };
  visit(root);
  return pieces;
}

/** A string that stands alone at the beginning of a module, class or function. */
function isDocstring(node: Node): boolean {
  if (node.type !== 'expression_statement' || node.namedChildCount !== 1) return false;
  if (node.namedChild(0)?.type !== 'string') return false;
  const parent = node.parent;
  const isBody =
    parent?.type === 'module' || (parent?.type === 'block' && /definition$/.test(parent.parent?.type ?? ''));
  const first = parent?.namedChildren.find((child) => child !== null && !isComment.test(child.type));
  return isBody && first?.id === node.id;
}
