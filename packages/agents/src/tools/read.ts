// The tool that reads a file or lists a folder.
import { isMonkeyError } from '@monkey-coder/protocol';
import { anchorOf, type FileText, type LineRange } from '@monkey-coder/workspace';
import * as z from 'zod/mini';
import { listFolder } from './folder-listing.ts';
import { failure, succeeded } from './results.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';

const parameters = z.object({
  path: z.string().check(z.minLength(1)),
  offset: z.optional(z.int().check(z.minimum(1))),
  limit: z.optional(z.int().check(z.minimum(1))),
});
type Arguments = z.infer<typeof parameters>;

const maxLines = 2000;
const maxChars = 50_000;

/** Reads text as it is, without line numbers: what is shown can be given back to `edit`. */
export const readTool: Tool<Arguments> = makeReadTool('plain');

/** Reads text with the anchor of each line before it, for editing by anchors. */
export const anchoredReadTool: Tool<Arguments> = makeReadTool('anchors');

type Shown = 'plain' | 'anchors';

function makeReadTool(shown: Shown): Tool<Arguments> {
  const how = shown === 'plain' ? 'text is shown exactly as in the file' : 'each line after its anchor and a tab';
  return {
    name: 'read',
    description: `Read a text file (or list a folder). Up to 2000 lines from line \`offset\`; ${how}.`,
    parameters,
    intent: ({ path }) => ({ title: `read ${path}`, effect: 'read', paths: [path] }),
    prepare: async (args, context) => ({ effect: { kind: 'none' }, run: () => read(args, context, shown) }),
    resolve: async () => 'run-again',
  };
}

async function read(args: Arguments, context: ToolContext, shown: Shown): Promise<ToolResult> {
  try {
    const checked = await context.workspace.check(args.path, 'read');
    if (checked.isDirectory) return succeeded(await listFolder(context, checked.path));
    const file = await wholeFile(args.path, context);
    if (file === undefined) return succeeded(await rangeOf(args, context));
    context.seen.set(file.path, file.hash);
    return succeeded(window(shown === 'plain' ? file.text : anchored(file.text), args));
  } catch (error) {
    return failure(error);
  }
}

/** A file's text; undefined when it is too large to be held. */
async function wholeFile(path: string, { workspace }: ToolContext): Promise<FileText | undefined> {
  try {
    return await workspace.readFile(path);
  } catch (error) {
    if (isMonkeyError(error) && error.code === 'workspace.too-large') return undefined;
    throw error;
  }
}

/** The asked lines of a large file. It does not count as seen: whoever has a piece of it cannot replace it. */
async function rangeOf({ path, offset = 1, limit = maxLines }: Arguments, { workspace }: ToolContext): Promise<string> {
  const query = { firstLine: offset, maxLines: Math.min(limit, maxLines), maxBytes: maxChars };
  const range = await workspace.readRange(path, query);
  if (range.lineCount === 0) return `[the file has only ${range.totalLines} lines]`;
  const last = offset - 1 + range.lineCount;
  const total = range.totalLines === null ? `a file of ${sizeOf(range)}` : `${range.totalLines}`;
  const more = range.isEnd ? '' : `; go on with offset ${last + 1}, or find the place with grep or \`tail\``;
  const cut = range.isCut ? `; the line is cut at ${maxChars} bytes` : '';
  return `${range.text.replace(/\n$/, '')}\n[lines ${offset}-${last} of ${total}${more}${cut}]`;
}

function sizeOf({ sizeBytes }: LineRange): string {
  return sizeBytes >= 1024 ** 3
    ? `${(sizeBytes / 1024 ** 3).toFixed(1)} GiB`
    : `${Math.ceil(sizeBytes / 1024 ** 2)} MiB`;
}

/** The asked lines, bounded, with how to go on when it is not the whole file. */
function window(text: string, { offset = 1, limit = maxLines }: Arguments): string {
  if (text === '') return '[empty file]';
  const lines = text.split('\n');
  const total = text.endsWith('\n') ? lines.length - 1 : lines.length;
  if (offset > total) return `[the file has only ${total} lines]`;
  const wanted = lines.slice(offset - 1, Math.min(total, offset - 1 + Math.min(limit, maxLines)));
  const kept = withinChars(wanted);
  const last = offset - 1 + kept.length;
  const shown = kept.join('\n').slice(0, maxChars);
  if (offset === 1 && last === total && shown.length < maxChars) return text;
  const more = last < total ? `; go on with offset ${last + 1}` : '';
  const cut =
    kept.length === 1 && (kept[0]?.length ?? 0) > maxChars ? `; the line is cut at ${maxChars} characters` : '';
  return `${shown}\n[lines ${offset}-${last} of ${total}${more}${cut}]`;
}

function anchored(text: string): string {
  const lines = text.split('\n');
  const last = text.endsWith('\n') ? lines.length - 1 : lines.length;
  return lines.map((line, at) => (at < last ? `${anchorOf(line, at + 1)}\t${line}` : line)).join('\n');
}

/** Whole lines up to the character limit, at least one. */
function withinChars(lines: readonly string[]): string[] {
  let used = 0;
  const end = lines.findIndex((line) => {
    used += line.length + 1;
    return used > maxChars;
  });
  return end < 0 ? [...lines] : lines.slice(0, Math.max(1, end));
}
