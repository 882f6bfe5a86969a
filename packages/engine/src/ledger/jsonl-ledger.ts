// The ledger of one user on one machine: a JSONL file under a lock, shared by all processes.
//
// Each line is a reservation, its settlement or its release. The totals of a scope are the sum over the file; a reservation
// without an end counts in full. Under the lock only what other processes appended since is read.
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { BudgetRefusal, BudgetScope, Ledger, Reservation, ScopeUse } from '@monkey-coder/models';
import { errorMessage, MonkeyError } from '@monkey-coder/protocol';
import { type Lease, takeLease } from '../sessions/lease.ts';

/** What the ledger needs from outside. */
export interface JsonlLedgerOptions {
  readonly path: string;
  readonly now: () => number;
  readonly newId: () => string;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

type Line =
  | {
      readonly type: 'reserve';
      readonly id: string;
      readonly callId: string;
      readonly amount: number;
      readonly scopes: readonly string[];
      readonly time: number;
    }
  | { readonly type: 'settle'; readonly id: string; readonly amount: number }
  | { readonly type: 'release'; readonly id: string }
  | { readonly type: 'totals'; readonly version: 1; readonly spent: Readonly<Record<string, number>> };

interface Totals {
  readonly spent: Map<string, number>;
  readonly open: Map<
    string,
    { readonly amount: number; readonly scopes: readonly string[]; readonly callId: string; readonly time: number }
  >;
}

const compactAboveBytes = 1024 * 1024;
const lockWaitMs = 5000;
const lockPauseMs = 3;

/** Opens the ledger; the file is made with the first reservation. */
export function createJsonlLedger(options: JsonlLedgerOptions): Ledger & {
  /**
   * Settles a reservation whose process died, by the id of its call: at what the call cost when that is known, else in full.
   * Returns the amount that stays counted.
   */
  settleOrphan(callId: string, actualMicroUsd?: number): Promise<number>;
} {
  const file = new LedgerFile(options);
  return {
    async reserve(request) {
      requireAmount(request.amountMicroUsd);
      return file.locked(() => reserve(file, request, options));
    },
    use: (scopeId) => file.locked(() => useOf(file.totals, scopeId)),
    settleOrphan: (callId, actual) => file.locked(() => settleOrphan(file, callId, actual)),
  };
}

function reserve(
  file: LedgerFile,
  request: Parameters<Ledger['reserve']>[0],
  options: JsonlLedgerOptions,
): Reservation | BudgetRefusal {
  const refusal = request.scopes
    .map((scope) => refusalOf(file.totals, scope, request.amountMicroUsd))
    .find((found) => found !== undefined);
  if (refusal) return refusal;
  const id = options.newId();
  const scopes = request.scopes.map((scope) => scope.id);
  file.append({
    type: 'reserve',
    id,
    callId: request.callId,
    amount: request.amountMicroUsd,
    scopes,
    time: options.now(),
  });
  let ended = false;
  const end = async (line: Line): Promise<void> => {
    if (ended) return;
    ended = true;
    await file.locked(() => file.append(line));
  };
  return {
    kind: 'reserved',
    id,
    amountMicroUsd: request.amountMicroUsd,
    async settle(amount) {
      requireAmount(amount);
      await end({ type: 'settle', id, amount });
    },
    release: () => end({ type: 'release', id }),
  };
}

/** A wrong amount is a bug of the caller: better a throw than a broken cap. */
function requireAmount(amount: number): void {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`not an amount of micro-dollars: ${amount}`);
}

function refusalOf(totals: Totals, scope: BudgetScope, wanted: number): BudgetRefusal | undefined {
  if (scope.limitMicroUsd === undefined) return undefined;
  const use = useOf(totals, scope.id);
  if (use.spentMicroUsd + use.reservedMicroUsd + wanted <= scope.limitMicroUsd) return undefined;
  return { kind: 'refused', scope: scope.id, limitMicroUsd: scope.limitMicroUsd, ...use, wantedMicroUsd: wanted };
}

function useOf(totals: Totals, scopeId: string): ScopeUse {
  let reserved = 0;
  for (const open of totals.open.values()) if (open.scopes.includes(scopeId)) reserved += open.amount;
  return { spentMicroUsd: totals.spent.get(scopeId) ?? 0, reservedMicroUsd: reserved };
}

function settleOrphan(file: LedgerFile, callId: string, actual: number | undefined): number {
  for (const [id, open] of file.totals.open) {
    if (open.callId !== callId) continue;
    const amount = actual ?? open.amount;
    file.append({ type: 'settle', id, amount });
    return amount;
  }
  return 0;
}

