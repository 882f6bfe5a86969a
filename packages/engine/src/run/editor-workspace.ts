// A workspace whose person has an editor open: files are read as they stand there, saved or not.
//
// The disk stays what counts, so that hashes, snapshots and undo hold: what is unsaved is shown when a file is read, and saved, by the
// editor itself, before that file is changed; a change is made on disk, all or nothing, and then told to the editor.
import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type { Edit, FileText, Workspace } from '@monkey-coder/workspace';
import type { EditorFiles } from '../engine.ts';

/** Longer files are not asked for: an editor does not hold them. */
const maxBytes = 4 * 1024 * 1024;

/** The same workspace with an editor before its files. */
export function withEditor(workspace: Workspace, editor: EditorFiles): Workspace {
  const { root, addedFolders, commands, snapshots, search, lister } = workspace;
  const buffers = new Buffers(workspace, editor);
  return {
    ...{ root, addedFolders, commands, snapshots, search, lister },
    readFile: (path) => buffers.read(path),
    readRange: (path, range) => workspace.readRange(path, range),
    changedFiles: (known) => buffers.changedFiles(known),
    outerFiles: () => workspace.outerFiles(),
    check: (path, access) => workspace.check(path, access),
    async planEdit(edit, seen) {
      for (const path of pathsOf(edit, seen)) await buffers.save(path);
      return workspace.planEdit(edit, seen);
    },
    syntaxAfter: (plan) => workspace.syntaxAfter(plan),
    diagnosticsAfter: (plan, waitMs) => workspace.diagnosticsAfter(plan, waitMs),
    async apply(plan) {
      const before = new Map<string, string | undefined>();
      for (const { path } of plan.files) before.set(path, await buffers.untouched(path));
      await workspace.apply(plan);
      for (const { path, after } of plan.files) if (after !== null) await buffers.show(path, before.get(path));
    },
    examine: (files) => workspace.examine(files),
    project: () => workspace.project(),
    code: () => workspace.code(),
    checks: () => workspace.checks(),
    close: () => workspace.close(),
  };
}

/** Files an edit is about, as far as they are known before it is read. */
function pathsOf(edit: Edit, seen: ReadonlyMap<string, string>): string[] {
  const named = 'path' in edit && edit.path !== undefined ? [edit.path] : [];
  const { text } = edit as { readonly text?: string };
  return text === undefined
    ? named
    : [...new Set([...named, ...[...seen.keys()].filter((path) => text.includes(path))])];
}

class Buffers {
  readonly #workspace: Workspace;
  readonly #editor: EditorFiles;

  constructor(workspace: Workspace, editor: EditorFiles) {
    this.#workspace = workspace;
    this.#editor = editor;
  }

  async read(path: string): Promise<FileText> {
    const file = await this.#workspace.readFile(path);
    const text = await this.#unsaved(file);
    return text === undefined ? file : { ...file, text, hash: hashOf(text), sizeBytes: Buffer.byteLength(text) };
  }

  /** Has the editor save what differs from the disk. Where it does not, the change that comes next is refused as stale. */
  async save(path: string): Promise<void> {
    const file = await this.#workspace.readFile(path).catch(() => undefined);
    if (file === undefined) return;
    const { path: checked } = await this.#workspace.check(path, 'write');
    const text = await this.#unsaved(file);
    if (text !== undefined) await this.#editor.write?.(this.#whole(checked), text);
  }

  /**
   * The text on disk, which the editor must have, too: somebody may have typed since the change was worked out. Throws MonkeyError
   * `workspace.stale`.
   */
  async untouched(path: string): Promise<string | undefined> {
    const file = await this.#workspace.readFile(path).catch(() => undefined);
    const typed = file === undefined ? await this.#editor.read?.(this.#whole(path)) : await this.#unsaved(file);
    if (typed !== undefined && typed !== '')
      throw new MonkeyError('workspace.stale', `${path} has changed in the editor since the change was worked out`);
    return file?.text;
  }

  /** Gives the editor what is on disk now, unless somebody has typed since it was `before`. */
  async show(path: string, before: string | undefined): Promise<void> {
    if (this.#editor.write === undefined) return;
    const file = await this.#workspace.readFile(path).catch(() => undefined);
    if (file === undefined || file.encoding !== 'utf-8' || file.sizeBytes > maxBytes) return;
    const other = await this.#unsaved(file);
    if (other === undefined || withoutReturns(other) === withoutReturns(before ?? ''))
      await this.#editor.write(this.#whole(file.path), file.text);
  }

  /** What the model saw of a file may be what is not saved yet: that is no change. */
  async changedFiles(known: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string | null>> {
    const changed = new Map(await this.#workspace.changedFiles(known));
    for (const path of changed.keys()) {
      const file = await this.#workspace.readFile(path).catch(() => undefined);
      const text = file === undefined ? undefined : await this.#unsaved(file);
      if (text !== undefined && hashOf(text) === known.get(path)) changed.delete(path);
    }
    return changed;
  }

  /** The editor's text of a file where it is another one than on disk; line endings are the editor's own affair. */
  async #unsaved(file: FileText): Promise<string | undefined> {
    if (file.encoding !== 'utf-8' || file.hasByteOrderMark || file.sizeBytes > maxBytes) return undefined;
    const text = await this.#editor.read?.(this.#whole(file.path));
    if (text === undefined || withoutReturns(text) === withoutReturns(file.text)) return undefined;
    return text;
  }

  #whole(path: string): string {
    return isAbsolute(path) ? path : join(this.#workspace.root, path);
  }
}

function withoutReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
