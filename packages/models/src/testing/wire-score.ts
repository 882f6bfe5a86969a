// Runs recorded provider replies through the product's own codecs and scores what they read.
import { readFile } from 'node:fs/promises';
import type { DialectName, ModelEvent, ModelFailure, Usage } from '@monkey-coder/protocol';
import type { WireDecoder } from '../dialects/dialect.ts';
import { dialectNamed } from '../dialects/dialects.ts';
import { wireQuirks } from '../providers/table.ts';

/** Right, refused (no such dialect here) and wrong cases. */
export interface WireTally {
  total: number;
  right: number;
  refused: number;
  wrong: number;
}

/** The score of a file of cases. A codec writes nothing, so `wronglyWritten` is always 0. */
export interface WireScore extends WireTally {
  readonly wronglyWritten: 0;
  readonly byDialect: Record<string, WireTally>;
  /** What was wrong, one line a case: id and fields. */
  readonly failures: string[];
}

interface WireCase {
  readonly id: string;
  readonly provider: string;
  readonly dialect: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly chunks?: readonly string[];
  readonly body?: string;
  readonly expect: Expectation;
}

interface Expectation {
  readonly text: string;
  readonly reasoning: string | null;
  readonly toolCalls: readonly unknown[];
  readonly finish: string | null;
  readonly usage: Record<string, number | null> | null;
  readonly error: { kind: string; message: string | null; retryAfterMs: number | null } | null;
}

interface Reading {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly unknown[];
  readonly finish: string | null;
  readonly usage: Usage;
  readonly failure: ModelFailure | undefined;
}

/** Scores every case of a JSON-lines file of the form of `shared/data/wire/cases.jsonl`. */
export async function evaluateWire(file: string): Promise<WireScore> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const score: WireScore = { total: 0, right: 0, refused: 0, wrong: 0, wronglyWritten: 0, byDialect: {}, failures: [] };
  for (const line of lines) {
    const wireCase = JSON.parse(line) as WireCase;
    score.byDialect[wireCase.dialect] ??= { total: 0, right: 0, refused: 0, wrong: 0 };
    const verdict = judgeCase(wireCase);
    for (const tally of [score, score.byDialect[wireCase.dialect]]) {
      if (tally === undefined) continue;
      tally.total++;
      if (verdict === 'refused') tally.refused++;
      else if (verdict.length === 0) tally.right++;
      else tally.wrong++;
    }
    if (verdict !== 'refused' && verdict.length > 0) score.failures.push(`${wireCase.id}: ${verdict.join(', ')}`);
  }
  return score;
}

function judgeCase(wireCase: WireCase): string[] | 'refused' {
  const name = wireCase.dialect === 'anthropic' ? 'anthropic-messages' : wireCase.dialect;
  const dialect = dialectNamed(name as DialectName);
  if (dialect === undefined) return 'refused';
  const bad = new Set<string>();
  for (const pieces of cuttings(wireCase)) {
    const decoder = dialect.createDecoder(
      { status: wireCase.status, headers: wireCase.headers },
      { model: 'unknown', quirks: wireQuirks(wireCase.provider) },
    );
    for (const field of compare(wireCase.expect, read(decoder, pieces))) bad.add(field);
  }
  return [...bad];
}

/** A stream as it was cut when recorded, in single bytes (seven when long), and whole; a document at once. */
function cuttings(wireCase: WireCase): Uint8Array[][] {
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const { chunks } = wireCase;
  if (chunks === undefined) return [[bytes(wireCase.body ?? '')]];
  const whole = bytes(chunks.join(''));
  const size = whole.length > 20_000 ? 7 : 1;
  const small = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.slice(i * size, (i + 1) * size));
  return [chunks.map(bytes), small, [whole]];
}

function read(decoder: WireDecoder, pieces: readonly Uint8Array[]): Reading {
  const events: ModelEvent[] = [];
  for (const piece of pieces) events.push(...decoder.push(piece));
  events.push(...decoder.finish());
  const terminals = events.filter((event) => event.type === 'end' || event.type === 'error');
  const [terminal] = terminals;
  if (terminals.length !== 1 || terminal === undefined || events.at(-1) !== terminal) {
    throw new Error(`${terminals.length} terminal events instead of one at the end`);
  }
  const message = terminal.type === 'end' ? terminal.message : terminal.partial;
  const parts = message.parts;
  return {
    text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    reasoning: parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
    toolCalls: parts.flatMap((part) =>
      part.type === 'tool-call' ? [{ name: part.name, arguments: argumentsOf(part.arguments) }] : [],
    ),
    finish: finishOf(terminal),
    usage: terminal.usage,
    failure: terminal.type === 'error' ? terminal.failure : undefined,
  };
}

function finishOf(terminal: Extract<ModelEvent, { type: 'end' | 'error' }>): string | null {
  if (terminal.type === 'end') return terminal.finishReason;
  const { code, status } = terminal.failure;
  return code === 'truncated' || status !== undefined ? null : 'error';
}

function argumentsOf(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return text;
  }
}

/** Names of the fields that were read otherwise than expected. */
function compare(want: Expectation, got: Reading): string[] {
  const squash = (text: string | null): string => (text ?? '').replace(/\s+/g, '');
  const bad: string[] = [];
  if (got.text !== want.text) bad.push('text');
  if (squash(got.reasoning) !== squash(want.reasoning)) bad.push('reasoning');
  if (canonical(got.toolCalls) !== canonical(want.toolCalls)) bad.push('toolCalls');
  if (got.finish !== want.finish) bad.push('finish');
  return [...bad, ...compareUsage(want.usage ?? {}, got.usage), ...compareError(want.error, got.failure)];
}

function compareUsage(want: Record<string, number | null>, got: Usage): string[] {
  const counts: Record<string, number> = got.estimated
    ? {}
    : {
        input: got.inputTokens,
        output: got.outputTokens,
        cachedInput: got.cachedInputTokens,
        cacheWrite: got.cacheWriteTokens,
        reasoning: got.reasoningTokens,
      };
  return ['input', 'output', 'cachedInput', 'cacheWrite', 'reasoning'].filter((name) => {
    const expected = want[name];
    return expected !== null && expected !== undefined && (counts[name] ?? 0) !== expected;
  });
}

const kinds: Partial<Record<ModelFailure['code'], string>> = {
  not_found: 'not-found',
  invalid_request: 'invalid-request',
  unsupported: 'invalid-request',
  context_length: 'context-length',
  content_policy: 'content-filter',
  rate_limit: 'rate-limit',
  truncated: 'stream-truncated',
};

function compareError(want: Expectation['error'], got: ModelFailure | undefined): string[] {
  if (want === null || got === undefined) return (want === null) === (got === undefined) ? [] : ['error'];
  const bad: string[] = [];
  if ((kinds[got.code] ?? got.code) !== want.kind) bad.push('error.kind');
  if (want.retryAfterMs !== null && got.retryAfterMs !== want.retryAfterMs) bad.push('error.retryAfterMs');
  if (want.message && !got.message.includes(want.message.slice(0, 40))) bad.push('error.message');
  return bad;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