/** The file, its lock, and the totals as of the last line read. */
class LedgerFile {
  readonly #options: JsonlLedgerOptions;
  #offset = 0;
  #queue: Promise<unknown> = Promise.resolve();
  totals: Totals = { spent: new Map(), open: new Map() };

  constructor(options: JsonlLedgerOptions) {
    this.#options = options;
  }

  /** Runs `work` alone among all processes, with the totals up to date. */
  locked<T>(work: () => T): Promise<T> {
    const result = this.#queue.then(() => this.#withLock(work));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  append(line: Line): void {
    const text = `${JSON.stringify(line)}\n`;
    try {
      appendFileSync(this.#options.path, text, { mode: 0o600 });
    } catch (error) {
      throw new MonkeyError(
        'workspace.io',
        `the ledger ${this.#options.path} cannot be written: ${errorMessage(error)}`,
        { cause: error },
      );
    }
    this.#offset += Buffer.byteLength(text);
    applyLine(this.totals, line);
  }

  async #withLock<T>(work: () => T): Promise<T> {
    const lease = await this.#lock();
    try {
      this.#readNewLines();
      return work();
    } finally {
      lease.release();
    }
  }

  async #lock(): Promise<Lease> {
    mkdirSync(dirname(this.#options.path), { recursive: true, mode: 0o700 });
    // The wait is counted in sleeps: a clock that is set meanwhile does not end it.
    for (let waitedMs = 0; ; waitedMs += lockPauseMs) {
      const lease = takeLease(`${this.#options.path}.lock`, 'ledger', this.#options.now());
      if (lease.kind === 'held') return lease;
      if (waitedMs > lockWaitMs) {
        throw new MonkeyError('workspace.in-use', `the ledger is locked by process ${lease.holder.pid}`);
      }
      await this.#options.sleep(lockPauseMs);
    }
  }

  #readNewLines(): void {
    const size = sizeOf(this.#options.path);
    if (size < this.#offset) {
      this.#offset = 0;
      this.totals = { spent: new Map(), open: new Map() };
    }
    if (size > this.#offset) this.#foldFrom(this.#offset, size);
    if (size > compactAboveBytes) this.#compact();
  }

  #foldFrom(start: number, end: number): void {
    const fd = openSync(this.#options.path, 'a+', 0o600);
    try {
      const bytes = Buffer.alloc(Math.min(end, fstatSync(fd).size) - start);
      readSync(fd, bytes, 0, bytes.length, start);
      const whole = bytes.lastIndexOf(0x0a) + 1;
      for (const line of bytes.subarray(0, whole).toString('utf8').split('\n')) foldText(this.totals, line);
      this.#offset = start + whole;
      if (whole < bytes.length) this.#endCutLine();
    } finally {
      closeSync(fd);
    }
  }

  /** A crash cut the last line: end it, so that the next one starts on its own. The cut one is skipped when read. */
  #endCutLine(): void {
    appendFileSync(this.#options.path, '\n');
    this.#offset = sizeOf(this.#options.path);
  }

  /** Rewrites the file as one line of totals and the open reservations. Runs that began over thirty days ago are left out. */
  #compact(): void {
    const spent = Object.fromEntries([...this.totals.spent].filter(([id]) => !isOldRun(id, this.#options.now())));
    const lines: Line[] = [{ type: 'totals', version: 1, spent }];
    for (const [id, open] of this.totals.open) lines.push({ type: 'reserve', id, ...open });
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const temporary = `${this.#options.path}.${process.pid}`;
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, this.#options.path);
    this.#offset = Buffer.byteLength(text);
    this.totals = { spent: new Map(Object.entries(spent)), open: this.totals.open };
  }
}

/** Ids carry their time: `run:run_` and nine base-36 digits of milliseconds. */
function isOldRun(scopeId: string, now: number): boolean {
  const time = /^run:run_([0-9a-z]{9})/.exec(scopeId)?.[1];
  return time !== undefined && now - Number.parseInt(time, 36) > 30 * 24 * 3600 * 1000;
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

function foldText(totals: Totals, text: string): void {
  try {
    applyLine(totals, JSON.parse(text) as Line);
  } catch {
    // An empty or cut line: nothing was promised by it.
  }
}

function applyLine(totals: Totals, line: Line): void {
  switch (line.type) {
    case 'totals':
      for (const [id, amount] of Object.entries(line.spent)) totals.spent.set(id, amount);
      break;
    case 'reserve':
      totals.open.set(line.id, line);
      break;
    case 'release':
      totals.open.delete(line.id);
      break;
    case 'settle': {
      const open = totals.open.get(line.id);
      if (!open) break;
      totals.open.delete(line.id);
      for (const scope of open.scopes) totals.spent.set(scope, (totals.spent.get(scope) ?? 0) + line.amount);
    }
  }
}
