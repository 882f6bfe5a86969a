// What the runs of one engine share about traffic to models: breakers, rate limits, queues, and what they learn for later.
import { CallQueue, type CallSample, CircuitBreaker, RateWindow } from '@monkey-coder/models';
import type { Settings } from '../config/settings.ts';
import { addHealth, type HealthNews, readHealth } from './health-store.ts';

/** The traffic to one model with one key. */
export interface Lane {
  readonly breaker: CircuitBreaker;
  readonly window: RateWindow;
  readonly note: (sample: CallSample) => void;
}

/** Shared by all runs of an engine. */
export interface ModelTraffic {
  /** `id` is `provider/model#key fingerprint`; `remembers` says whether an open breaker of an earlier process counts. */
  lane(id: string, how: { readonly remembers: boolean }): Lane;
  /** The queue of a provider; undefined where the settings do not bound it. */
  queue(provider: string): CallQueue | undefined;
  /** Writes down what was learnt since the last time. */
  flush(): void;
}

/** Most calls of one model that a process keeps before it writes. */
const mostSamples = 200;

/** Makes the shared state; the health file is read when the first lane that remembers is asked for. */
export function createModelTraffic(options: {
  readonly healthPath: string;
  readonly settings: Settings;
  readonly now: () => number;
}): ModelTraffic {
  const { healthPath, settings, now } = options;
  const lanes = new Map<string, Lane>();
  const queues = new Map<string, CallQueue>();
  const samples = new Map<string, CallSample[]>();
  const openLane = (id: string, remembers: boolean): Lane => ({
    breaker: new CircuitBreaker(remembers ? readHealth(healthPath)[id]?.open : undefined),
    window: new RateWindow(),
    note: (sample) => samples.set(id, [...(samples.get(id) ?? []).slice(1 - mostSamples), sample]),
  });
  return {
    lane(id, { remembers }) {
      const lane = lanes.get(id) ?? openLane(id, remembers);
      lanes.set(id, lane);
      return lane;
    },
    queue(provider) {
      const limit = settings.providers[provider]?.concurrency;
      if (limit === undefined) return undefined;
      const queue = queues.get(provider) ?? new CallQueue(limit);
      queues.set(provider, queue);
      return queue;
    },
    flush() {
      if (samples.size === 0) return;
      const news = [...samples].map(([id, list]): [string, HealthNews] => [
        id,
        { samples: list, open: lanes.get(id)?.breaker.open },
      ]);
      samples.clear();
      addHealth(healthPath, new Map(news), now());
    },
  };
}
