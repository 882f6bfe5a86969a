// The append-only record of steps: JSON lines, safe against a cut last line and against a second reader.
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';

const fileStateSchema = z.nullable(
  z.object({
    mode: z.enum(['100644', '100755', '120000']),
    id: z.string(),
    permissions: z.optional(z.number()),
  }),
);
const changeSchema = z.object({
  path: z.string(),
  before: fileStateSchema,
  after: fileStateSchema,
  added: z.optional(z.number()),
  removed: z.optional(z.number()),
});
const recordSchema = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('begin'),
      version: z.literal(1),
      id: z.string(),
      sessionId: z.string(),
      runId: z.string(),
      reason: z.string(),
      time: z.number(),
      /** Present when only these files are watched. */
      paths: z.optional(z.array(z.object({ path: z.string(), before: fileStateSchema }))),
      /** Folders that did not exist, outermost first. */
      missingFolders: z.optional(z.array(z.string())),
      /** Milliseconds of the file system's own clock, to tell folders made since. */
      diskTime: z.number(),
    }),
    z.object({
      type: z.literal('end'),
      id: z.string(),
      changes: z.array(changeSchema),
      madeFolders: z.array(z.string()),
      /** Folders that were gone after the step. */
      removedFolders: z.array(z.string()),
    }),
    // Changes noticed while the step still runs.
    z.object({ type: z.literal('part'), id: z.string(), changes: z.array(changeSchema) }),
    z.object({ type: z.literal('undone'), ids: z.array(z.string()) }),
    z.object({ type: z.literal('redone'), ids: z.array(z.string()) }),
  ]),
);

/** One line of the log. */
export type StepRecord = z.infer<typeof recordSchema>;
/** A recorded change, with line counts where both sides are text. */
export type RecordedChange = z.infer<typeof changeSchema>;

/** A step put together from its lines. */
export interface Step {
  readonly begin: Extract<StepRecord, { type: 'begin' }>;
  readonly changes: readonly RecordedChange[];
  /** Noticed so far by a step that is still open. */
  readonly parts: readonly RecordedChange[];
  readonly madeFolders: readonly string[];
  readonly removedFolders: readonly string[];
  readonly state: 'open' | 'done' | 'undone';
}

/** The log as a whole: steps oldest first, and which may be redone, the next one last. */
export interface StepHistory {
  readonly steps: readonly Step[];
  readonly redoable: readonly string[];
}

/** Reads and extends one log file. */
export class StepLog {
  readonly #path: string;
  #records: StepRecord[] = [];
  #knownBytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** What the file says now; lines another process added are read in. */
  history(): StepHistory {
    this.#readNew();
    return foldRecords(this.#records);
  }

  /** Adds a line; milliseconds of the file system's clock after it are given back. */
  append(record: StepRecord): number {
    this.#readNew();
    const descriptor = this.#open();
    try {
      const line = Buffer.from(`${this.#endsClean(descriptor) ? '' : '\n'}${JSON.stringify(record)}\n`);
      writeSync(descriptor, line);
      this.#knownBytes += line.length;
      this.#records.push(record);
      return fstatSync(descriptor).mtimeMs;
    } finally {
      closeSync(descriptor);
    }
  }

  /** A quick look at the text: whether a step was begun that has no end. Never a false no. */
  mayHaveOpenSteps(): boolean {
    const text = this.#text();
    return count(text, beginMark) !== count(text, endMark);
  }

  /** Steps in the log, by a quick look at the text. */
  begunSteps(): number {
    return count(this.#text(), beginMark);
  }

  /** Bytes of the log file; 0 when there is none. */
  sizeBytes(): number {
    try {
      return statSync(this.#path).size;
    } catch {
      return 0;
    }
  }

  /** Rewrites the log with only the given steps. */
  keep(ids: ReadonlySet<string>): void {
    this.#readNew();
    const kept = this.#records.filter((record) => {
      if ('id' in record) return ids.has(record.id);
      return record.ids.some((id) => ids.has(id));
    });
    const temporary = `${this.#path}.${process.pid}`;
    writeFileSync(temporary, kept.map((record) => `${JSON.stringify(record)}\n`).join(''), { mode: 0o600 });
    renameSync(temporary, this.#path);
    this.#records = [];
    this.#knownBytes = 0;
  }

  #open(): number {
    try {
      return openSync(this.#path, 'a+', 0o600);
    } catch {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      return openSync(this.#path, 'a+', 0o600);
    }
  }

  // A process killed in the middle of a line leaves it without an end; the next line must not continue it.
  #endsClean(descriptor: number): boolean {
    const size = fstatSync(descriptor).size;
    const last = Buffer.alloc(1);
    if (size > 0) readSync(descriptor, last, 0, 1, size - 1);
    return size === 0 || last[0] === 0x0a;
  }

  #text(): string {
    return this.sizeBytes() === 0 ? '' : readFileSync(this.#path, 'utf8');
  }

  #readNew(): void {
    const size = this.sizeBytes();
    if (size === this.#knownBytes) return;
    const text = this.#text();
    this.#knownBytes = Buffer.byteLength(text);
    this.#records = text.split('\n').flatMap((line) => {
      const parsed = line === '' ? null : recordSchema.safeParse(tolerantJson(line));
      return parsed?.success === true ? [parsed.data] : [];
    });
  }
}

/** How a line of each kind begins; inside of a string the quotes would be escaped. */
const beginMark = '{"type":"begin"';
const endMark = '{"type":"end"';

function count(text: string, wanted: string): number {
  return text.split(wanted).length - 1;
}

function tolerantJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function foldRecords(records: readonly StepRecord[]): StepHistory {
  const steps = new Map<string, Step>();
  let redoable: string[] = [];
  for (const record of records) {
    if ('ids' in record) {
      setState(steps, record.ids, record.type === 'undone' ? 'undone' : 'done');
      redoable = redoable.filter((id) => !record.ids.includes(id));
      if (record.type === 'undone') redoable.push(...record.ids);
      continue;
    }
    const step = extended(steps.get(record.id), record);
    if (step !== null) steps.set(record.id, step);
    // Something new was done: what was undone before it cannot come back in order.
    if (record.type === 'end' && record.changes.length > 0) redoable = [];
  }
  return { steps: [...steps.values()], redoable: redoable.filter((id) => steps.has(id)) };
}

function extended(step: Step | undefined, record: Exclude<StepRecord, { ids: string[] }>): Step | null {
  if (record.type === 'begin')
    return { begin: record, changes: [], parts: [], madeFolders: [], removedFolders: [], state: 'open' };
  if (step === undefined) return null;
  if (record.type === 'part') return { ...step, parts: [...step.parts, ...record.changes] };
  const { changes, madeFolders, removedFolders } = record;
  return { begin: step.begin, changes, madeFolders, removedFolders, parts: [], state: 'done' };
}

function setState(steps: Map<string, Step>, ids: readonly string[], state: 'done' | 'undone'): void {
  for (const id of ids) {
    const step = steps.get(id);
    if (step !== undefined) steps.set(id, { ...step, state });
  }
}
