// The check of an edited file's syntax: what the first edit of a language costs, and each one after it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { syntaxChange } from '../../packages/workspace/src/checks/syntax-check.ts';
import { languageOfPath } from '../../packages/workspace/src/code/language.ts';
import { createCodeParser } from '../../packages/workspace/src/code/tree-sitter-parser.ts';
import { type Figure, quantile, report } from '../models/figure.ts';

const grammars = join('apps', 'cli', 'dist', 'grammars');
const goalMs = 20;

/** Edits every source file of a folder (this repository's packages) twice: once right, once with a line of brackets. */
export async function measure(folder = 'packages'): Promise<readonly Figure[]> {
  const parser = createCodeParser({
    readGrammar: async (name) => brotliDecompressSync(readFileSync(join(grammars, `${name}.wasm.br`))),
  });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => languageOfPath(path) !== null && !/node_modules|dist/.test(path),
  );
  const started = performance.now();
  await syntaxChange(parser, 'a.ts', { before: null, after: 'let a = 1;\n' });
  const firstMs = performance.now() - started;
  const [right, broken, noticed]: [number[], number[], boolean[]] = [[], [], []];
  for (const path of files) {
    const before = readFileSync(join(folder, path), 'utf8');
    const lines = before.split('\n');
    const middle = Math.floor(lines.length / 2);
    const after = [...lines.slice(0, middle), ')]} = {([', ...lines.slice(middle)].join('\n');
    await timed(right, () => syntaxChange(parser, path, { before, after: `${before}\n` }));
    const change = await timed(broken, () => syntaxChange(parser, path, { before, after }));
    noticed.push((change?.problems.length ?? 0) > 0);
  }
  parser.close();
  const share = noticed.filter(Boolean).length / noticed.length;
  return [
    figure('first edit of a language (parser and grammar loaded)', firstMs, 250),
    figure(`right edit, half of ${files.length} files`, quantile(right, 0.5), goalMs),
    figure('right edit, 95 of 100', quantile(right, 0.95), goalMs),
    figure('broken edit, 95 of 100', quantile(broken, 0.95), goalMs * 2),
    {
      what: 'broken edits noticed (a long string may take the brackets)',
      goal: '≥ 95 %',
      measured: `${(share * 100).toFixed(1)} %`,
      isMet: share >= 0.95,
    },
  ];
}

async function timed<T>(into: number[], work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  into.push(performance.now() - started);
  return result;
}

function figure(what: string, ms: number, goal: number): Figure {
  return { what, goal: `≤ ${goal} ms`, measured: `${ms.toFixed(1)} ms`, isMet: ms <= goal };
}

if (process.argv[1]?.endsWith('workspace/syntax.ts')) report(await measure(process.argv[2]));
