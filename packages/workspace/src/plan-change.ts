// Works out what an edit makes of the files on disk, carries it out, and tells after a crash whether it was.
import type { Stats } from 'node:fs';
import { type FileChange, MonkeyError } from '@monkey-coder/protocol';
import { applyEdit, type EditedFile, type EditResult } from './edits/apply.ts';
import type { Edit, EditRefusal } from './edits/edit.ts';
import { diffStat, unifiedDiff } from './edits/unified-diff.ts';
import type { SafeWriter } from './files/atomic-write.ts';
import { type CheckedPath, isInside, type PathGuard, requireRegularFile } from './files/path-guard.ts';
import { decodeText, defaultTextFormat, encodeText, type TextFormat } from './files/text-encoding.ts';
import { contentHash, maxTextBytes, readBytes } from './files/text-file.ts';
import type { ChangePlan, PlannedFile, PlanState } from './workspace.ts';

interface DiskText {
  readonly bytes: Buffer;
  readonly text: string;
  readonly format: TextFormat;
}

interface Write {
  readonly path: string;
  readonly bytes: Buffer | null;
  /** Permission bits of a moved file; others keep theirs. */
  readonly mode?: number;
}

/** A file of a plan as text; null where it does not exist. */
export interface PlannedText {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Plans and applies changes of one workspace. Plans can be applied only by the planner that made them. */
export class ChangePlanner {
  readonly #guard: PathGuard;
  readonly #writer: SafeWriter;
  readonly #writes = new WeakMap<ChangePlan, readonly Write[]>();
  readonly #texts = new WeakMap<ChangePlan, readonly PlannedText[]>();

  constructor(guard: PathGuard, writer: SafeWriter) {
    this.#guard = guard;
    this.#writer = writer;
  }

  /** See `Workspace.planEdit`. */
  plan(edit: Edit, seen: ReadonlyMap<string, string>): ChangePlan | EditRefusal {
    const onDisk = new Map<string, DiskText>();
    const read = (path: string): string | null => {
      const checked = this.#guard.check(path, 'read');
      const file = this.#readText(checked);
      if (file === null) return null;
      const expected = seen.get(checked.path);
      if (expected !== undefined && expected !== contentHash(file.bytes)) throw stale(checked.path, 'it was last read');
      onDisk.set(checked.path, file);
      return file.text;
    };
    const result = applyEdit(edit, { read, allows: (path) => this.#allows(path) });
    return result.kind === 'refused' ? result : this.#planOf(result, onDisk);
  }

  /** See `Workspace.apply`. When one file fails, those already written get their old content back. */
  apply(plan: ChangePlan): void {
    const writes = this.#writes.get(plan);
    if (writes === undefined)
      throw new MonkeyError('internal.bug', 'a change plan was applied by another workspace than made it');
    for (const file of plan.files) {
      if (this.#hashNow(file.path) !== file.before) throw stale(file.path, 'the change was worked out');
    }
    const undo: Write[] = [];
    try {
      for (const write of writes) {
        undo.unshift(this.#asItIs(write.path));
        this.#write(write);
      }
    } catch (error) {
      for (const write of undo) this.#tryWrite(write);
      throw error;
    }
  }

  /** Texts of the files of a plan, before and after. */
  texts(plan: ChangePlan): readonly PlannedText[] {
    return this.#texts.get(plan) ?? [];
  }

  /** See `Workspace.examine`. */
  examine(files: readonly PlannedFile[]): PlanState {
    const states = files.map((file) => {
      const now = this.#hashNow(file.path);
      if (now === file.after) return 'applied';
      return now === file.before ? 'not-applied' : 'changed-since';
    });
    if (states.includes('changed-since')) return 'changed-since';
    if (states.every((state) => state === 'applied')) return 'applied';
    return states.includes('applied') ? 'partly-applied' : 'not-applied';
  }

  // A path the edit may name. What it leads to is judged by the guard, whose error says more than a refusal could.
  #allows(path: string): boolean {
    this.#guard.check(path, 'write');
    return true;
  }

  #planOf(result: EditResult, onDisk: ReadonlyMap<string, DiskText>): ChangePlan | EditRefusal {
    const planned = [...result.files].map(([given, texts]) => this.#planFile(given, texts, onDisk));
    const paths = planned.map(({ file }) => file.path);
    const twice = paths.find((path, index) => paths.indexOf(path) !== index);
    if (twice !== undefined) {
      const message = `${twice} is named twice under different spellings.`;
      return { kind: 'refused', code: 'malformed', path: twice, message };
    }
    const plan: ChangePlan = {
      kind: 'planned',
      files: planned.map(({ file }) => file),
      changes: planned.map(({ change }) => change),
      diff: planned.map(({ diff }) => diff).join(''),
      tolerance: result.tolerance,
    };
    this.#texts.set(
      plan,
      [...result.files].map(([, { before, after }], index) => ({ path: paths[index] ?? '', before, after })),
    );
    const writes = planned.map(({ write }) => write);
    this.#writes.set(
      plan,
      inOrder(writes, plan.changes, (path) => this.#guard.check(path, 'read').stats),
    );
    return plan;
  }

  #planFile(given: string, { before, after }: EditedFile, onDisk: ReadonlyMap<string, DiskText>) {
    const checked = this.#guard.check(given, 'write');
    const { path } = checked;
    if (checked.stats !== null) requireRegularFile(path, checked.stats);
    const old = onDisk.get(path) ?? this.#readText(checked);
    const bytes = after === null ? null : encodeText(after, old?.format ?? defaultTextFormat, path);
    const file: PlannedFile = { path, before: hashOf(old?.bytes ?? null), after: hashOf(bytes) };
    const kind = before === null ? 'created' : after === null ? 'deleted' : 'modified';
    const change: FileChange = { path, kind, ...diffStat(before, after) };
    return { file, change, diff: unifiedDiff(path, before, after), write: { path, bytes } };
  }

  #readText(checked: CheckedPath): DiskText | null {
    if (checked.stats === null) return null;
    const bytes = readBytes(checked);
    const decoded = decodeText(bytes);
    if (decoded === null)
      throw new MonkeyError('workspace.binary', `${checked.path} is a binary file of ${bytes.length} bytes`);
    const { text, encoding, hasByteOrderMark } = decoded;
    return { bytes, text, format: { encoding, hasByteOrderMark } };
  }

