// What is known about the health of models across runs: one small file, written at the end of runs under a lock.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CallSample, healthAfter, type ModelHealth, type OpenCircuit } from '@monkey-coder/models';
import { modelErrorCodeSchema, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { takeLease } from '../sessions/lease.ts';

/** Health of one model with one key, and why it is not asked for a while. */
export interface HealthRecord extends ModelHealth {
  readonly open?: OpenCircuit;
}

/** Health by `provider/model#key fingerprint`. */
export type HealthTable = Readonly<Record<string, HealthRecord>>;

const mostRecords = 200;

function fileSchema() {
  const nullable = z.nullable(z.number());
  const code = modelErrorCodeSchema;
  return z.object({
    version: z.literal(1),
    models: z.record(
      z.string(),
      z.object({
        calls: z.number(),
        firstTokenMs: nullable,
        tokensPerSecond: nullable,
        errorRate: z.number(),
        truncationRate: z.number(),
        lastAt: z.number(),
        lastError: z.optional(z.object({ code, at: z.number() })),
        open: z.optional(z.object({ until: z.number(), code, message: z.string() })),
      }),
    ),
  });
}

/** Reads the file; a missing or damaged one says nothing. */
export function readHealth(path: string): HealthTable {
  try {
    const parsed = fileSchema().safeParse(parseJson(readFileSync(path, 'utf8')));
    return parsed.success ? (parsed.data.models as HealthTable) : {};
  } catch {
    return {};
  }
}

/** What one process learnt about one model. */
export interface HealthNews {
  readonly samples: readonly CallSample[];
  /** Undefined: its breaker is closed. */
  readonly open: OpenCircuit | undefined;
}

/**
 * Adds what was learnt to what others wrote meanwhile; the least recently called beyond two hundred are forgotten. Never throws:
 * when another process is writing, or the disk is full, the news is dropped.
 */
export function addHealth(path: string, news: ReadonlyMap<string, HealthNews>, now: number): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const lease = takeLease(`${path}.lock`, 'health', now);
    if (lease.kind !== 'held') return;
    try {
      const table: Record<string, HealthRecord> = { ...readHealth(path) };
      for (const [id, one] of news) table[id] = updated(table[id], one);
      const temporary = `${path}.${process.pid}`;
      writeFileSync(temporary, `${JSON.stringify({ version: 1, models: bounded(table) })}\n`, { mode: 0o600 });
      renameSync(temporary, path);
    } finally {
      lease.release();
    }
  } catch {
    // Health is advice: a run does not fail for it.
  }
}

function updated(known: HealthRecord | undefined, { samples, open }: HealthNews): HealthRecord {
  const health = samples.reduce<ModelHealth | undefined>(healthAfter, known);
  const { open: _old, ...rest } = (health ?? emptyHealth) as HealthRecord;
  return open === undefined ? rest : { ...rest, open: { ...open, message: open.message.slice(0, 300) } };
}

const emptyHealth: ModelHealth = {
  calls: 0,
  firstTokenMs: null,
  tokensPerSecond: null,
  errorRate: 0,
  truncationRate: 0,
  lastAt: 0,
};

function bounded(table: HealthTable): HealthTable {
  const entries = Object.entries(table);
  if (entries.length <= mostRecords) return table;
  return Object.fromEntries(entries.sort(([, a], [, b]) => b.lastAt - a.lastAt).slice(0, mostRecords));
}
