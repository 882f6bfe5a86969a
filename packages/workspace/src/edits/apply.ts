// Works out what an edit in any format makes of the files it names; all of it or nothing. No input or output: files come from a reader.
import { applyAnchors } from './anchors.ts';
import type { Edit, EditRefusal } from './edit.ts';
import { isUsablePath } from './edit-path.ts';
import { type FileStep, type Hunk, type Parsed, refuse } from './hunk.ts';
import { likeFile } from './like-file.ts';
import { plainLines, splitLines, toLineFeeds } from './lines.ts';
import { locateHunks } from './locate.ts';
import { parseBlocks } from './parse-blocks.ts';
import { parseDiff } from './parse-diff.ts';
import { parsePatch } from './parse-patch.ts';
import { elidedLine, parseWhole } from './parse-whole.ts';
import { type Replaced, replaceText } from './replace.ts';
import { seekFile, type Tolerance, tolerances } from './seek.ts';
import { changesSomething, spliceHunks } from './splice.ts';

/** Where the engine reads files; it never writes. */
export interface EditFiles {
  /** The text of a file, without byte-order mark; null when there is none. */
  read(path: string): string | null;
  /**
   * Whether a path may be used. Without it: relative paths that stay inside the folder. A reader that checks paths itself, such as one
   * that knows added folders, may allow more.
   */
  allows?(path: string): boolean;
}

/** The text of a file before and after an edit; null where it does not exist. */
export interface EditedFile {
  readonly before: string | null;
  readonly after: string | null;
}

/** An edit worked out. */
export interface EditResult {
  readonly kind: 'edited';
  /** The files that change, by path; a moved file is one that goes and one that comes. */
  readonly files: ReadonlyMap<string, EditedFile>;
  /** How the text was found when not word for word: a sentence, else empty. */
  readonly tolerance: string;
}

/**
 * Applies an edit to the files of a reader. Never throws for what a model may send: what cannot be placed with certainty is refused, with the
 * reason and the closest lines.
 */
export function applyEdit(edit: Edit, files: EditFiles): EditResult | EditRefusal {
  const parsed = parse(edit, files);
  return parsed.kind === 'refused' ? parsed : applySteps(parsed.steps, files);
}

/** Applies an edit to one text; refused when it names another file or wants it gone. */
export function applyEditToText(
  original: string,
  edit: Edit,
  options: { readonly path: string },
): { readonly kind: 'edited'; readonly text: string; readonly tolerance: string } | EditRefusal {
  const { path } = options;
  const result = applyEdit(
    { ...edit, path },
    { read: (name) => (name === path ? original : null), allows: () => true },
  );
  if (result.kind === 'refused') return result;
  const after = result.files.get(path)?.after;
  if (result.files.size !== 1 || after === undefined || after === null)
    return refuse('malformed', `The edit is not one of ${path} alone.`, path);
  return { kind: 'edited', text: after, tolerance: result.tolerance };
}

function parse(edit: Edit, files: EditFiles): Parsed {
  const exists = (path: string) => isFile(files, path);
  if (edit.format === 'old-new-string') {
    if (edit.replacements.length === 0) return refuse('malformed', 'The list of replacements is empty.', edit.path);
    return {
      kind: 'parsed',
      steps: edit.replacements.map((one) =>
        replaceStep(edit.path, one.oldString, one.newString, edit.replaceAll === true, exists),
      ),
    };
  }
  if (edit.format === 'line-anchors')
    return { kind: 'parsed', steps: [{ op: 'anchors', path: edit.path, changes: edit.changes }] };
  if (edit.format === 'whole-file') return parseWhole(edit.content, edit.path);
  if (edit.format === 'search-replace-blocks') return parseBlocks(edit.text, edit.path, exists);
  if (edit.format === 'unified-diff') return parseDiff(edit.text, edit.path, exists);
  return parsePatch(edit.text);
}

/** Whether a line of an answer names a file. A reader may throw for what is no path at all; for a real path it will throw again when it is read. */
function isFile(files: EditFiles, path: string): boolean {
  if (path === '' || path.length > 1_000) return false;
  try {
    return files.read(path) !== null;
  } catch {
    return false;
  }
}

