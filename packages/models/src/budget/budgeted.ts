// Money around a model: the worst case is reserved before the call, the true cost settled after it.
import type { ModelEvent, ModelRequest, ModelTerminalEvent, Usage } from '@monkey-coder/protocol';
import { errorMessage, formatMicroUsd, noUsage } from '@monkey-coder/protocol';
import { costMicroUsd, type EffectivePrice, worstCaseMicroUsd } from '../catalogue/price.ts';
import { estimateTokens, inputTokensUpperBound } from '../catalogue/token-estimate.ts';
import type { LanguageModel, ModelDecorator } from '../language-model.ts';
import { modelFailure } from '../transport/failures.ts';
import type { BudgetRefusal, BudgetScope, Ledger, Reservation } from './ledger.ts';
import { shorterAnswer } from './shorter-answer.ts';

/** A reservation that was made. */
export interface ReservedNotice {
  readonly callId: string;
  readonly reservationId: string;
  readonly amountMicroUsd: number;
}

/** A reservation that was settled or released. */
export interface SettledNotice {
  readonly callId: string;
  readonly reservationId: string;
  /** Model that was charged. */
  readonly model: string;
  /** 0 when the price is unknown: see `isPriced`. */
  readonly costMicroUsd: number;
  readonly isPriced: boolean;
  readonly usage: Usage;
}

/** What the decorator needs to know. */
export interface BudgetOptions {
  readonly ledger: Ledger;
  /** Every scope the call counts against. */
  readonly scopes: readonly BudgetScope[];
  /** Price of a model at a time (milliseconds since 1970); undefined when unknown. */
  readonly priceFor: (model: string, at: number) => EffectivePrice | undefined;
  /** Output tokens the call may use at most; `outputLimit` of the target's facts. */
  readonly outputLimit: (request: ModelRequest) => number;
  readonly now: () => number;
  readonly onReserved?: (notice: ReservedNotice) => void;
  readonly onSettled?: (notice: SettledNotice) => void;
}

/**
 * Keeps a model inside its budget. Where the whole answer might not fit, fewer output tokens are asked for. A refusal, or a cap over a model without a known price, ends the stream with `error` of
 * code `budget` before anything is sent. The reply's own model name is charged. A call that failed before any content came
 * is released; one that broke off later is charged for what was told, or else for what streamed. Put it inside `retrying`,
 * so that every attempt is reserved by itself.
 */
export function budgeted(options: BudgetOptions): ModelDecorator {
  return (inner) => ({
    identity: inner.identity,
    stream: (request, { signal }) => runBudgeted(inner, request, signal, options),
  });
}

async function* runBudgeted(
  inner: LanguageModel,
  asked: ModelRequest,
  signal: AbortSignal,
  options: BudgetOptions,
): AsyncGenerator<ModelEvent> {
  const price = options.priceFor(asked.model, options.now());
  const { request, held } = await reserveWhatFits(asked, price, options);
  if (held.kind !== 'reserved') {
    yield refused(held);
    return;
  }
  const account = new CallAccount(request, price, held, options);
  try {
    for await (const event of inner.stream(request, { signal })) {
      // Handed on before it is settled: a crash in between must find the answer recorded, not only its price.
      if (event.type === 'end' || event.type === 'error') yield account.finish(event);
      else {
        account.see(event);
        yield event;
      }
    }
  } finally {
    await account.settle();
  }
}

type Refusal =
  | BudgetRefusal
  | { readonly kind: 'unpriced'; readonly model: string }
  | { readonly kind: 'broken'; readonly why: string };

interface Attempt {
  readonly request: ModelRequest;
  readonly held: Reservation | Refusal;
}

/** Reserves the worst case; where it is refused, that of a shorter answer, once for each scope that may refuse. */
async function reserveWhatFits(
  asked: ModelRequest,
  price: EffectivePrice | undefined,
  options: BudgetOptions,
): Promise<Attempt> {
  let request = asked;
  for (const _scope of options.scopes) {
    const held = await reserve(request, price, options);
    const shorter =
      held.kind === 'refused' && price !== undefined
        ? shorterAnswer(request, { price, refusal: held, outputLimit: options.outputLimit })
        : undefined;
    if (shorter === undefined) return { request, held };
    request = shorter;
  }
  return { request, held: await reserve(request, price, options) };
}

async function reserve(
  request: ModelRequest,
  price: EffectivePrice | undefined,
  options: BudgetOptions,
): Promise<Reservation | Refusal> {
  const isCapped = options.scopes.some((scope) => scope.limitMicroUsd !== undefined);
  if (price === undefined && isCapped) return { kind: 'unpriced', model: request.model };
  const worst =
    price === undefined ? 0 : worstCaseMicroUsd(price, inputTokensUpperBound(request), options.outputLimit(request));
  try {
    const { callId } = request;
    const result = await options.ledger.reserve({ callId, amountMicroUsd: worst, scopes: options.scopes });
    if (result.kind === 'reserved') {
      options.onReserved?.({ callId, reservationId: result.id, amountMicroUsd: worst });
    }
    return result;
  } catch (error) {
    return { kind: 'broken', why: errorMessage(error) };
  }
}

