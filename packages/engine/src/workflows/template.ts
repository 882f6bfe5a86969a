// Texts with `${expression}` in them. `$${` stands for a plain `${`.
import {
  type Expression,
  type ExpressionProblem,
  evaluate,
  parseExpression,
  type Scope,
  textOf,
} from './expression.ts';

/** A text in pieces. */
export type Template = readonly (string | Hole)[];

/** An expression, and where in the text it begins. */
export interface Hole {
  readonly expression: Expression;
  readonly at: number;
}

/** A parsed text, or what is wrong with it. */
export type ParsedTemplate =
  | { readonly kind: 'valid'; readonly template: Template }
  | ({ readonly kind: 'invalid' } & ExpressionProblem);

/** Parses a text. */
export function parseTemplate(text: string): ParsedTemplate {
  const pieces: (string | Hole)[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf('${', at);
    if (open < 0) return { kind: 'valid', template: [...pieces, text.slice(at)] };
    if (text[open - 1] === '$' && open > at) {
      pieces.push(`${text.slice(at, open - 1)}\${`);
      at = open + 2;
      continue;
    }
    const close = closingBrace(text, open + 2);
    if (close < 0) return { kind: 'invalid', message: 'a brace that is opened by $ is not closed', at: open };
    const parsed = parseExpression(text.slice(open + 2, close));
    if (parsed.kind === 'invalid') return { kind: 'invalid', message: parsed.message, at: open + 2 + parsed.at };
    pieces.push(text.slice(at, open), { expression: parsed.expression, at: open + 2 });
    at = close + 1;
  }
}

/** Braces within quoted texts do not count. */
function closingBrace(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (quote !== '') {
      if (letter === '\\') at += 1;
      else if (letter === quote) quote = '';
    } else if (letter === "'" || letter === '"') quote = letter;
    else if (letter === '}') return at;
  }
  return -1;
}

/** The text with its values. */
export function fill(template: Template, scope: Scope): string {
  return template
    .map((piece) => (typeof piece === 'string' ? piece : textOf(evaluate(piece.expression, scope))))
    .join('');
}

/** The text of a template that is known to be valid. */
export function fillText(text: string, scope: Scope): string {
  const parsed = parseTemplate(text);
  if (parsed.kind === 'invalid') throw new Error(`a text that was checked does not parse: ${parsed.message}`);
  return fill(parsed.template, scope);
}
