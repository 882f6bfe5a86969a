// The one result object: last line of stream-json, only line of json.
import { type RunReport, stripFence } from '@monkey-coder/engine';
import { parseJson, type WorkReport } from '@monkey-coder/protocol';
import type { ModelUsage } from './model-usage.ts';

/** The result of a run that ended with an outcome. `total_cost_usd` is null where a price is unknown. */
export function resultDocument(
  report: RunReport,
  exitCode: number,
  modelUsage: Readonly<Record<string, ModelUsage>>,
): object {
  const { outcome } = report;
  const isUsable = ['verified', 'answered', 'unverified'].includes(outcome.status);
  const structured = isUsable ? parseJson(stripFence(outcome.text)) : undefined;
  return {
    type: 'result',
    subtype: subtypeOf(outcome.status, exitCode),
    is_error: exitCode !== 0 && outcome.status !== 'answered',
    status: outcome.status,
    terminal_reason: outcome.reason,
    exit_code: exitCode,
    result: outcome.text,
    ...(structured !== undefined && typeof structured === 'object' ? { structured_output: structured } : {}),
    session_id: report.sessionId,
    run_id: report.runId,
    num_turns: outcome.turns,
    duration_ms: outcome.durationMs,
    total_cost_usd: outcome.costMicroUsd === null ? null : outcome.costMicroUsd / 1_000_000,
    usage: {
      input_tokens: outcome.usage.inputTokens,
      cache_read_input_tokens: outcome.usage.cachedInputTokens,
      cache_creation_input_tokens: outcome.usage.cacheWriteTokens,
      output_tokens: outcome.usage.outputTokens,
      reasoning_tokens: outcome.usage.reasoningTokens,
      estimated: outcome.usage.estimated,
    },
    modelUsage,
    receipts: outcome.receipts,
    changes: outcome.changes,
    permission_denials: outcome.denials,
    ...(outcome.work === undefined ? {} : { kind: kindBlock(outcome.work) }),
    schema_version: 1,
  };
}

/** A review or an audit that found what it was to fail on has not failed itself. */
function subtypeOf(status: string, exitCode: number): string {
  if (exitCode === 0) return 'success';
  return status === 'answered' ? 'findings' : `error_${status.replaceAll('-', '_')}`;
}

/** What a kind of work came to. */
function kindBlock({ kind, ...report }: WorkReport): object {
  return { name: kind, ...report };
}

/** The result of a run that could not start. */
export function failureDocument(failure: {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly exitCode: number;
}): object {
  return {
    type: 'result',
    subtype: 'error_before_start',
    is_error: true,
    status: 'failed',
    error_code: failure.code,
    terminal_reason: failure.message,
    advice: failure.advice,
    exit_code: failure.exitCode,
    result: '',
    session_id: null,
    run_id: null,
    num_turns: 0,
    duration_ms: 0,
    total_cost_usd: 0,
    usage: {
      input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      output_tokens: 0,
      reasoning_tokens: 0,
      estimated: false,
    },
    modelUsage: {},
    receipts: [],
    changes: [],
    permission_denials: [],
    schema_version: 1,
  };
}
