// The one visible place where a model is put together: cache, failover, retry, queue, budget and breaker around each provider.
//
// cached(watchingPrefix(failingOver([retrying(limiting(budgeted(breaking(provider)))), …]))): a stored answer reserves nothing,
// each attempt reserves by itself, nothing is reserved while a call waits for its turn. A model without alternatives is never
// refused by a breaker and is waited for; where there are some, the next one is asked instead of waiting.
import { join } from 'node:path';
import {
  type BudgetScope,
  breaking,
  budgeted,
  type Candidate,
  cached,
  createProviderModel,
  createResponseStore,
  defaultWatchdogLimits,
  estimateTokens,
  failingOver,
  type LanguageModel,
  type Ledger,
  limiting,
  outputLimit,
  type PrefixChange,
  proxyFromEnvironment,
  type RetryOptions,
  retrying,
  sleepUntilAborted,
  type TakeOver,
  watchingPrefix,
} from '@monkey-coder/models';
import type { EventBody } from '@monkey-coder/protocol';
import type { Homes } from '../config/homes.ts';
import { keyFingerprint } from '../config/key-store.ts';
import type { Settings } from '../config/settings.ts';
import type { FoundCandidate, FoundModel } from './find-model.ts';
import type { Lane, ModelTraffic } from './model-traffic.ts';

/** What a run's model is put together with. */
export interface ComposeOptions {
  readonly ledger: Ledger;
  readonly scopes: readonly BudgetScope[];
  readonly record: (event: EventBody) => void;
  /** Whether the next request may begin otherwise than the one before: room was made, on purpose. */
  readonly expectsNewPrefix: () => boolean;
  readonly now: () => number;
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly settings: Settings;
  readonly homes: Homes;
  readonly traffic: ModelTraffic;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The decorated model of a run. */
export function composeModel(found: FoundModel, options: ComposeOptions): LanguageModel {
  const watched = watchingPrefix({
    onChange: (change) => {
      if (!options.expectsNewPrefix()) options.record(prefixNotice(change));
    },
  })(chainOf(found, options));
  if (options.settings.cache !== 'exact') return watched;
  const { provider, model, baseUrl } = found.target;
  const text = 'the answer was stored: nothing was asked and nothing is charged';
  const storing = cached({
    store: createResponseStore(join(options.homes.cache, 'responses')),
    place: `${provider}/${model} at ${baseUrl}`,
    onHit: () => options.record({ type: 'notice', level: 'info', code: 'cache.hit', text }),
  });
  return storing(watched);
}

function chainOf(found: FoundModel, options: ComposeOptions): LanguageModel {
  const isCapped = options.scopes.some((scope) => scope.limitMicroUsd !== undefined);
  const others = found.alternatives.filter((one) => !isCapped || one.price !== undefined);
  if (others.length === 0) return candidate(found, options, 'alone').model;
  const { now, random, deadline, record } = options;
  const all = [found, ...others];
  const named = (one: FoundCandidate): Candidate => ({
    ...candidate(one, options, 'in a chain'),
    name: nameIn(all, one),
  });
  return failingOver([named(found), ...others.map(named)], {
    now,
    random,
    deadline,
    sleep: sleepUntilAborted,
    onTakeOver: (takeOver) => record(takeOverNotice(takeOver)),
  });
}

/** The key is only named where it tells two candidates apart. */
function nameIn(all: readonly FoundCandidate[], { target }: FoundCandidate): string {
  const name = `${target.provider}/${target.model}`;
  const isOne = all.filter((one) => `${one.target.provider}/${one.target.model}` === name).length === 1;
  return isOne ? name : `${name} (key ${fingerprintOf(target)})`;
}

function fingerprintOf({ key }: FoundCandidate['target']): string {
  return key === null ? 'none' : keyFingerprint(key.reveal());
}

/** In a chain nothing is waited out for long: the next one can answer now. */
const impatient: Partial<RetryOptions> = { maxAttempts: 2, maxWaitMs: 2000, giveUpOn: ['rate_limit'] };

function candidate(
  found: FoundCandidate,
  options: ComposeOptions,
  where: 'alone' | 'in a chain',
): Omit<Candidate, 'name'> {
  const { now, random, deadline, traffic } = options;
  const { provider, model } = found.target;
  const isInChain = where === 'in a chain';
  const lane = traffic.lane(`${provider}/${model}#${fingerprintOf(found.target)}`, { remembers: isInChain });
  const watched = breaking({ now, onCall: lane.note, ...(isInChain ? { breaker: lane.breaker } : {}) });
  const notBefore = (): number => lane.window.freeAt(now(), () => 1);
  const steady = retrying({
    now,
    random,
    deadline,
    notBefore,
    sleep: sleepUntilAborted,
    ...(isInChain ? impatient : {}),
  });
  const paid = moneyAround(found, options)(watched(provide(found, options, lane)));
  const queue = traffic.queue(provider);
  return {
    model: steady(queue === undefined ? paid : limiting(queue)(paid)),
    availableAt: (request) =>
      Math.max(
        lane.breaker.open?.until ?? 0,
        lane.window.freeAt(now(), () => estimateTokens(request)),
      ),
  };
}

function provide(
  { target }: FoundCandidate,
  { settings, now, environment }: ComposeOptions,
  lane: Lane,
): LanguageModel {
  const { firstTokenSeconds, idleSeconds } = settings.timeouts;
  const watchdogs = { ...defaultWatchdogLimits, firstTokenMs: firstTokenSeconds * 1000, idleMs: idleSeconds * 1000 };
  const proxyFor = proxyFromEnvironment(environment);
  return createProviderModel(target, {
    watchdogs,
    now,
    proxyFor,
    onHead: (headers) => lane.window.learn(headers, now()),
  });
}

function moneyAround({ target, priceFor }: FoundCandidate, { ledger, scopes, now, record }: ComposeOptions) {
  return budgeted({
    ledger,
    scopes,
    now,
    priceFor,
    outputLimit: (request) => outputLimit(request, target.facts),
    onReserved: ({ callId, reservationId, amountMicroUsd }) =>
      record({ type: 'budget.reserved', callId, reservationId, amountMicroUsd }),
    onSettled: ({ callId, reservationId, costMicroUsd, model }) =>
      record({
        type: 'budget.settled',
        callId,
        reservationId,
        amountMicroUsd: costMicroUsd,
        model: `${target.provider}/${model}`,
      }),
  });
}

function takeOverNotice({ from, to, failure }: TakeOver): EventBody {
  const text =
    failure === undefined
      ? `${to} answers again instead of ${from}`
      : `${to} answers instead of ${from}: ${failure.message}`;
  return { type: 'notice', level: failure === undefined ? 'info' : 'warning', code: 'model.failover', text };
}

function prefixNotice({ where, messageIndex }: PrefixChange): EventBody {
  const what = where === 'message' ? `message ${messageIndex + 1}` : `the ${where}`;
  const text = `the request no longer begins like the one before it (${what} changed): the provider's prompt cache starts anew from there`;
  return { type: 'notice', level: 'warning', code: 'cache.prefix-changed', text };
}
