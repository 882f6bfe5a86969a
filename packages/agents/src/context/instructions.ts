// Reads instruction files (AGENTS.md and its relatives): nearest wins, imports bounded, whatever is broken becomes a notice.
import { readFile, stat } from 'node:fs/promises';
import { join as joinPath, posix } from 'node:path';
import { errorMessage } from '@monkey-coder/protocol';
import type { OuterFiles, Workspace } from '@monkey-coder/workspace';
import { importsOf } from './imports.ts';

/** One instruction file, ready for a prompt. */
export interface InstructionFile {
  /** As shown: relative to the workspace; absolute for the user's own file. */
  readonly path: string;
  readonly text: string;
}

/** What was found, general first, nearest last, and what was wrong with the rest. */
export interface Instructions {
  readonly files: readonly InstructionFile[];
  readonly notices: readonly string[];
}

/** Names looked for in each folder; the first that exists counts. */
const names = ['AGENTS.md', '.monkey/AGENTS.md', 'CLAUDE.md', 'GEMINI.md'];

/** Characters of all instruction files of one prompt together. */
export const instructionsLimit = 24_000;
const maxImportDepth = 3;
/** A file larger than this is no instruction file. */
const maxFileBytes = 256 * 1024;

/** Where to look. */
export interface InstructionQuery {
  readonly workspace: Workspace;
  /** Folder relative to the workspace in which the user works; `.` for the root. */
  readonly folder?: string;
  /** Absolute path of the user's own file; it may be missing. */
  readonly userFile?: string;
  readonly maxChars?: number;
}

/** Reads the user's file, those of the repository above the root, and those from the root down to the folder. Never throws for what files contain. */
export async function loadInstructions(query: InstructionQuery): Promise<Instructions> {
  const reader = new InstructionReader(query.workspace);
  if (query.userFile !== undefined) await reader.addUserFile(query.userFile);
  const outer = query.workspace.outerFiles();
  if (outer !== null) await reader.addOuter(outer);
  for (const folder of foldersDownTo(query.folder ?? '.')) await reader.addFolder(folder);
  return reader.finish(query.maxChars ?? instructionsLimit);
}

/** Reads the instruction file of one folder with its imports. */
export async function folderInstructions(
  workspace: Workspace,
  folder: string,
  maxChars: number,
): Promise<Instructions> {
  const reader = new InstructionReader(workspace);
  await reader.addFolder(folder);
  return reader.finish(maxChars);
}

/** `a/b` gives `.`, `a`, `a/b`. */
export function foldersDownTo(folder: string): string[] {
  const clean = posix.normalize(folder.split('\\').join('/')).replace(/\/$/, '');
  if (clean === '.' || clean.startsWith('..') || clean.startsWith('/')) return ['.'];
  const parts = clean.split('/');
  return ['.', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

/** Where instruction files are read from. */
interface InstructionSource {
  readonly files: Pick<OuterFiles, 'readFile' | 'check'>;
  /** Path as shown for a path of `files`. */
  readonly shown: (path: string) => string;
}

/** Collects files of one prompt; each file once. */
class InstructionReader {
  readonly #inner: InstructionSource;
  readonly #files: InstructionFile[] = [];
  readonly #notices: string[] = [];
  readonly #taken = new Set<string>();

  constructor(workspace: Workspace) {
    this.#inner = { files: workspace, shown: (path) => path };
  }

  async addUserFile(path: string): Promise<void> {
    try {
      const info = await stat(path);
      if (!info.isFile() || info.size > maxFileBytes) throw new Error('it is not a file of reasonable size');
      this.#take(path, await readFile(path, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#broken(path, error);
    }
  }

  async addFolder(folder: string, source: InstructionSource = this.#inner): Promise<void> {
    for (const name of names) {
      const path = folder === '.' ? name : `${folder}/${name}`;
      if (!(await this.#exists(source, path))) continue;
      await this.#addFile(source, path, 0);
      return;
    }
  }

  /** The folders from the repository's top down to the one that holds the root; shown as seen from the root. */
  async addOuter(outer: OuterFiles): Promise<void> {
    const source = { files: outer, shown: (path: string) => posix.relative(outer.prefix, path) };
    for (const folder of foldersDownTo(outer.prefix).slice(0, -1)) await this.addFolder(folder, source);
  }

  /** Nearest files keep their room; what does not fit is cut, and that is said. */
  finish(maxChars: number): Instructions {
    let left = maxChars;
    const kept: InstructionFile[] = [];
    for (const file of [...this.#files].reverse()) {
      const text = file.text.length <= left ? file.text : cutAtLine(file.text, left);
      if (text.length < file.text.length) {
        this.#notices.push(`${file.path}: only ${text.length} of ${file.text.length} characters were taken in`);
      }
      left -= text.length;
      if (text !== '') kept.unshift({ path: file.path, text });
    }
    return { files: kept, notices: this.#notices };
  }

  async #exists({ files, shown }: InstructionSource, path: string): Promise<boolean> {
    try {
      const checked = await files.check(path, 'read');
      return checked.exists && !checked.isDirectory;
    } catch (error) {
      this.#broken(shown(path), error);
      return false;
    }
  }

  async #addFile(source: InstructionSource, path: string, depth: number): Promise<void> {
    const shown = source.shown(path);
    if (this.#taken.has(shown)) return;
    try {
      const file = await source.files.readFile(path);
      if (file.sizeBytes > maxFileBytes) throw new Error(`it is larger than ${maxFileBytes} bytes`);
      this.#take(shown, file.text);
      await this.#addImports(source, path, { text: file.text, depth });
    } catch (error) {
      this.#broken(shown, error);
    }
  }

  async #addImports(
    source: InstructionSource,
    path: string,
    { text, depth }: { readonly text: string; readonly depth: number },
  ): Promise<void> {
    for (const reference of importsOf(text)) {
      const target = posix.normalize(joinPath(posix.dirname(path), reference).split('\\').join('/'));
      if (this.#taken.has(source.shown(target))) continue;
      if (depth >= maxImportDepth)
        this.#notices.push(`${source.shown(path)}: @${reference} is nested too deeply and left out`);
      else if (await this.#exists(source, target)) await this.#addFile(source, target, depth + 1);
    }
  }

  #take(path: string, text: string): void {
    this.#taken.add(path);
    const clean = text
      .replace(/^\uFEFF/, '')
      .replace(/\r\n/g, '\n')
      .trim();
    if (clean.includes('\0')) throw new Error('it is binary');
    if (clean !== '') this.#files.push({ path, text: clean });
  }

  #broken(path: string, error: unknown): void {
    this.#notices.push(`${path} was left out: ${errorMessage(error)}`);
  }
}

function cutAtLine(text: string, maxChars: number): string {
  const end = text.lastIndexOf('\n', Math.max(0, maxChars));
  return end <= 0 ? '' : text.slice(0, end);
}
