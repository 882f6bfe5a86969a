// Adds up what each model of a run used and cost, for the result object.
import type { Event } from '@monkey-coder/protocol';

/** What one model used; `costUSD` is null where a price is unknown. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly costUSD: number | null;
}

/** Listens to a run; names are `provider/model` of whom was asked. */
export class ModelUsageCounter {
  readonly #askedBy = new Map<string, string>();
  readonly #used = new Map<string, ModelUsage>();

  /** Takes an event into account; calls that failed may have cost, too. */
  add(event: Event): void {
    if (event.type === 'model.started') this.#askedBy.set(event.callId, `${event.provider}/${event.model}`);
    if (event.type !== 'model.ended' && event.type !== 'model.failed') return;
    const name = this.#askedBy.get(event.callId) ?? (event.type === 'model.ended' ? event.model : 'unknown');
    const before = this.#used.get(name);
    const cost = event.costMicroUsd === null ? null : event.costMicroUsd / 1_000_000;
    this.#used.set(name, {
      inputTokens: (before?.inputTokens ?? 0) + event.usage.inputTokens,
      outputTokens: (before?.outputTokens ?? 0) + event.usage.outputTokens,
      cacheReadInputTokens: (before?.cacheReadInputTokens ?? 0) + event.usage.cachedInputTokens,
      cacheCreationInputTokens: (before?.cacheCreationInputTokens ?? 0) + event.usage.cacheWriteTokens,
      costUSD: cost === null || before?.costUSD === null ? null : (before?.costUSD ?? 0) + cost,
    });
  }

  /** By model. */
  byModel(): Readonly<Record<string, ModelUsage>> {
    return Object.fromEntries(this.#used);
  }
}
