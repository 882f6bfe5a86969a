// Unified diffs as the protocol shows them: for each hunk the text before and after.
import type { ToolCallContent } from '@agentclientprotocol/sdk';

interface Hunk {
  readonly path: string;
  readonly isNew: boolean;
  readonly before: string[];
  readonly after: string[];
  /** Lines that are still to come. */
  left: { before: number; after: number };
}

const header = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/** One entry a hunk. Paths are made absolute by `inside`. */
export function diffContents(unified: string, inside: (path: string) => string): ToolCallContent[] {
  const hunks: Hunk[] = [];
  let [before, after] = ['', ''];
  for (const line of unified.split('\n')) {
    const hunk = hunks.at(-1);
    if (hunk !== undefined && isOpen(hunk)) {
      take(hunk, line);
      continue;
    }
    const start = header.exec(line);
    if (line.startsWith('--- ')) before = nameIn(line, 'a/');
    else if (line.startsWith('+++ ')) after = nameIn(line, 'b/');
    else if (start !== null) {
      const left = { before: Number(start[1] ?? 1), after: Number(start[2] ?? 1) };
      const isNew = before === '/dev/null';
      hunks.push({ path: after === '/dev/null' ? before : after, isNew, before: [], after: [], left });
    }
  }
  return hunks.map((hunk) => ({
    type: 'diff',
    path: inside(hunk.path),
    oldText: hunk.isNew ? null : hunk.before.join('\n'),
    newText: hunk.after.join('\n'),
  }));
}

function isOpen({ left }: Hunk): boolean {
  return left.before > 0 || left.after > 0;
}

function take(hunk: Hunk, line: string): void {
  if (line.startsWith('\\')) return;
  const text = line.slice(1);
  if (!line.startsWith('+')) {
    hunk.before.push(text);
    hunk.left.before--;
  }
  if (!line.startsWith('-')) {
    hunk.after.push(text);
    hunk.left.after--;
  }
}

function nameIn(line: string, prefix: string): string {
  const name = line.slice(4).replace(/\t.*$/, '');
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
