// The language of conditions and of `${…}` in texts: values, comparisons, a few functions. Nothing is evaluated as a program.
//
//   or    := and ('||' and)*            compare := sum (('=='|'!='|'<='|'>='|'<'|'>'|'in') sum)?
//   and   := compare ('&&' compare)*    sum     := product (('+'|'-') product)*
//   product := unary (('*'|'/') unary)* unary   := ('!'|'-') unary | access
//   access  := primary ('.' name | '[' or ']')*
//   primary := number | 'text' | "text" | true | false | null | name | name '(' or, … ')' | '(' or ')'
import type { JsonValue } from '@monkey-coder/protocol';

/** A parsed expression. */
export type Expression =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: Expression; readonly at: number }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Expression[] }
  | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** What is wrong with an expression, and where (offset in its text). */
export interface ExpressionProblem {
  readonly message: string;
  readonly at: number;
}

/** A parsed expression, or what is wrong with it. */
export type ParsedExpression =
  | { readonly kind: 'valid'; readonly expression: Expression }
  | ({ readonly kind: 'invalid' } & ExpressionProblem);

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const maxLength = 4000;
const maxDepth = 60;
const tokenForm =
  /\s*(?:(\d+(?:\.\d+)?)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([A-Za-z_][\w-]*)|(\|\||&&|[=!<>]=|[<>!()[\].,+*/-]))/y;

class Mistake extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Parses an expression. */
export function parseExpression(text: string): ParsedExpression {
  try {
    if (text.length > maxLength) throw new Mistake(`it is longer than ${maxLength} characters`, maxLength);
    const reader = new Reader(tokensOf(text));
    const expression = reader.or(0);
    reader.end();
    return { kind: 'valid', expression };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    return { kind: 'invalid', message: error.message, at: error.at };
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  tokenForm.lastIndex = 0;
  let at = 0;
  while (text.slice(at).trim() !== '') {
    tokenForm.lastIndex = at;
    const match = tokenForm.exec(text);
    if (match === null) throw unreadable(text, at);
    tokens.push(tokenOf(match, at));
    at = tokenForm.lastIndex;
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }];
}

function unreadable(text: string, from: number): Mistake {
  const rest = text.slice(from);
  const at = from + rest.length - rest.trimStart().length;
  const meant = { '=': ' (== compares)', '&': ' (&& means and)', '|': ' (|| means or)' }[text[at] ?? ''] ?? '';
  return new Mistake(`"${text[at]}" cannot stand here${meant}`, at);
}

function tokenOf([whole, number, single, double, name, sign]: RegExpExecArray, from: number): Token {
  const at = from + (whole.length - whole.trimStart().length);
  if (number !== undefined) return { kind: 'number', text: number, at };
  const quoted = single ?? double;
  if (quoted !== undefined) return { kind: 'text', text: quoted.replace(/\\(.)/gs, unescaped), at };
  return name === undefined ? { kind: 'sign', text: sign ?? '', at } : { kind: 'name', text: name, at };
}

function unescaped(_whole: string, letter: string): string {
  return letter === 'n' ? '\n' : letter === 't' ? '\t' : letter;
}

