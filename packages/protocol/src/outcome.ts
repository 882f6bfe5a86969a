// How a run ends: its status, its evidence, its price.
import * as z from 'zod/mini';
import { usageSchema } from './model.ts';
import { workReportSchema } from './work.ts';

export const checkKindSchema = z.enum([
  'tests',
  'types',
  'lint',
  'build',
  'syntax',
  'format',
  'imports',
  'dependencies',
  'mutation',
  'requested',
  'custom',
]);
/** What a check looks at. `requested` is one the user's own words asked for. */
export type CheckKind = z.infer<typeof checkKindSchema>;

/** Proof that a check ran on a known tree. */
export const receiptSchema = z.object({
  id: z.string(),
  kind: checkKindSchema,
  command: z.string(),
  exitCode: z.nullable(z.number()),
  passed: z.boolean(),
  /** Git-style hash of the tree the check ran on. */
  treeHash: z.string(),
  startedAt: z.number(),
  durationMs: z.number(),
  /** Last lines of output, at most 4,000 characters. */
  tail: z.string(),
  /** For new or changed tests: did they fail on the snapshot before the change? */
  failsBefore: z.optional(z.boolean()),
  /** The tree is not the one the work ended with: that before it, or a copy of either that something was done to. */
  tree: z.optional(z.enum(['before', 'before-with-tests', 'copy'])),
});
export type Receipt = z.infer<typeof receiptSchema>;

export const runStatusSchema = z.enum([
  'verified',
  'answered',
  'unverified',
  'failed',
  'denied',
  'out-of-budget',
  'limit',
  'verification-failed',
  'nothing-done',
  'auth-failed',
  'interrupted',
]);
/** How a run ended. `answered`: a question, no change was wanted. */
export type RunStatus = z.infer<typeof runStatusSchema>;

export const fileChangeSchema = z.object({
  path: z.string(),
  kind: z.enum(['created', 'modified', 'deleted']),
  /** Lines added and removed; absent for binary files. */
  added: z.optional(z.number()),
  removed: z.optional(z.number()),
});
/** A file that differs from before. `path` is relative to the workspace, with forward slashes. */
export type FileChange = z.infer<typeof fileChangeSchema>;

export const outcomeSchema = z.lazy(() =>
  z.object({
    status: runStatusSchema,
    /** One sentence that says why the status is what it is. */
    reason: z.string(),
    /** The model's last words. */
    text: z.string(),
    receipts: z.array(receiptSchema),
    changes: z.array(fileChangeSchema),
    turns: z.number(),
    usage: usageSchema,
    /** Micro-dollars; null when a price was unknown. */
    costMicroUsd: z.nullable(z.number()),
    durationMs: z.number(),
    /** Calls that were refused; `by` says who decided: `headless` where nobody could be asked. */
    denials: z.array(z.object({ tool: z.string(), what: z.string(), reason: z.string(), by: z.optional(z.string()) })),
    /** Of a kind of work: what it came to, and what shows it. */
    work: z.optional(workReportSchema),
  }),
);
export type Outcome = z.infer<typeof outcomeSchema>;

/** What a run may cost and take, said before it starts. */
const intervalSchema = z.object({ mean: z.number(), low: z.number(), high: z.number() });
/** An expected value and its 90 % interval. */
export type Interval = z.infer<typeof intervalSchema>;

export const forecastSchema = z.object({
  /** Chance of a right result, 0..1; the interval is that of the chance itself. */
  success: intervalSchema,
  costMicroUsd: intervalSchema,
  durationMs: intervalSchema,
});
/** What is expected of a run before it starts. */
export type Forecast = z.infer<typeof forecastSchema>;

export const quoteSchema = z.lazy(() =>
  z.object({
    model: z.string(),
    provider: z.string(),
    /** Micro-dollars no call of this run can pass; null when nothing bounds it (price unknown and no cap). */
    worstCaseMicroUsd: z.nullable(z.number()),
    /** Micro-dollars of the next call at most; null when the price is unknown. */
    nextCallMicroUsd: z.nullable(z.number()),
    maxTurns: z.number(),
    maxDurationMs: z.number(),
    /** Tokens of the first request, estimated. */
    firstRequestTokens: z.number(),
    /** What own evidence and public results expect; absent where nothing was predicted. */
    forecast: z.optional(forecastSchema),
    notes: z.array(z.string()),
  }),
);
export type Quote = z.infer<typeof quoteSchema>;
