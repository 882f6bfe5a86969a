// The one visible place where a model is put together: where it is found, what it costs, retry and budget around it.
import {
  type BudgetScope,
  budgeted,
  type Catalogue,
  createCatalogue,
  createProviderModel,
  defaultWatchdogLimits,
  type EffectivePrice,
  findLocalServers,
  type LanguageModel,
  type Ledger,
  type ModelTarget,
  outputLimit,
  priceLookup,
  resolveTarget,
  retrying,
  sleepUntilAborted,
} from '@monkey-coder/models';
import { type EventBody, isMonkeyError } from '@monkey-coder/protocol';
import type { Settings } from '../config/settings.ts';

/** What finding a model depends on. */
export interface ModelSources {
  readonly settings: Settings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly keys: () => Readonly<Record<string, string>>;
  readonly now: () => number;
}

/** A model that was found, and what it costs. */
export interface FoundModel {
  readonly target: ModelTarget;
  /** Price now; undefined when unknown. */
  readonly price: EffectivePrice | undefined;
  /** Price of a model of the same provider at a time, by the name a reply gives. */
  readonly priceFor: (model: string, at: number) => EffectivePrice | undefined;
}

/** Finds where a model is called. Local servers are looked for only when nothing else answers the name. */
export async function findModel(
  wanted: string | undefined,
  sources: ModelSources,
  signal: AbortSignal,
): Promise<FoundModel> {
  const catalogue = createCatalogue();
  const target = await locate(wanted, sources, catalogue, signal);
  const listed = priceLookup(catalogue, target);
  const priceFor: FoundModel['priceFor'] = (model, at) =>
    ownPrice(sources.settings, target, model) ?? listed(model, at);
  return { target, price: priceFor(target.model, sources.now()), priceFor };
}

async function locate(
  wanted: string | undefined,
  sources: ModelSources,
  catalogue: Catalogue,
  signal: AbortSignal,
): Promise<ModelTarget> {
  const request = {
    model: wanted,
    env: sources.environment,
    keys: sources.keys(),
    baseUrls: Object.fromEntries(Object.entries(sources.settings.providers).map(([id, entry]) => [id, entry.baseUrl])),
    catalogue,
    now: sources.now(),
  };
  try {
    return resolveTarget(request);
  } catch (error) {
    const mayBeLocal =
      isMonkeyError(error) &&
      (error.code === 'model.unreachable' || (error.code === 'auth.missing-key' && wanted === undefined));
    if (!mayBeLocal) throw error;
    const localServers = await findLocalServers(signal);
    if (localServers.length === 0) throw error;
    return resolveTarget({ ...request, localServers });
  }
}

/** A price of the user's own settings, USD per million tokens there, micro-USD here. */
function ownPrice(settings: Settings, target: ModelTarget, model: string): EffectivePrice | undefined {
  const { prices } = settings;
  const own = prices[`${target.provider}/${model}`] ?? prices[`${target.provider}/${target.model}`];
  return own && { input: own.input * 1_000_000, output: own.output * 1_000_000 };
}

/** The decorated model of a run: each attempt is reserved in the ledger before it is sent, and attempts end at the deadline. */
export function composeModel(
  found: FoundModel,
  options: {
    readonly ledger: Ledger;
    readonly scopes: readonly BudgetScope[];
    readonly record: (event: EventBody) => void;
    readonly now: () => number;
    readonly random: () => number;
    /** Milliseconds since 1970. */
    readonly deadline: number;
    readonly timeouts: Settings['timeouts'];
  },
): LanguageModel {
  const { ledger, scopes, record, now, random, deadline, timeouts } = options;
  const money = budgeted({
    ledger,
    scopes,
    now,
    priceFor: found.priceFor,
    outputLimit: (request) => outputLimit(request, found.target.facts),
    onReserved: ({ callId, reservationId, amountMicroUsd }) =>
      record({ type: 'budget.reserved', callId, reservationId, amountMicroUsd }),
    onSettled: ({ callId, reservationId, costMicroUsd }) =>
      record({ type: 'budget.settled', callId, reservationId, amountMicroUsd: costMicroUsd }),
  });
  const steady = retrying({ now, random, deadline, sleep: sleepUntilAborted });
  const watchdogs = {
    ...defaultWatchdogLimits,
    firstTokenMs: timeouts.firstTokenSeconds * 1000,
    idleMs: timeouts.idleSeconds * 1000,
  };
  return steady(money(createProviderModel(found.target, { watchdogs })));
}
