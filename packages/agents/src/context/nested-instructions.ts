// Instructions of a subfolder, delivered once, when the first file there is touched.
import { type Message, messageText } from '@monkey-coder/protocol';
import type { Workspace } from '@monkey-coder/workspace';
import { folderInstructions, foldersDownTo, type InstructionFile } from './instructions.ts';

/** Characters of one delivery. */
const maxChars = 8_000;
/** Files of one delivery. */
const maxFiles = 4;

/** What is known and what was touched. */
export interface NestedQuery {
  readonly workspace: Workspace;
  readonly system: string;
  readonly messages: readonly Message[];
  /** Paths relative to the workspace. */
  readonly touched: readonly string[];
  /** Folders looked at before; grows. */
  readonly visited: Set<string>;
}

/** A note for the model with instructions it has not seen, or nothing. */
export async function nestedInstructions(
  query: NestedQuery,
): Promise<{ readonly text?: string; readonly notices: readonly string[] }> {
  const folders = new Set(query.touched.flatMap(subfoldersOf).filter((folder) => !query.visited.has(folder)));
  if (folders.size === 0) return { notices: [] };
  const known = knownFiles(query);
  const files: InstructionFile[] = [];
  const notices: string[] = [];
  for (const folder of folders) {
    if (files.length >= maxFiles) break;
    query.visited.add(folder);
    const found = await folderInstructions(query.workspace, folder, maxChars);
    files.push(...found.files.filter((file) => !known.has(file.path)));
    notices.push(...found.notices);
  }
  if (files.length === 0) return { notices };
  return { text: `Instructions for files in these folders:\n\n${formatInstructions(files)}`, notices };
}

/** Instruction files as they stand in a prompt. */
export function formatInstructions(files: readonly InstructionFile[]): string {
  return files.map((file) => `<instructions path="${file.path}">\n${file.text}\n</instructions>`).join('\n\n');
}

function subfoldersOf(path: string): string[] {
  const slash = path.lastIndexOf('/');
  return slash <= 0 || path.startsWith('/') ? [] : foldersDownTo(path.slice(0, slash)).slice(1);
}

/** Files whose text the model has been given already. */
function knownFiles({ system, messages }: NestedQuery): Set<string> {
  const texts = [system, ...messages.filter((message) => message.role === 'user').map(messageText)];
  const marks = texts.flatMap((text) => [...text.matchAll(/<instructions path="([^"]*)">/g)]);
  return new Set(marks.map((mark) => mark[1] ?? ''));
}