/** Reads tokens by the grammar above, one method a rule. */
class Reader {
  #next = 0;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  end(): void {
    const token = this.#peek();
    if (token.kind !== 'end') throw new Mistake(`"${token.text}" is too much`, token.at);
  }

  or(depth: number): Expression {
    if (depth > maxDepth) throw new Mistake('it is nested too deeply', this.#peek().at);
    return this.#chain(['||'], () => this.#chain(['&&'], () => this.#compare(depth)));
  }

  #compare(depth: number): Expression {
    const left = this.#sum(depth);
    const operator = ['==', '!=', '<=', '>=', '<', '>'].find((sign) => this.#take('sign', sign));
    const found = operator ?? (this.#take('name', 'in') ? 'in' : undefined);
    return found === undefined ? left : { kind: 'binary', operator: found, left, right: this.#sum(depth) };
  }

  #sum(depth: number): Expression {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#unary(depth)));
  }

  #chain(operators: readonly string[], part: () => Expression): Expression {
    let left = part();
    for (;;) {
      const operator = operators.find((sign) => this.#take('sign', sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: part() };
    }
  }

  #unary(depth: number): Expression {
    if (depth > maxDepth) throw new Mistake('it is nested too deeply', this.#peek().at);
    for (const operator of ['!', '-'] as const)
      if (this.#take('sign', operator)) return { kind: 'unary', operator, of: this.#unary(depth + 1) };
    return this.#access(depth);
  }

  #access(depth: number): Expression {
    let of = this.#primary(depth);
    for (;;) {
      const { at } = this.#peek();
      if (this.#take('sign', '.')) {
        const name = this.#peek();
        if (name.kind !== 'name') throw new Mistake('a name must follow the point', name.at);
        this.#next += 1;
        of = { kind: 'member', of, name: { kind: 'value', value: name.text }, at };
      } else if (this.#take('sign', '[')) {
        of = { kind: 'member', of, name: this.or(depth + 1), at };
        this.#must(']');
      } else return of;
    }
  }

  #primary(depth: number): Expression {
    const token = this.#peek();
    this.#next += 1;
    if (token.kind === 'number') return { kind: 'value', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'value', value: token.text };
    if (token.kind === 'name') return this.#named(token, depth);
    if (token.text === '(') {
      const inner = this.or(depth + 1);
      this.#must(')');
      return inner;
    }
    this.#next -= 1;
    throw new Mistake(token.kind === 'end' ? 'it ends too early' : `"${token.text}" cannot stand here`, token.at);
  }

  #named(token: Token, depth: number): Expression {
    const constant = constants[token.text];
    if (constant !== undefined) return constant;
    if (!this.#take('sign', '(')) return { kind: 'name', name: token.text, at: token.at };
    const args: Expression[] = [];
    while (!this.#take('sign', ')')) {
      if (args.length > 0) this.#must(',');
      args.push(this.or(depth + 1));
    }
    if (!isFunction(token.text)) {
      throw new Mistake(`there is no function ${token.text}; there are ${Object.keys(functions).join(', ')}`, token.at);
    }
    const wanted = functions[token.text].length;
    if (args.length !== wanted) throw new Mistake(`${token.text} takes ${wanted} values, not ${args.length}`, token.at);
    return { kind: 'call', name: token.text, args };
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: 0 };
  }

  #take(kind: Token['kind'], text: string): boolean {
    const token = this.#peek();
    const isIt = token.kind === kind && token.text === text;
    if (isIt) this.#next += 1;
    return isIt;
  }

  #must(text: string): void {
    const { at } = this.#peek();
    if (!this.#take('sign', text)) throw new Mistake(`"${text}" is missing`, at);
  }
}

const constants: Readonly<Record<string, Expression | undefined>> = {
  __proto__: null as never,
  true: { kind: 'value', value: true },
  false: { kind: 'value', value: false },
  null: { kind: 'value', value: null },
};

const functions = {
  /** Whether a text has a part, or a list a value. */
  contains: (whole: JsonValue, part: JsonValue): JsonValue => isIn(part, whole),
  startsWith: (whole: JsonValue, part: JsonValue): JsonValue => textOf(whole).startsWith(textOf(part)),
  endsWith: (whole: JsonValue, part: JsonValue): JsonValue => textOf(whole).endsWith(textOf(part)),
  lower: (text: JsonValue): JsonValue => textOf(text).toLowerCase(),
  trim: (text: JsonValue): JsonValue => textOf(text).trim(),
  lines: (text: JsonValue): JsonValue => textOf(text).split('\n'),
  number: (text: JsonValue): JsonValue => finite(Number(textOf(text).trim() || 'none')),
  length: (value: JsonValue): JsonValue => lengthOf(value),
};
type FunctionName = keyof typeof functions;

function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}

/** Names to values. */
export type Scope = Readonly<Record<string, JsonValue>>;