  #hashNow(path: string): string | null {
    const checked = this.#guard.check(path, 'read');
    return checked.stats === null ? null : contentHash(readBytes(checked, maxTextBytes * 2));
  }

  #asItIs(path: string): Write {
    const checked = this.#guard.check(path, 'read');
    if (checked.stats === null) return { path, bytes: null };
    return { path, bytes: readBytes(checked, maxTextBytes * 2), mode: checked.stats.mode };
  }

  #write({ path, bytes, mode }: Write): void {
    const checked = this.#guard.check(path, 'write');
    if (bytes === null) this.#writer.remove(checked.absolute);
    else this.#writer.write(checked.absolute, bytes, mode === undefined ? {} : { mode });
  }

  #tryWrite(write: Write): void {
    try {
      this.#write(write);
    } catch {
      // The first error is the one to tell; `examine` finds what is left of it.
    }
  }
}

// New and changed files first, so that a crash in between loses nothing; a moved file keeps its mode.
function inOrder(
  writes: readonly Write[],
  changes: readonly FileChange[],
  statsOf: (path: string) => Stats | null,
): Write[] {
  const pathsOf = (kind: FileChange['kind']): string[] =>
    changes.filter((change) => change.kind === kind).map(({ path }) => path);
  const [created, deleted] = [pathsOf('created'), pathsOf('deleted')];
  const [from] = deleted;
  const mode = created.length === 1 && deleted.length === 1 && from !== undefined ? statsOf(from)?.mode : undefined;
  const moved = writes.map((write) => (write.path === created[0] && mode !== undefined ? { ...write, mode } : write));
  const [replaced, nested] = [
    moved.filter((write) => write.bytes !== null),
    moved.filter((write) => write.bytes === null),
  ];
  // A file that makes way for a folder of its name has to go first.
  const first = nested.filter(({ path }) => replaced.some((write) => isInside(path, write.path)));
  return [...first, ...replaced, ...nested.filter((write) => !first.includes(write))];
}

function hashOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : contentHash(bytes);
}

function stale(path: string, since: string): MonkeyError {
  return new MonkeyError('workspace.stale', `${path} has changed since ${since}`);
}
