// Average reward and quality of each model; plain numbers.
import type { JsonValue } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

const schema = z.record(z.string(), z.tuple([z.number(), z.number(), z.number()]));

/** Counts by the name of a model: tries, sum of rewards, sum of qualities. */
export class RewardCounts {
  readonly #table: Readonly<Record<string, readonly [number, number, number]>>;

  constructor(table: Readonly<Record<string, readonly [number, number, number]>>) {
    this.#table = table;
  }

  get state(): JsonValue {
    return this.#table as JsonValue;
  }

  get total(): number {
    return Object.values(this.#table).reduce((sum, [tries]) => sum + tries, 0);
  }

  tries(model: string): number {
    return this.#table[model]?.[0] ?? 0;
  }

  reward(model: string): number | undefined {
    const found = this.#table[model];
    return found && found[1] / found[0];
  }

  quality(model: string): number | undefined {
    const found = this.#table[model];
    return found && found[2] / found[0];
  }

  after(model: string, reward: number, quality: number): RewardCounts {
    const [tries, rewards, qualities] = this.#table[model] ?? [0, 0, 0];
    return new RewardCounts({ ...this.#table, [model]: [tries + 1, rewards + reward, qualities + quality] });
  }
}

/** Counts from their state; what cannot be read counts as none. */
export function parseCounts(saved: JsonValue): RewardCounts {
  const parsed = schema.safeParse(saved);
  return new RewardCounts(parsed.success ? (parsed.data as Record<string, [number, number, number]>) : {});
}
