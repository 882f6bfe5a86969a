// The replay buffer: one record per run, what was decided and with which probability, what came of it, and what was said of it later.
//
// It is an append-only log of lines; a signal names the run it belongs to and changes that record. Everything learnt can be
// learnt again from it, by any policy. Lines of a newer version are refused, unreadable ones are left out and counted.
import { forecastSchema, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { type Signal, signalSchema } from './reward.ts';

/** Version of the lines. */
export const replayVersion = 1;

const stageSchema = z.object({
  model: z.string(),
  verdict: z.enum(['accepted', 'rejected', 'none']),
  quality: z.optional(z.number()),
  costMicroUsd: z.optional(z.number()),
  durationMs: z.optional(z.number()),
});
/** A run as a line of the log. */
export const runSchema = () =>
  z.object({
    type: z.literal('run'),
    v: z.literal(replayVersion),
    id: z.string(),
    sessionId: z.string(),
    /** Milliseconds since 1970, at the end. */
    time: z.number(),
    work: z.string(),
    project: z.optional(z.string()),
    numbers: z.optional(z.array(z.number())),
    hasChecks: z.boolean(),
    valueMicroUsd: z.number(),
    policy: z.string(),
    /** Names of the models in the order they were to be tried. */
    chain: z.array(z.string()),
    propensity: z.number(),
    /** Every chain that could have been chosen, and how probably; the most probable ones. */
    options: z.array(z.object({ chain: z.array(z.string()), propensity: z.number() })),
    isExploring: z.boolean(),
    exploreCostMicroUsd: z.number(),
    decisionMs: z.optional(z.number()),
    forecast: z.optional(forecastSchema),
    /** What was expected of the rest each time that a stage ended, from the second on. */
    requotes: z.optional(z.array(z.object({ stage: z.number(), forecast: forecastSchema }))),
    stages: z.array(stageSchema),
    status: z.string(),
    costMicroUsd: z.number(),
    durationMs: z.number(),
    malformedCalls: z.number(),
    /** Files the run wrote, content hashes before and after; null where there was none, no `before` where nobody looked. */
    files: z.optional(
      z.array(
        z.object({ path: z.string(), before: z.optional(z.nullable(z.string())), after: z.nullable(z.string()) }),
      ),
    ),
  });
const signalLineSchema = z.object({
  type: z.literal('signal'),
  v: z.literal(replayVersion),
  id: z.string(),
  time: z.number(),
  signal: signalSchema,
});
const lineSchema = z.lazy(() => z.discriminatedUnion('type', [runSchema(), signalLineSchema]));

/** A line of the log. */
export type ReplayLine = z.infer<typeof lineSchema>;
/** A run as it was written at its end. */
export type ReplayRun = z.infer<ReturnType<typeof runSchema>>;

/** A run with what was said of it later. */
export interface ReplayRecord extends ReplayRun {
  readonly signals: readonly Signal[];
}

/** Reads lines. What is not a line of this version is counted. */
export function parseReplay(text: string): { readonly lines: readonly ReplayLine[]; readonly unreadable: number } {
  const lines: ReplayLine[] = [];
  let unreadable = 0;
  for (const raw of text.split('\n')) {
    if (raw === '') continue;
    const parsed = lineSchema.safeParse(parseJson(raw));
    if (parsed.success) lines.push(parsed.data);
    else unreadable += 1;
  }
  return { lines, unreadable };
}

/** The records of lines, in the order of their runs. A run that is there twice counts as its last. */
export function recordsOf(lines: readonly ReplayLine[]): ReplayRecord[] {
  const records = new Map<string, ReplayRecord>();
  for (const line of lines) {
    if (line.type === 'run') records.set(line.id, { ...line, signals: records.get(line.id)?.signals ?? [] });
    else {
      const record = records.get(line.id);
      if (record) records.set(line.id, { ...record, signals: [...record.signals, line.signal] });
    }
  }
  return [...records.values()];
}
