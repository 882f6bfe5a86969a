// Scores the product's edit engine on cases of the form of ../shared/data/edits.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyEdit, applyEditToText, type Edit, type EditFormat } from '@monkey-coder/workspace';

/** Counts of one format. */
export interface EditFormatScore {
  readonly total: number;
  readonly right: number;
  readonly refused: number;
  readonly wrong: number;
  readonly kept: number;
  readonly wronglyWritten: number;
}

/**
 * The whole score. `right` counts edits that had to apply and gave just the wanted content, plus edits that had to be refused and left everything
 * as it was (`kept`); `refused` are edits that had to apply and were refused; `wrong` were written, but not as wanted;
 * `wronglyWritten` had to be refused and were written. In `byFormat`, `right` is the first kind only and `kept` the second.
 */
export interface EditScore {
  readonly total: number;
  readonly right: number;
  readonly refused: number;
  readonly wrong: number;
  readonly wronglyWritten: number;
  readonly byFormat: Readonly<Record<string, EditFormatScore>>;
  /** Ids of the cases that were neither right nor kept, with what happened. */
  readonly failures: readonly { readonly id: string; readonly verdict: Verdict; readonly message: string }[];
}

type Verdict = 'right' | 'refused' | 'wrong' | 'kept' | 'wronglyWritten';

interface Base {
  readonly id: string;
  readonly before: string;
  readonly after: string;
}

interface Case {
  readonly id: string;
  readonly format: Exclude<EditFormat, 'line-anchors'>;
  readonly level: 'apply' | 'apply-tree';
  readonly path?: string;
  readonly base?: string;
  readonly side?: 'before' | 'after';
  readonly eol?: 'crlf';
  readonly original?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly edit: string | readonly { readonly oldString: string; readonly newString: string }[];
  readonly options?: { readonly replaceAll?: boolean };
  readonly expect: {
    readonly ok: boolean;
    readonly content?: string;
    readonly files?: Readonly<Record<string, string>>;
    readonly contains?: readonly string[];
    readonly notContains?: readonly string[];
  };
}

/** Scores a folder with `bases.jsonl` and `cases.jsonl`, or a file of cases beside its `bases.jsonl`. */
export async function evaluateEdits(fileOrDir: string): Promise<EditScore> {
  const isFolder = statSync(fileOrDir).isDirectory();
  const folder = isFolder ? fileOrDir : dirname(fileOrDir);
  const bases = new Map(readLines<Base>(join(folder, 'bases.jsonl')).map((base) => [base.id, base]));
  const cases = readLines<Case>(isFolder ? join(folder, 'cases.jsonl') : fileOrDir);
  const byFormat: Record<string, Record<Verdict | 'total', number>> = {};
  const failures: { id: string; verdict: Verdict; message: string }[] = [];
  for (const one of cases) {
    const { verdict, message }: Judgement = one.level === 'apply-tree' ? judgeTree(one) : judgeText(one, bases);
    byFormat[one.format] ??= { total: 0, right: 0, refused: 0, wrong: 0, kept: 0, wronglyWritten: 0 };
    const row = byFormat[one.format];
    if (!row) continue;
    row.total++;
    row[verdict]++;
    if (verdict !== 'right' && verdict !== 'kept') failures.push({ id: one.id, verdict, message });
  }
  const sum = (key: Verdict) => Object.values(byFormat).reduce((total, row) => total + row[key], 0);
  return {
    total: cases.length,
    right: sum('right') + sum('kept'),
    refused: sum('refused'),
    wrong: sum('wrong'),
    wronglyWritten: sum('wronglyWritten'),
    byFormat,
    failures,
  };
}

function readLines<T>(file: string): T[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as T);
}

function editOf({ format, edit, path, options }: Case): Edit {
  const named = path === undefined ? {} : { path };
  if (typeof edit !== 'string') {
    const replaceAll = options?.replaceAll === true ? { replaceAll: true } : {};
    return { format: 'old-new-string', path: path ?? '', replacements: edit, ...replaceAll };
  }
  if (format === 'whole-file') return { format, content: edit, ...named };
  if (format === 'old-new-string') throw new Error('old and new strings are a list');
  return { format, text: edit, ...named };
}

interface Judgement {
  readonly verdict: Verdict;
  readonly message: string;
}

/** The text a case starts from and the content it wants, joined from case and base. */
function textsOf(
  one: Case,
  base: Base | undefined,
): { readonly original: string; readonly wanted: string | undefined } {
  if (!base) return { original: one.original ?? '', wanted: one.expect.content };
  const ended = (text: string) => (one.eol === 'crlf' ? text.replace(/\n/g, '\r\n') : text);
  const content = one.expect.content === 'after' ? base.after : one.expect.content;
  const original = one.side === 'after' ? base.after : base.before;
  return { original: ended(original), wanted: content === undefined ? undefined : ended(content) };
}

function judgeText(one: Case, bases: ReadonlyMap<string, Base>): Judgement {
  const { original, wanted } = textsOf(one, one.base === undefined ? undefined : bases.get(one.base));
  const result = applyEditToText(original, editOf(one), { path: one.path ?? '' });
  if (result.kind === 'refused') return { verdict: one.expect.ok ? 'refused' : 'kept', message: result.message };
  if (!one.expect.ok)
    return { verdict: result.text === original ? 'kept' : 'wronglyWritten', message: result.tolerance };
  const isRight = wanted === undefined ? hasParts(result.text, one.expect) : result.text === wanted;
  return { verdict: isRight ? 'right' : 'wrong', message: result.tolerance };
}

function hasParts(text: string, { contains = [], notContains = [] }: Case['expect']): boolean {
  return contains.every((part) => text.includes(part)) && !notContains.some((part) => text.includes(part));
}

function judgeTree(one: Case): Judgement {
  const files = { ...one.files };
  const result = applyEdit(editOf(one), { read: (path) => files[path] ?? null });
  if (result.kind === 'refused') return { verdict: one.expect.ok ? 'refused' : 'kept', message: result.message };
  for (const [path, { after }] of result.files) {
    if (after === null) delete files[path];
    else files[path] = after;
  }
  const same = (a: object, b: object) =>
    JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
  if (!one.expect.ok)
    return { verdict: same(files, one.files ?? {}) ? 'kept' : 'wronglyWritten', message: result.tolerance };
  return { verdict: same(files, one.expect.files ?? {}) ? 'right' : 'wrong', message: result.tolerance };
}