/** The value of an expression; what is missing is null, and no value makes it throw. */
export function evaluate(expression: Expression, scope: Scope): JsonValue {
  switch (expression.kind) {
    case 'value':
      return expression.value;
    case 'name':
      return Object.hasOwn(scope, expression.name) ? (scope[expression.name] ?? null) : null;
    case 'member':
      return memberOf(evaluate(expression.of, scope), evaluate(expression.name, scope));
    case 'unary': {
      const value = evaluate(expression.of, scope);
      return expression.operator === '!' ? !isTrue(value) : finite(-numberOf(value));
    }
    case 'call': {
      const call = functions[expression.name] as (...args: JsonValue[]) => JsonValue;
      return call(...expression.args.map((one) => evaluate(one, scope)));
    }
    case 'binary':
      return binary(expression, scope);
  }
}

/** Null, false, 0 and what is empty count as no. */
export function isTrue(value: JsonValue): boolean {
  return value !== null && value !== false && value !== 0 && value !== '' && lengthOf(value) !== 0;
}

/** How a value stands in a text: texts as they are, null as nothing, the rest as JSON. */
export function textOf(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function binary({ operator, left, right }: Expression & { kind: 'binary' }, scope: Scope): JsonValue {
  const first = evaluate(left, scope);
  if (operator === '&&') return isTrue(first) ? evaluate(right, scope) : first;
  if (operator === '||') return isTrue(first) ? first : evaluate(right, scope);
  const second = evaluate(right, scope);
  switch (operator) {
    case '==':
      return isSame(first, second);
    case '!=':
      return !isSame(first, second);
    case 'in':
      return isIn(first, second);
    case '+':
      return added(first, second);
    default:
      return compareOrCount(operator, first, second);
  }
}

/** A longer text is null, as a number without end is. */
const mostChars = 1024 * 1024;

/** Numbers add up, texts take anything behind or before them; nothing and something is nothing. */
function added(first: JsonValue, second: JsonValue): JsonValue {
  if (typeof first === 'string' || typeof second === 'string') {
    const [one, other] = [textOf(first), textOf(second)];
    return one.length + other.length > mostChars ? null : one + other;
  }
  return finite(numberOf(first) + numberOf(second));
}

function compareOrCount(operator: string, first: JsonValue, second: JsonValue): JsonValue {
  const areTexts = typeof first === 'string' && typeof second === 'string';
  const [a, b] = areTexts ? [first, second] : [numberOf(first), numberOf(second)];
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '-':
      return finite(numberOf(first) - numberOf(second));
    case '*':
      return finite(numberOf(first) * numberOf(second));
    default:
      return finite(numberOf(first) / numberOf(second));
  }
}

function memberOf(value: JsonValue, name: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value))
    return typeof name === 'number' ? ((value.at(name) as JsonValue | undefined) ?? null) : null;
  const key = textOf(name);
  return Object.hasOwn(value, key) ? ((value as Readonly<Record<string, JsonValue>>)[key] ?? null) : null;
}

function isIn(part: JsonValue, whole: JsonValue): boolean {
  if (Array.isArray(whole)) return whole.some((one) => isSame(one as JsonValue, part));
  return typeof whole === 'string' && whole.includes(textOf(part));
}

function isSame(first: JsonValue, second: JsonValue): boolean {
  return first === second || (typeof first === 'object' && JSON.stringify(first) === JSON.stringify(second));
}

function numberOf(value: JsonValue): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function finite(value: number): JsonValue {
  return Number.isFinite(value) ? value : null;
}

function lengthOf(value: JsonValue): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 1;
}

/** All names an expression looks up, with where they stand: `steps.plan.text` is `['steps', 'plan', 'text']`. */
export function pathsIn(expression: Expression): { readonly path: readonly string[]; readonly at: number }[] {
  switch (expression.kind) {
    case 'value':
      return [];
    case 'name':
      return [{ path: [expression.name], at: expression.at }];
    case 'member': {
      const [outer, ...others] = pathsIn(expression.of);
      const { name } = expression;
      const isPlain = name.kind === 'value' && typeof name.value === 'string';
      const inner = isPlain ? [] : pathsIn(name);
      if (outer === undefined) return inner;
      return [isPlain ? { ...outer, path: [...outer.path, textOf(name.value)] } : outer, ...others, ...inner];
    }
    case 'unary':
      return pathsIn(expression.of);
    case 'call':
      return expression.args.flatMap(pathsIn);
    case 'binary':
      return [...pathsIn(expression.left), ...pathsIn(expression.right)];
  }
}