/** An empty old text makes a new file. */
function replaceStep(
  path: string,
  oldText: string,
  newText: string,
  all: boolean,
  exists: (path: string) => boolean,
): FileStep {
  if (oldText === '' && !exists(path))
    return { op: 'write', path, content: newText, newlineUnknown: false, mustBeNew: true };
  return { op: 'replace', path, oldText, newText, wholeLines: false, all };
}

/** Files as they are so far; nothing leaves this before all steps have succeeded. */
interface Draft {
  readonly files: EditFiles;
  readonly changed: Map<string, string | null>;
  tolerance: Tolerance;
  /** Anchored lines stood elsewhere than said. */
  hasMoved: boolean;
}

function applySteps(steps: readonly FileStep[], files: EditFiles): EditResult | EditRefusal {
  const draft: Draft = { files, changed: new Map(), tolerance: 'exact', hasMoved: false };
  const allows = files.allows ?? isUsablePath;
  for (const step of steps) {
    const paths = step.op === 'hunks' && step.moveTo !== undefined ? [step.path, step.moveTo] : [step.path];
    const bad = paths.find((path) => path === '' || !allows(path));
    if (bad !== undefined)
      return refuse(
        'malformed',
        `The path \`${bad}\` may not be used: name a file inside the project, relative to its root.`,
        bad,
      );
    const refusal = applyStep(step, draft);
    if (refusal) return refusal;
  }
  const changed = new Map<string, EditedFile>();
  for (const [path, after] of draft.changed) {
    const before = files.read(path);
    if (before !== after) changed.set(path, { before, after });
  }
  if (changed.size === 0)
    return refuse('no-change', 'The edit changes nothing: the files read so already.', steps[0]?.path);
  return {
    kind: 'edited',
    files: changed,
    tolerance: draft.hasMoved ? 'The lines had moved since they were read.' : sentences[draft.tolerance],
  };
}

const sentences: Readonly<Record<Tolerance, string>> = {
  exact: '',
  trailing: 'Found with white space at line ends left aside.',
  indentation: 'Found with indentation left aside; added lines were indented like the file.',
  punctuation: 'Found with typographic quotes, dashes and spaces taken as plain ones.',
  fuzzy: 'Found although a line of the context differs; the file’s own line was kept.',
};

function current(draft: Draft, path: string): string | null {
  const changed = draft.changed.get(path);
  return changed === undefined ? draft.files.read(path) : changed;
}

function note(draft: Draft, tolerance: Tolerance): void {
  if (tolerances.indexOf(tolerance) > tolerances.indexOf(draft.tolerance)) draft.tolerance = tolerance;
}

function applyStep(step: FileStep, draft: Draft): EditRefusal | null {
  const text = current(draft, step.path);
  if (step.op === 'write') return applyWrite(step, text, draft);
  if (text === null && !makesFile(step))
    return refuse('file-missing', `There is no file ${step.path}: check the path, or add the file.`, step.path);
  if (step.op === 'anchors') return applyAnchorStep(step, text ?? '', draft);
  if (step.op === 'delete') return applyDelete(step, text ?? '', draft);
  if (step.op === 'hunks') return applyHunks(step, text ?? '', draft);
  const replaced =
    step.oldText === '' && text === ''
      ? { text: step.newText, tolerance: 'exact' as const }
      : replaceText(text ?? '', step);
  if ('kind' in replaced) return replaced;
  const elided = elidedLine(plainLines(toLineFeeds(step.newText)), trimmedSet(`${text}\n${step.oldText}`));
  if (elided) return refuse('elided', leftOut(step.path, elided), step.path);
  note(draft, replaced.tolerance);
  draft.changed.set(step.path, replaced.text);
  return null;
}

// Hunks that only add lines make a file that is not there.
function makesFile(step: FileStep): boolean {
  if (step.op !== 'hunks' || step.hunks.length === 0) return false;
  return step.hunks.every((hunk) => hunk.lines.every((line) => line.kind === 'add'));
}

