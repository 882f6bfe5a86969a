// Finds the lines that use a name: the index knows which files, these are read again for the lines as they are now.
import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import type { ReferencePlace } from './code-intelligence.ts';
import type { CodeParser, FileOutline } from './code-parser.ts';
import { languageOfPath } from './language.ts';
import { maxIndexedBytes } from './left-out.ts';
import { createCodeParser } from './tree-sitter-parser.ts';

const MAX_TEXT = 200;

/** At most `limit` places, in the order of `paths` and lines. Throws the signal's reason when aborted. */
export async function findReferences(query: {
  readonly root: string;
  readonly name: string;
  readonly paths: readonly string[];
  readonly limit: number;
  readonly signal: AbortSignal;
}): Promise<readonly ReferencePlace[]> {
  const { root, name, paths, limit, signal } = query;
  const parser = createCodeParser();
  const places: ReferencePlace[] = [];
  try {
    for (const path of paths) {
      if (places.length >= limit) break;
      places.push(...(await placesIn(parser, { root, path, name })));
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  } finally {
    parser.close();
  }
  return places.slice(0, limit);
}

async function placesIn(
  parser: CodeParser,
  { root, path, name }: { readonly root: string; readonly path: string; readonly name: string },
): Promise<ReferencePlace[]> {
  const language = languageOfPath(path);
  const bytes = readRegularFile(join(root, path), maxIndexedBytes)?.bytes;
  if (language === null || bytes === undefined) return [];
  const text = bytes.toString('utf8');
  const outline = await parser.outline(language, text);
  const lines = text.split('\n');
  const used = outline.references.filter((reference) => reference.name === name).map(({ line }) => line);
  const imported = outline.imports
    .filter(({ names }) => names.some((one) => one.name === name))
    .map(({ line }) => line);
  return [...new Set([...imported, ...used])]
    .sort((one, other) => one - other)
    .map((line) => ({
      path,
      line,
      text: (lines[line - 1] ?? '').trim().slice(0, MAX_TEXT),
      container: containerOf(outline, line),
    }));
}

function containerOf({ definitions }: FileOutline, line: number): string | null {
  let inner: string | null = null;
  let size = Number.POSITIVE_INFINITY;
  for (const { name, container, firstLine, lastLine, kind } of definitions) {
    if (kind === 'constant' || kind === 'variable' || line < firstLine || line > lastLine) continue;
    if (lastLine - firstLine >= size) continue;
    size = lastLine - firstLine;
    inner = container === null ? name : `${container}.${name}`;
  }
  return inner;
}
