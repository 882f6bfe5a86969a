// Reads the `*** Begin Patch` format: add, delete, update and move files, hunks with scopes instead of line numbers.
import { tidyPath } from './edit-path.ts';
import { type FileStep, type Hunk, type HunkLine, type Parsed, refuse } from './hunk.ts';
import { plainLines, toLineFeeds } from './lines.ts';

/** Reads a patch; text round it (a heredoc, a fence, prose) is left aside. */
export function parsePatch(text: string): Parsed {
  const lines = plainLines(toLineFeeds(text));
  const begin = lines.findIndex((line) => line.trim() === '*** Begin Patch');
  if (begin < 0) return refuse('malformed', 'The patch must start with the line `*** Begin Patch`.');
  const end = lines.findIndex((line, i) => i > begin && line.trimEnd() === '*** End Patch');
  if (end < 0) return refuse('malformed', 'The patch has no `*** End Patch`: it was cut off. Nothing was written.');
  if (lines.slice(end + 1).some((line) => line.trim() === '*** Begin Patch'))
    return refuse('malformed', 'Send one patch at a time: there are two `*** Begin Patch`.');
  const steps: FileStep[] = [];
  for (let i = begin + 1; i < end; ) {
    if ((lines[i] ?? '').trim() === '') {
      i++;
      continue;
    }
    const part = readPart(lines, i, end);
    if (typeof part === 'string') return refuse('malformed', part);
    steps.push(part.step);
    i = part.next;
  }
  if (steps.length === 0)
    return refuse(
      'malformed',
      'The patch is empty: it needs an `*** Add File:`, `*** Update File:` or `*** Delete File:` part.',
    );
  return { kind: 'parsed', steps };
}

interface Part {
  readonly step: FileStep;
  readonly next: number;
}

function readPart(lines: readonly string[], at: number, end: number): Part | string {
  const head = /^\*\*\* (Add|Delete|Update) File: (.+)$/.exec((lines[at] ?? '').trimEnd());
  if (!head?.[2])
    return `Line ${at + 1}: expected \`*** Add File:\`, \`*** Update File:\` or \`*** Delete File:\`, found \`${(lines[at] ?? '').slice(0, 80)}\`.`;
  const path = tidyPath(head[2]);
  let next = at + 1;
  while (next < end && !/^\*\*\* (?!End of File)/.test(lines[next] ?? '')) next++;
  if (head[1] === 'Add') return readAdded(lines, at + 1, next, path);
  if (head[1] === 'Update') return readUpdate(lines, at + 1, next, end, path);
  if (lines.slice(at + 1, next).some((line) => line.trim() !== ''))
    return `Line ${at + 2}: nothing may stand under \`*** Delete File:\`.`;
  return { step: { op: 'delete', path, hunks: [] }, next };
}

function readAdded(lines: readonly string[], from: number, to: number, path: string): Part | string {
  const body: string[] = [];
  for (let i = from; i < to; i++) {
    const line = lines[i] ?? '';
    if (line.startsWith('+')) body.push(line.slice(1));
    else if (line.trim() !== '') return `Line ${i + 1}: each line of an added file starts with \`+\`.`;
    else if (lines.slice(i, to).some((rest) => rest.startsWith('+'))) body.push('');
  }
  const content = body.length === 0 ? '' : `${body.join('\n')}\n`;
  return { step: { op: 'write', path, content, newlineUnknown: true, mustBeNew: true }, next: to };
}

function readUpdate(lines: readonly string[], from: number, stop: number, end: number, path: string): Part | string {
  let to = stop;
  let start = from;
  const move = /^\*\*\* Move to: (.+)$/.exec((lines[from] ?? '').trimEnd())?.[1];
  if (move !== undefined) {
    start = from + 1;
    to = start;
    while (to < end && !/^\*\*\* (?!End of File)/.test(lines[to] ?? '')) to++;
  }
  const hunks = readHunks(lines, start, to);
  if (typeof hunks === 'string') return hunks;
  if (move !== undefined) return { step: { op: 'hunks', path, hunks, moveTo: tidyPath(move) }, next: to };
  if (hunks.length === 0) return `\`*** Update File: ${path}\` has no hunk: give the lines to change under \`@@\`.`;
  return { step: { op: 'hunks', path, hunks }, next: to };
}

function readHunks(lines: readonly string[], from: number, to: number): Hunk[] | string {
  const hunks: Hunk[] = [];
  let scopes: string[] = [];
  let body: HunkLine[] = [];
  let atEnd = false;
  const close = () => {
    if (body.length > 0) {
      hunks.push({ lines: body, scopes, atEnd, isMarked: true });
      scopes = [];
    }
    body = [];
    atEnd = false;
  };
  for (let i = from; i < to; i++) {
    const line = lines[i] ?? '';
    const scope = /^@@(?:$|\s(.*)$)/.exec(line);
    if (scope) {
      close();
      // Line numbers, and what a diff shows after them, bind nothing.
      const name = (scope[1] ?? '').trim().replace(/\s*@@$/, '');
      if (name !== '' && !/^(?:[-+\d, .@]*$|-\d[\d,]* \+\d)/.test(name)) scopes.push(name);
    } else if (/^\*\*\* End of File\s*$/.test(line)) atEnd = true;
    else body.push(markedLine(line));
  }
  const left = scopes.length;
  close();
  return left > 0 && scopes.length === left
    ? `The last \`@@\` has no lines under it: the patch was cut off or is wrong.`
    : hunks;
}

/** A line by its mark; one without a mark is taken as context, which has to be in the file as it stands. */
function markedLine(line: string): HunkLine {
  if (line.startsWith('+')) return { kind: 'add', text: line.slice(1) };
  if (line.startsWith('-')) return { kind: 'delete', text: line.slice(1) };
  return { kind: 'context', text: line.startsWith(' ') ? line.slice(1) : line };
}