function applyAnchorStep(step: Extract<FileStep, { op: 'anchors' }>, text: string, draft: Draft): EditRefusal | null {
  const made = applyAnchors(step.path, text, step.changes);
  if ('kind' in made) return made;
  const added = step.changes.flatMap((change) => plainLines(toLineFeeds(change.text)));
  const elided = elidedLine(added, trimmedSet(text));
  if (elided) return refuse('elided', leftOut(step.path, elided), step.path);
  draft.hasMoved ||= made.isMoved;
  draft.changed.set(step.path, made.text);
  return null;
}

function leftOut(path: string, line: string): string {
  return `The line \`${line.slice(0, 120)}\` stands for text that was left out; ${path} would lose it. Send the whole text.`;
}

function trimmedSet(text: string): Set<string> {
  return new Set(text.split('\n').map((line) => line.trim()));
}

function applyWrite(step: Extract<FileStep, { op: 'write' }>, text: string | null, draft: Draft): EditRefusal | null {
  const { path, content } = step;
  if (step.mustBeNew && text !== null && text !== '')
    return refuse('file-exists', `${path} exists already: give the lines to change, or the whole file.`, path);
  if (content.trim() === '' && text !== null)
    return refuse('empty', `The new content of ${path} is empty. Delete the file if that is meant.`, path);
  const elided = elidedLine(plainLines(toLineFeeds(content)), trimmedSet(text ?? ''));
  if (elided && !step.mustBeNew) return refuse('elided', leftOut(path, elided), path);
  draft.changed.set(path, text === null || text === '' ? content : likeFile(content, text, step.newlineUnknown));
  return null;
}

/** A diff that deletes a file must have its content right. */
function applyDelete(step: Extract<FileStep, { op: 'delete' }>, text: string, draft: Draft): EditRefusal | null {
  if (step.hunks.length > 0) {
    const left = hunksIn(step.path, text, step.hunks);
    if ('kind' in left) return left;
    if (left.text.trim() !== '')
      return refuse(
        'not-found',
        `The diff deletes ${step.path}, but does not name all of its lines. Read the file again.`,
        step.path,
      );
  }
  draft.changed.set(step.path, null);
  return null;
}

function applyHunks(step: Extract<FileStep, { op: 'hunks' }>, text: string, draft: Draft): EditRefusal | null {
  const target = step.moveTo ?? step.path;
  if (step.moveTo !== undefined && step.moveTo !== step.path && current(draft, step.moveTo) !== null) {
    return refuse('file-exists', `${step.path} cannot move to ${step.moveTo}: that file exists.`, step.moveTo);
  }
  if (step.hunks.length > 0) {
    const made = hunksIn(step.path, text, step.hunks);
    if ('kind' in made) return made;
    note(draft, made.tolerance);
    if (target !== step.path) draft.changed.set(step.path, null);
    draft.changed.set(target, made.text);
    return null;
  }
  draft.changed.set(step.path, null);
  draft.changed.set(target, text);
  return null;
}

/** All hunks on the file as it is; where one is written for the file after those before it, one after the other. */
function hunksIn(path: string, text: string, hunks: readonly Hunk[]): Replaced | EditRefusal {
  if (!hunks.some(changesSomething))
    return refuse('no-change', `The hunks for ${path} change nothing: they have no \`-\` and no \`+\` line.`, path);
  const together = placed(path, text, hunks);
  if (!('kind' in together) || together.code !== 'not-found' || hunks.length === 1) return together;
  let so: Replaced = { text, tolerance: 'exact' };
  for (const hunk of hunks) {
    const next = placed(path, so.text, [hunk]);
    if ('kind' in next) return together;
    so = {
      text: next.text,
      tolerance: tolerances.indexOf(next.tolerance) > tolerances.indexOf(so.tolerance) ? next.tolerance : so.tolerance,
    };
  }
  return so;
}

function placed(path: string, text: string, hunks: readonly Hunk[]): Replaced | EditRefusal {
  const lines = splitLines(text);
  const located = locateHunks(path, seekFile(lines.texts), hunks);
  if ('kind' in located) return located;
  const written = spliceHunks(path, lines, located);
  if (typeof written !== 'string') return written;
  const tolerance = located.reduce<Tolerance>(
    (worst, one) => (tolerances.indexOf(one.tolerance) > tolerances.indexOf(worst) ? one.tolerance : worst),
    'exact',
  );
  return { text: written, tolerance };
}
