// Makes small wrong versions of code: what a test of the changed lines has to notice.
//
// Operators are those that studies of mutation testing found enough (Offutt and others, "An Experimental Determination of
// Sufficient Mutant Operators", 1996): comparison, logic, arithmetic, constants; and a statement that is left out. Strings and
// comments are masked first, so that only code is changed; whether a mutant still parses is for the caller to look at.
import type { LanguageId } from '../code/language.ts';

/** One wrong version of a file. */
export interface Mutant {
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** Such as `< became <=`. */
  readonly change: string;
  /** The whole file. */
  readonly text: string;
}

interface Operator {
  readonly pattern: RegExp;
  readonly replace: (match: RegExpExecArray, language: LanguageId) => string | null;
}

const comparisons: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
  '<=': '<',
  '>=': '>',
  '<': '<=',
  '>': '>=',
};
const arithmetic: Readonly<Record<string, string>> = { '+': '-', '-': '+', '*': '/', '/': '*', '%': '*' };
const logic: Readonly<Record<string, string>> = { '&&': '||', '||': '&&', and: 'or', or: 'and' };
const booleans: Readonly<Record<string, string>> = { true: 'false', false: 'true', True: 'False', False: 'True' };

const operators: readonly Operator[] = [
  // Spaces on both sides: `<` of type arguments and `->` are none.
  { pattern: /(?<=\s)(===|!==|==|!=|<=|>=|<|>)(?=\s)/g, replace: ([sign = '']) => comparisons[sign] ?? null },
  { pattern: /(?<=\s)(&&|\|\||\band\b|\bor\b)(?=\s)/g, replace: ([sign = '']) => logic[sign] ?? null },
  { pattern: /(?<=[\w)\]] )([+\-*/%])(?= [\w(])/g, replace: ([sign = '']) => arithmetic[sign] ?? null },
  { pattern: /\b(?:true|false|True|False)\b/g, replace: ([word = '']) => booleans[word] ?? null },
  {
    pattern: /(?<![\w.])\d+(?![\w.])/g,
    replace: ([digits = '']) => (digits === '0' ? '1' : digits === '1' ? '0' : `${Number(digits) + 1}`),
  },
  { pattern: /(?<=\bif \(|\bwhile \()(?=[^)\s])/g, replace: () => '!' },
  {
    pattern: /(?<=^\s*(?:if|elif|while) )(?=[^\s(][^:]*:)/g,
    replace: (_match, language) => (language === 'python' ? 'not ' : null),
  },
];

/** Statements that can be left out whole: a call, an assignment, an early return. */
const statement: Readonly<Partial<Record<LanguageId, RegExp>>> = {
  javascript: /^(\s*)((?:await )?[\w.[\]$]+(?:\(.*\)|\s*(?:[-+*/|&?]{0,2}=(?!=|>)).+);?)$/,
  python: /^(\s+)([\w.[\]]+(?:\(.*\)|\s*[-+*/|&]?=(?!=).+))$/,
  go: /^(\s+)([\w.[\]]+(?:\(.*\)|\s*[-+*/|&]?=(?!=).+))$/,
  java: /^(\s+)([\w.[\]]+(?:\(.*\)|\s*[-+*/|&]?=(?!=).+);)$/,
  rust: /^(\s+)([\w.[\]]+(?:\(.*\)|\s*[-+*/|&]?=(?!=).+);)$/,
  csharp: /^(\s+)([\w.[\]]+(?:\(.*\)|\s*[-+*/|&]?=(?!=).+);)$/,
  php: /^(\s+)(\$?[\w.[\]>$-]+(?:\(.*\)|\s*[-+*/|&]?=(?!=).+);)$/,
};

/** Mutants of these lines (1-based), in the order of the text. */
export function mutantsOf(language: LanguageId, text: string, lines: readonly number[]): Mutant[] {
  const masked = masking(language, text).split('\n');
  const all = text.split('\n');
  return lines.flatMap((line) => {
    const [shown, original] = [masked[line - 1] ?? '', all[line - 1] ?? ''];
    if (shown.trim() === '' || /^\s*(?:import|from|export \*|use|package|#include|require|@)\b/.test(shown)) return [];
    const place = { all, line, original };
    return [...changes(place, shown, language), ...removal(place, shown, language)];
  });
}

interface Place {
  readonly all: readonly string[];
  readonly line: number;
  readonly original: string;
}

function changes(place: Place, shown: string, language: LanguageId): Mutant[] {
  return operators.flatMap(({ pattern, replace }) =>
    [...shown.matchAll(pattern)].flatMap((match) => {
      const to = replace(match, language);
      if (to === null) return [];
      const from = match[0];
      const { original } = place;
      const changed = original.slice(0, match.index) + to + original.slice(match.index + from.length);
      const change = from === '' ? 'the condition became its opposite' : `${from} became ${to}`;
      return [mutant(place, { column: match.index + 1, change, changed })];
    }),
  );
}

function removal(place: Place, shown: string, language: LanguageId): Mutant[] {
  const family = language === 'typescript' || language === 'tsx' ? 'javascript' : language;
  const match = statement[family]?.exec(shown.trimEnd());
  if (!match) return [];
  const lead = match[1] ?? '';
  const changed = language === 'python' ? `${lead}pass` : '';
  return [mutant(place, { column: lead.length + 1, change: 'the statement was left out', changed })];
}

function mutant(
  { all, line }: Place,
  { column, change, changed }: { readonly column: number; readonly change: string; readonly changed: string },
): Mutant {
  const text = [...all.slice(0, line - 1), changed, ...all.slice(line)].join('\n');
  return { line, column, change, text };
}

const hashComments: ReadonlySet<LanguageId> = new Set(['python', 'ruby', 'bash', 'php', 'powershell']);

/** The text with strings and comments made of `_` and blanks, so that every place stays where it is. */
function masking(language: LanguageId, text: string): string {
  const strings = /"""[\s\S]*?"""|'''[\s\S]*?'''|`(?:[^`\\]|\\[\s\S])*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/;
  const comments = hashComments.has(language) ? /#[^\n]*/ : /\/\/[^\n]*|\/\*[\s\S]*?\*\//;
  return text.replace(new RegExp(`${strings.source}|${comments.source}`, 'g'), (match) =>
    /^["'`]/.test(match) ? match.replace(/[^\n]/g, '_') : match.replace(/[^\n]/g, ' '),
  );
}
