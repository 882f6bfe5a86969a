// Does ranked search find a function by what its docstring says? The docstrings are taken out of the text that is indexed.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createFileLister, loadCodeIntelligence, loadCodeParser } from '@monkey-coder/workspace';

interface Question {
  readonly docstring: string;
  readonly path: string;
  readonly name: string;
}

/** Of all questions: mean reciprocal rank, and the share whose function is among the first. */
interface Quality {
  readonly questions: number;
  readonly mrrAt10: number;
  readonly hitAt1: number;
  readonly hitAt10: number;
}

const MAX_QUESTIONS = 1_000;
const MIN_WORDS = 4;
const signal = new AbortController().signal;

/** Quality of ranked search beside that of counting words, as grep would; asked with the first sentence and with the first paragraph. */
export async function evaluateRetrieval(given: string): Promise<Readonly<Record<string, Quality>>> {
  const source = realpathSync(resolve(given));
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-retrieval-')));
  try {
    const { questions, texts } = await withoutDocstrings(source, root);
    const code = await loadCodeIntelligence({ root, lister: createFileLister(root), cacheFolder: null });
    await code.ready({ signal });
    const chunks = await functionsOf(texts);
    const result: Record<string, Quality> = {};
    for (const [form, part] of Object.entries(parts)) {
      const asked = evenly(
        questions.map((question) => ({ ...question, text: part(question.docstring) })).filter(isAsked),
        MAX_QUESTIONS,
      );
      result[`ranked, ${form}`] = await quality(asked, async (text) => code.rank(text, { limit: 10, signal }));
      result[`substrings, ${form}`] = await quality(asked, async (text) => bySubstrings(text, chunks));
    }
    await code.close();
    return result;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const parts = {
  'first sentence': (docstring: string) => onOneLine(docstring.split(/(?<=\.)\s|\n\s*\n/)[0]),
  'first paragraph': (docstring: string) => onOneLine(docstring.split(/\n\s*\n/)[0]),
};

function onOneLine(text = ''): string {
  return text.replace(/\s+/g, ' ').trim();
}

function isAsked({ text }: { readonly text: string }): boolean {
  return text.split(' ').length >= MIN_WORDS;
}

interface Piece {
  readonly path: string;
  readonly name: string;
}

async function quality(
  questions: readonly (Question & { readonly text: string })[],
  answer: (text: string) => Promise<readonly Piece[]>,
): Promise<Quality> {
  let [reciprocal, first, ten] = [0, 0, 0];
  for (const question of questions) {
    const pieces = await answer(question.text);
    const rank = pieces.findIndex(({ path, name }) => path === question.path && name === question.name);
    if (rank < 0 || rank >= 10) continue;
    reciprocal += 1 / (rank + 1);
    ten++;
    if (rank === 0) first++;
  }
  const share = (value: number) => Number((value / Math.max(1, questions.length)).toFixed(3));
  return { questions: questions.length, mrrAt10: share(reciprocal), hitAt1: share(first), hitAt10: share(ten) };
}

function evenly<T>(list: readonly T[], most: number): T[] {
  const step = Math.max(1, list.length / most);
  return Array.from({ length: Math.min(list.length, most) }, (_, at) => list[Math.floor(at * step)] as T);
}

/** Copies the Python files without the docstrings of their functions, which become questions. */
async function withoutDocstrings(source: string, root: string) {
  const parser = await loadCodeParser();
  const { paths } = await createFileLister(source).list({ glob: '**/*.py', limit: Number.MAX_SAFE_INTEGER });
  const questions: Question[] = [];
  const texts = new Map<string, string>();
  for (const path of paths) {
    const lines = readFileSync(join(source, path), 'utf8').split('\n');
    const { definitions } = await parser.outline('python', lines.join('\n'));
    for (const { kind, name, container, nameLine, lastLine } of definitions) {
      if (kind !== 'function' && kind !== 'method') continue;
      const docstring = takeDocstring(lines, nameLine, lastLine);
      if (docstring !== '')
        questions.push({ docstring, path, name: container === null ? name : `${container}.${name}` });
    }
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    const bare = lines.join('\n');
    writeFileSync(target, bare);
    texts.set(path, bare);
  }
  parser.close();
  return { questions, texts };
}

/** Empties the docstring of the function at that line, and gives it. */
function takeDocstring(lines: string[], nameLine: number, lastLine: number): string {
  let first = nameLine - 1;
  while (first < lastLine && !/:\s*(?:#.*)?$/.test(lines[first] ?? '')) first++;
  first++;
  const opening = /^(\s*)[rRbBuU]*("""|''')/.exec(lines[first] ?? '');
  if (!opening || first >= lastLine) return '';
  const [start, indent = '', quote = '"""'] = opening;
  const rest = lines.slice(first, lastLine).join('\n').slice(start.length);
  const end = rest.indexOf(quote);
  const docstring = end < 0 ? rest : rest.slice(0, end);
  const count = docstring.split('\n').length;
  // A function must not be left without a body.
  for (let at = 0; at < count; at++) lines[first + at] = at === 0 ? `${indent}pass` : '';
  return docstring.trim();
}

interface CountedPiece extends Piece {
  readonly text: string;
}

async function functionsOf(texts: ReadonlyMap<string, string>): Promise<CountedPiece[]> {
  const parser = await loadCodeParser();
  const pieces: CountedPiece[] = [];
  for (const [path, text] of texts) {
    const lines = text.split('\n');
    for (const { kind, name, container, firstLine, lastLine } of (await parser.outline('python', text)).definitions) {
      if (kind !== 'function' && kind !== 'method') continue;
      const body = `${path}\n${lines.slice(firstLine - 1, lastLine).join('\n')}`.toLowerCase();
      pieces.push({ path, name: container === null ? name : `${container}.${name}`, text: body });
    }
  }
  parser.close();
  return pieces;
}

/** How many words of the question a function holds anywhere; the shorter function first where as many. */
function bySubstrings(question: string, pieces: readonly CountedPiece[]): CountedPiece[] {
  const words = [...new Set(question.toLowerCase().match(/[a-z_]{3,}/g) ?? [])];
  const counted = pieces.map((piece) => ({ piece, count: words.filter((word) => piece.text.includes(word)).length }));
  counted.sort((one, other) => other.count - one.count || one.piece.text.length - other.piece.text.length);
  return counted.slice(0, 10).map(({ piece }) => piece);
}
