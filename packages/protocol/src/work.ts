// Kinds of work that end with an outcome of their own: what is asked of them, and what was found out, by whom and how.
import * as z from 'zod/mini';

export const workKindSchema = z.enum([
  'fix',
  'test',
  'review',
  'explain',
  'plan',
  'refactor',
  'docs',
  'upgrade',
  'audit',
]);
/** A kind of work with an outcome of its own. */
export type WorkKind = z.infer<typeof workKindSchema>;

/** Kinds that change no file. */
export const readingKinds: ReadonlySet<WorkKind> = new Set(['review', 'explain', 'plan', 'audit']);

export const severitySchema = z.enum(['critical', 'high', 'medium', 'low']);
/** How bad a finding is. */
export type Severity = z.infer<typeof severitySchema>;

export const workSchema = z.object({
  kind: workKindSchema,
  /** Files and folders it is about, relative to the root; empty for all. */
  targets: z.array(z.string()),
  /** What the user asked for, in their own words: bug report, stack trace, question. */
  request: z.string(),
  /** review: what the tree is compared with; absent for the last commit. */
  base: z.optional(z.string()),
  /** review, audit: findings this bad or worse fail it. */
  failOn: z.optional(z.union([severitySchema, z.literal('never')])),
  /** upgrade: name of the dependency, and the version that is wanted; absent for the newest that fits. */
  dependency: z.optional(z.object({ name: z.string(), version: z.optional(z.string()) })),
  /** refactor: the public interface may change. */
  mayChangeInterface: z.optional(z.boolean()),
  /** review, docs: examples may run where no sandbox is. */
  mayRunExamples: z.optional(z.boolean()),
  /** test: wrong versions of the source that are tried at most, and how many of 100 the tests must notice. */
  mutants: z.optional(z.object({ most: z.number(), minKilledPercent: z.number() })),
});
/** What is asked of a kind of work. */
export type Work = z.infer<typeof workSchema>;

export const reviewFindingSchema = z.object({
  /** Relative to the root. */
  file: z.string(),
  /** 1-based. */
  line: z.number(),
  severity: severitySchema,
  title: z.string(),
  why: z.string(),
  /** Such as `monkey/secret`; of the model's own findings `model`. */
  rule: z.string(),
  /** A test that shows it, and what became of it when it was run in a copy. */
  example: z.optional(
    z.object({
      path: z.string(),
      content: z.string(),
      command: z.string(),
      result: z.enum(['fails', 'passes', 'not-run']),
      detail: z.string(),
    }),
  ),
});
/** Something that is wrong, at a place that exists. */
export type ReviewFinding = z.infer<typeof reviewFindingSchema>;

export const evidenceSchema = z.object({
  /** What was looked at, in one sentence. */
  what: z.string(),
  result: z.enum(['holds', 'fails', 'unknown']),
  detail: z.string(),
  /** The receipts that show it. */
  receiptIds: z.array(z.string()),
});
/** One thing that was looked at to judge the work. None of it is a word of the model. */
export type WorkEvidence = z.infer<typeof evidenceSchema>;

export const workReportSchema = z.lazy(() =>
  z.object({
    kind: workKindSchema,
    /** `unproven`: neither shown nor disproved. */
    verdict: z.enum(['verified', 'not-verified', 'unproven']),
    reasons: z.array(z.string()),
    evidence: z.array(evidenceSchema),
    /** review, audit. */
    findings: z.optional(z.array(reviewFindingSchema)),
    /** review, audit: what cited nothing that is there, and why it was left out. */
    dropped: z.optional(
      z.array(z.object({ file: z.string(), line: z.nullable(z.number()), title: z.string(), reason: z.string() })),
    ),
    /** review, audit: how many findings are as bad as was asked about, or worse. */
    failing: z.optional(z.number()),
    /** explain, plan: places that were cited, and whether they are there. */
    citations: z.optional(
      z.array(z.object({ file: z.string(), line: z.nullable(z.number()), exists: z.boolean(), reason: z.string() })),
    ),
    /** test: wrong versions of the source, and whether the new tests noticed. */
    mutants: z.optional(
      z.array(
        z.object({ file: z.string(), line: z.number(), change: z.string(), outcome: z.enum(['killed', 'survived']) }),
      ),
    ),
    /** plan. */
    plan: z.optional(
      z.object({
        goal: z.string(),
        steps: z.array(
          z.object({
            title: z.string(),
            files: z.array(z.object({ path: z.string(), change: z.enum(['create', 'modify', 'delete', 'read']) })),
            check: z.optional(z.string()),
          }),
        ),
        risks: z.array(z.string()),
        /** From the sizes of the files; micro-dollars are null when the price is unknown. */
        estimate: z.object({
          files: z.number(),
          lines: z.number(),
          tokens: z.number(),
          costMicroUsd: z.nullable(z.number()),
        }),
      }),
    ),
  }),
);
/** What a kind of work came to. */
export type WorkReport = z.infer<typeof workReportSchema>;

const severityOrder: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** Whether a finding is as bad as a threshold, or worse; nothing is for `never`. */
export function isAtLeast(severity: Severity, threshold: Severity | 'never'): boolean {
  return threshold !== 'never' && severityOrder.indexOf(severity) <= severityOrder.indexOf(threshold);
}
