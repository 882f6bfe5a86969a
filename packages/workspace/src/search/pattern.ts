// Turns what was searched for into a JavaScript expression and into words that every matching file must contain.
import { MonkeyError } from '@monkey-coder/protocol';

/** A compiled pattern. */
export interface SearchPattern {
  /** Matched against one line at a time. */
  readonly regex: RegExp;
  /**
   * Words of which at least one stands in every matching line; null when nothing of the kind is known. They only save work: a file without
   * any of them is not read line by line.
   */
  readonly literals: readonly string[] | null;
  readonly ignoreCase: boolean;
}

const MIN_LITERAL = 3;

/** Compiles; `usage.invalid` when the expression is not one. */
export function compilePattern(pattern: string, syntax: 'regex' | 'literal', caseSensitive: boolean): SearchPattern {
  if (pattern === '') throw new MonkeyError('usage.invalid', 'The search pattern is empty: give the text to look for.');
  if (syntax === 'literal') {
    const regex = new RegExp(pattern.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'), caseSensitive ? '' : 'i');
    return { regex, literals: usable([pattern], caseSensitive), ignoreCase: !caseSensitive };
  }
  const inline = /^\(\?i\)/.test(pattern);
  const source = translated(inline ? pattern.slice(4) : pattern);
  const ignoreCase = !caseSensitive || inline;
  const isUnicode = /\\[pP]\{|\\u\{/.test(source);
  try {
    const regex = new RegExp(source, `${ignoreCase ? 'i' : ''}${isUnicode ? 'u' : ''}`);
    const known = isUnicode ? null : requiredLiterals(source);
    return { regex, literals: known && usable(known, !ignoreCase), ignoreCase };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^Invalid regular expression: /, '') : String(cause);
    throw new MonkeyError(
      'usage.invalid',
      `Not a regular expression: ${reason}. Search for literal text, or escape ( ) [ ] { } . * + ? | with a backslash.`,
      { cause },
    );
  }
}

/** Words worth looking for in bytes: not too short, on one line, and plain ASCII where case is to be ignored. */
function usable(literals: readonly string[], caseSensitive: boolean): readonly string[] | null {
  const isUsable = (literal: string) =>
    literal.length >= MIN_LITERAL &&
    !/[\n\r\0\ud800-\udfff]/.test(literal) &&
    (caseSensitive || /^[\x20-\x7e]+$/.test(literal));
  return literals.every(isUsable) ? literals : null;
}

const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  word: '\\w',
  xdigit: '0-9a-fA-F',
};

/** What ripgrep and grep write otherwise than JavaScript. */
function translated(pattern: string): string {
  return pattern
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => posixClasses[name] ?? whole)
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$')
    .replace(/\\h/g, '[ \\t]');
}

/** For each alternative of an expression the longest run of plain characters it cannot do without; null when one has none. */
export function requiredLiterals(source: string): string[] | null {
  const longest: string[] = [];
  for (const branch of branches(source)) {
    const runs = literalRuns(branch);
    const best = runs.reduce((a, b) => (b.length > a.length ? b : a), '');
    if (best.length < MIN_LITERAL) return null;
    longest.push(best);
  }
  return longest;
}

/** Alternatives at the top level. */
function branches(source: string): string[] {
  const parts: string[] = [];
  let [depth, from, inClass] = [0, 0, false];
  for (let i = 0; i < source.length; i++) {
    const character = source[i];
    if (character === '\\') i++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === '|' && depth === 0) {
      parts.push(source.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, source.slice(from)];
}

const tokenPattern =
  /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[A-Za-z]|k<[^>]*>|\d+|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|\(\??[:=!<]?|\)|[*+?]\??|\{\d*,?\d*\}\??|[\s\S]/g;

/** Runs of characters outside groups and classes that stand for themselves and are not optional. */
function literalRuns(branch: string): string[] {
  const tokens = branch.match(tokenPattern) ?? [];
  const runs: string[] = [];
  let [run, depth] = ['', 0];
  const end = () => {
    runs.push(run);
    run = '';
  };
  for (const token of tokens) {
    const isOpen = token.startsWith('(');
    if (isOpen) depth++;
    if (token === ')') depth--;
    const literal = depth === 0 && !isOpen ? literalOf(token) : null;
    if (literal !== null) {
      run += literal;
      continue;
    }
    // A quantifier belongs to the character before it: optional ones take it away, all end the run.
    if (/^(?:[*?]|\{0*(?:,|\}))/.test(token)) run = run.slice(0, -1);
    end();
  }
  end();
  return runs;
}

function literalOf(token: string): string | null {
  if (token.length === 1) return /[.^$*+?()[\]{}|\\]/.test(token) ? null : token;
  if (token.length === 2 && token.startsWith('\\')) return /[\w]/.test(token.charAt(1)) ? null : token.charAt(1);
  return null;
}
