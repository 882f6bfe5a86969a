// Reads the findings of an answer, in the words that models use for them. What cannot be read is left out and counted.
import type { ReviewFinding, Severity } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { answerJson } from './answer-json.ts';

const text = z.optional(z.nullable(z.string()));
const place = z.optional(z.nullable(z.union([z.string(), z.number()])));
/** Tolerant: other names for the same things are taken. */
const givenSchema = z.object({
  file: text,
  path: text,
  filename: text,
  line: place,
  startLine: place,
  start_line: place,
  severity: text,
  level: text,
  title: text,
  message: text,
  summary: text,
  why: text,
  description: text,
  explanation: text,
  example: z.optional(z.nullable(z.object({ path: text, file: text, content: text, code: text }))),
});
type Given = z.infer<typeof givenSchema>;

/** A finding as it was claimed; its place has not been looked at. */
export type ClaimedFinding = Pick<ReviewFinding, 'file' | 'line' | 'severity' | 'title' | 'why'> & {
  readonly example?: { readonly path: string; readonly content: string };
};

/** What an answer claims. */
export interface ClaimedFindings {
  readonly findings: readonly ClaimedFinding[];
  /** Entries without a file and a line. */
  readonly unreadable: number;
}

const words: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  blocker: 'critical',
  high: 'high',
  error: 'high',
  major: 'high',
  medium: 'medium',
  moderate: 'medium',
  warning: 'medium',
  low: 'low',
  minor: 'low',
  info: 'low',
  note: 'low',
};

/** The findings; undefined where the answer has no list of them. */
export function readFindings(answer: string): ClaimedFindings | undefined {
  const value = answerJson(answer);
  const list = Array.isArray(value) ? value : (value as { findings?: unknown } | undefined)?.findings;
  if (!Array.isArray(list)) return undefined;
  const read = list.map(readOne);
  const findings = read.filter((one): one is ClaimedFinding => one !== undefined);
  return { findings, unreadable: read.length - findings.length };
}

function readOne(value: unknown): ClaimedFinding | undefined {
  const parsed = givenSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const given = parsed.data;
  const named = given.file ?? given.path ?? given.filename ?? '';
  // `src/a.js:12` in one.
  const [, file = '', ownLine] = /^(.*?)(?::(\d+)(?:[-:]\d+)?)?$/s.exec(named) ?? [];
  const line = Number.parseInt(String(given.line ?? given.startLine ?? given.start_line ?? ownLine ?? ''), 10);
  if (file === '' || !Number.isInteger(line)) return undefined;
  const severity = words[(given.severity ?? given.level ?? 'medium').toLowerCase()] ?? 'medium';
  const title = given.title ?? given.message ?? given.summary ?? 'no title';
  const why = given.why ?? given.description ?? given.explanation ?? given.message ?? '';
  return { file: file.replace(/^\.\//, ''), line, severity, title, why, ...exampleOf(given) };
}

function exampleOf({ example }: Given): Pick<ClaimedFinding, 'example'> {
  const path = example?.path ?? example?.file;
  const content = example?.content ?? example?.code;
  return path && content ? { example: { path, content } } : {};
}