function refused(refusal: Refusal): ModelTerminalEvent {
  const failure = modelFailure('budget', refusalLine(refusal));
  return { type: 'error', failure, partial: { role: 'assistant', parts: [] }, usage: noUsage, costMicroUsd: 0 };
}

function refusalLine(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'unpriced':
      return `a spending cap is set, but the price of ${refusal.model} is unknown: give its price in the settings or drop the cap`;
    case 'broken':
      return `the ledger could not reserve: ${refusal.why}`;
    case 'refused': {
      const money = (amount: number): string => formatMicroUsd(amount);
      const inUse = refusal.reservedMicroUsd > 0 ? ` and ${money(refusal.reservedMicroUsd)} reserved` : '';
      return `the next call may cost up to ${money(refusal.wantedMicroUsd)}, but of ${money(refusal.limitMicroUsd)} for ${nameOf(refusal.scope)} ${money(refusal.spentMicroUsd)} are spent${inUse}; raise the cap to go on`;
    }
  }
}

/** Runs and sessions are known by what they are, days and months by their dates. */
function nameOf(scope: string): string {
  return /^(?:run|session):/.test(scope) ? `this ${scope.slice(0, scope.indexOf(':'))}` : scope.replace(':', ' ');
}

/** What a call came to. */
interface Due {
  readonly model: string;
  readonly cost: number;
  readonly isPriced: boolean;
  readonly usage: Usage;
}

/** The money side of one call: what was seen, and how it ends. */
class CallAccount {
  readonly #request: ModelRequest;
  readonly #price: EffectivePrice | undefined;
  readonly #reservation: Reservation;
  readonly #options: BudgetOptions;
  #characters = 0;
  #lost = 0;
  #due: Due | undefined;

  constructor(
    request: ModelRequest,
    price: EffectivePrice | undefined,
    reservation: Reservation,
    options: BudgetOptions,
  ) {
    this.#request = request;
    this.#price = price;
    this.#reservation = reservation;
    this.#options = options;
  }

  see(event: ModelEvent): void {
    switch (event.type) {
      case 'text.delta':
      case 'reasoning.delta':
        this.#characters += event.text.length;
        return;
      case 'tool-call.started':
        this.#characters += event.name.length;
        return;
      case 'tool-call.delta':
        this.#characters += event.arguments.length;
        return;
      case 'restart':
        if (this.#characters > 0 && this.#price) this.#lost += costMicroUsd(this.#price, this.#streamed());
        this.#characters = 0;
        return;
      default:
        return;
    }
  }

  /** Works out what is due by the terminal event and writes the cost into it. */
  finish(event: ModelTerminalEvent): ModelTerminalEvent {
    const model = event.type === 'end' ? event.model : this.#request.model;
    const price = this.#options.priceFor(model, this.#options.now()) ?? this.#price;
    const usage = event.type === 'end' ? event.usage : this.#usageOfFailure(event.usage);
    const cost = (price === undefined || usage === null ? 0 : this.#costOf(price, usage)) + this.#lost;
    this.#due = { model, cost, isPriced: price !== undefined, usage: usage ?? noUsage };
    return price === undefined ? event : { ...event, costMicroUsd: cost };
  }

  /** Settles what is due; when the reader left before the end, what streamed is charged. */
  async settle(): Promise<void> {
    const { model, cost, isPriced, usage } = this.#due ?? this.#abandoned();
    if (cost === 0) await this.#reservation.release();
    else await this.#reservation.settle(cost);
    const { callId } = this.#request;
    const reservationId = this.#reservation.id;
    this.#options.onSettled?.({ callId, reservationId, model, costMicroUsd: cost, isPriced, usage });
  }

  #abandoned(): Due {
    const usage = this.#characters > 0 ? this.#streamed() : null;
    const cost = this.#price === undefined || usage === null ? 0 : costMicroUsd(this.#price, usage);
    return {
      model: this.#request.model,
      cost: cost + this.#lost,
      isPriced: this.#price !== undefined,
      usage: usage ?? noUsage,
    };
  }

  /** Counts that make no amount (negative, absurd, no number) count as the worst case. */
  #costOf(price: EffectivePrice, usage: Usage): number {
    const counts = [usage.inputTokens, usage.outputTokens, usage.cachedInputTokens, usage.cacheWriteTokens];
    const cost = costMicroUsd(price, usage);
    const isAmount = Number.isSafeInteger(cost) && counts.every((count) => count >= 0);
    return isAmount ? cost : this.#reservation.amountMicroUsd;
  }

  /** What the provider told counts; else, once content came, an estimate; else nothing was spent. */
  #usageOfFailure(told: Usage): Usage | null {
    if (!told.estimated && told.inputTokens + told.outputTokens > 0) return told;
    return this.#characters > 0 ? this.#streamed() : null;
  }

  #streamed(): Usage {
    const outputTokens = Math.ceil(this.#characters / 4);
    return { ...noUsage, inputTokens: estimateTokens(this.#request), outputTokens, estimated: true };
  }
}
