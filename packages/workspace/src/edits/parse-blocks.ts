// Reads search/replace blocks: a path, `<<<<<<< SEARCH`, the old lines, `=======`, the new lines, `>>>>>>> REPLACE`.
import { looksLikePath, mayBeSameFile, undecorated } from './edit-path.ts';
import { type FileStep, type Parsed, refuse } from './hunk.ts';
import { plainLines, toLineFeeds } from './lines.ts';

const opener = /^(<{5,})\s*SEARCH\b.*$/;
const anyCloser = /^>{5,}\s*REPLACE\b.*$/;

interface Block {
  readonly oldText: readonly string[];
  readonly newText: readonly string[];
  readonly next: number;
}

/** Reads the blocks of an answer; `path` is the file where a block names none, `exists` tells which paths are files. */
export function parseBlocks(text: string, path: string | undefined, exists: (path: string) => boolean): Parsed {
  const lines = plainLines(toLineFeeds(text));
  const steps: FileStep[] = [];
  let current = path;
  for (let i = 0; i < lines.length; ) {
    const mark = opener.exec(lines[i] ?? '')?.[1];
    if (mark === undefined) {
      if (anyCloser.test(lines[i] ?? ''))
        return refuse('malformed', `Line ${i + 1}: \`>>>>>>> REPLACE\` without a \`<<<<<<< SEARCH\` before it.`);
      i++;
      continue;
    }
    const block = readBlock(lines, i, mark.length);
    if (typeof block === 'string') return refuse('malformed', block, current);
    current = pathAbove(lines, i, { current, given: path, exists, creates: block.oldText.length === 0 });
    if (current === undefined)
      return refuse(
        'malformed',
        `The block at line ${i + 1} names no file: put its path on the line above \`<<<<<<< SEARCH\`.`,
      );
    steps.push(stepOf(current, block));
    i = block.next;
  }
  if (steps.length === 0)
    return refuse('malformed', 'There is no `<<<<<<< SEARCH` … `=======` … `>>>>>>> REPLACE` block in the edit.', path);
  return { kind: 'parsed', steps };
}

function stepOf(path: string, { oldText, newText }: Block): FileStep {
  const joined = (lines: readonly string[]) => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);
  if (oldText.length === 0) {
    return { op: 'write', path, content: joined(newText), newlineUnknown: true, mustBeNew: true };
  }
  return { op: 'replace', path, oldText: joined(oldText), newText: joined(newText), wholeLines: true, all: false };
}

/** The block that starts at a line, or what is wrong with it. */
function readBlock(lines: readonly string[], at: number, length: number): Block | string {
  const divider = new RegExp(`^={${length}}\\s*$`);
  const closer = new RegExp(`^>{${length}}\\s*REPLACE\\b.*$`);
  const dividers: number[] = [];
  for (let i = at + 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (opener.exec(line)?.[1]?.length === length) break;
    if (divider.test(line)) dividers.push(i);
    if (!closer.test(line)) continue;
    const [middle, second] = dividers;
    if (middle === undefined)
      return `The block at line ${at + 1} has no \`=======\` between the old and the new lines.`;
    if (second !== undefined)
      return `The block at line ${at + 1} has ${dividers.length} dividers: write its three marks longer than any such line of the file.`;
    return { oldText: lines.slice(at + 1, middle), newText: lines.slice(middle + 1, i), next: i + 1 };
  }
  return `The block at line ${at + 1} is not closed by \`${'>'.repeat(length)} REPLACE\`: the edit was cut off or a mark is wrong. Nothing was written.`;
}

interface PathContext {
  readonly current: string | undefined;
  readonly given: string | undefined;
  readonly exists: (path: string) => boolean;
  readonly creates: boolean;
}

/** The path named above a block, past an opening fence and blank lines; else the one that holds so far. */
function pathAbove(
  lines: readonly string[],
  at: number,
  { current, given, exists, creates }: PathContext,
): string | undefined {
  let i = at - 1;
  while (i >= 0 && /^\s*(?:(`{3,}|~{3,}).*)?$/.test(lines[i] ?? '')) i--;
  const line = lines[i] ?? '';
  if (i < 0 || anyCloser.test(line)) return current;
  const name = undecorated(line);
  if (given !== undefined && mayBeSameFile(name, given) && !exists(name)) return given;
  if (exists(name) || exists(line.trim())) return exists(name) ? name : line.trim();
  if (looksLikePath(name)) return name;
  return creates && /^[\w.-]+$/.test(name) && i === at - 1 ? name : current;
}
