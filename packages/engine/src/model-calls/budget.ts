// The scopes a run's money is counted in, and the quote said before it starts.
import { type BudgetScope, type EffectivePrice, inputTokensUpperBound, worstCaseMicroUsd } from '@monkey-coder/models';
import {
  type Forecast,
  type Limits,
  type ModelRequest,
  MonkeyError,
  microUsd,
  type Quote,
} from '@monkey-coder/protocol';
import type { Settings } from '../config/settings.ts';
import type { FoundModel } from './find-model.ts';

/** Scopes of a run: itself, its session, the day and the month (UTC). */
export function budgetScopes(run: {
  readonly runId: string;
  readonly sessionId: string;
  readonly now: number;
  readonly limits: Limits;
  readonly settings: Settings;
}): BudgetScope[] {
  const day = new Date(run.now).toISOString().slice(0, 10);
  const { dayUsd, monthUsd } = run.settings.budget;
  return [
    runScope(run.runId, run.limits),
    { id: `session:${run.sessionId}` },
    capped(`day:${day}`, dayUsd === undefined ? undefined : microUsd(dayUsd)),
    capped(`month:${day.slice(0, 7)}`, monthUsd === undefined ? undefined : microUsd(monthUsd)),
  ];
}

/** The money of one run. */
export function runScope(runId: string, limits: Limits): BudgetScope {
  return capped(`run:${runId}`, limits.maxCostMicroUsd);
}

function capped(id: string, limit: number | undefined): BudgetScope {
  return limit === undefined ? { id } : { id, limitMicroUsd: limit };
}

/** The caps that can be kept: without a known price only the default cap is dropped, a cap somebody set is an error. */
export function keepableLimits(
  limits: Limits,
  found: FoundModel,
  settings: Settings,
  defaultCapMicroUsd: number,
): { readonly limits: Limits; readonly notes: readonly string[] } {
  if (found.price !== undefined) return { limits, notes: [] };
  const { dayUsd, monthUsd } = settings.budget;
  const isOwnCap = limits.maxCostMicroUsd !== undefined && limits.maxCostMicroUsd !== defaultCapMicroUsd;
  if (isOwnCap || dayUsd !== undefined || monthUsd !== undefined) {
    const name = `${found.target.provider}/${found.target.model}`;
    throw new MonkeyError('config.invalid', `the price of ${name} is unknown, so the budget cannot be kept`, {
      advice: `Set it: monkey config set prices '{"${name}":{"input":1,"output":5}}' (USD per million tokens), or drop the budget.`,
    });
  }
  const { maxCostMicroUsd: _dropped, ...rest } = limits;
  return {
    limits: rest,
    notes: [
      `the price of ${found.target.model} at ${found.target.baseUrl} is unknown: only turns and time bound this run`,
    ],
  };
}

/** The quote of a run from its first request. */
export function quoteRun(
  request: ModelRequest,
  found: FoundModel,
  limits: Limits,
  known: {
    readonly contextTokens: number;
    readonly requestTokens: number;
    readonly notes: readonly string[];
    /** So many runs share the cap; turns hold for each. */
    readonly runs: number;
    /** Price of the dearest model that may take over. */
    readonly worstPrice?: EffectivePrice | undefined;
    readonly forecast?: Forecast | undefined;
  },
): Quote {
  const { price, target } = found;
  return {
    model: target.model,
    provider: target.provider,
    worstCaseMicroUsd:
      price === undefined
        ? null
        : Math.min(
            known.runs *
              limits.maxTurns *
              worstCaseMicroUsd(known.worstPrice ?? price, known.contextTokens, request.maxOutputTokens ?? 0),
            limits.maxCostMicroUsd ?? Number.MAX_SAFE_INTEGER,
          ),
    nextCallMicroUsd:
      price === undefined
        ? null
        : Math.min(
            worstCaseMicroUsd(price, inputTokensUpperBound(request), request.maxOutputTokens ?? 0),
            limits.maxCostMicroUsd ?? Number.MAX_SAFE_INTEGER,
          ),
    maxTurns: limits.maxTurns,
    maxDurationMs: limits.maxDurationMs,
    firstRequestTokens: known.requestTokens,
    ...(known.forecast === undefined ? {} : { forecast: known.forecast }),
    notes: [...target.notices.filter((notice) => !notice.startsWith('the price of ')), ...known.notes],
  };
}
