// What is thought of models before any own run: public results where there are some, else a guess from the price list. Always weak.
import { type Arm, armName } from './arm.ts';
import type { ModelPrior, Priors } from './model-prior.ts';
import { publicResults } from './public-priors.ts';

/** Deviation of the probit that public results are believed to: about a dozen pseudo-observations. */
const publicDeviation = 0.35;
/** The same for a guess from the price: about five. */
const guessDeviation = 0.5;
const costDeviation = 0.8;

interface PublicResult {
  readonly name: string;
  readonly labels: readonly string[];
  /** Solved, tasks, mean micro-dollars (0: unknown) by kind. */
  readonly results: Readonly<Record<string, readonly [number, number, number]>>;
}

/** Priors of the arms a user has: public results by name, else from their price. */
export function publicPriors(arms: readonly Arm[]): Priors {
  const byName = new Map(arms.map((arm) => [armName(arm), arm]));
  return (model, kind) => {
    const found = results().find((one) => one.name !== '' && isSameModel(one.name, model));
    const arm = byName.get(model);
    const own = found ? { ...priceGuess(arm), ...priorOf(found, kind) } : priceGuess(arm);
    return arm?.isLocal ? { ...own, ...onThisMachine } : own;
  };
}

/** Prior of a model by the label a public source gives it; undefined where it is not known. */
export function publicPriorsByLabel(label: string, kind: string): ModelPrior | undefined {
  const found = results().find((one) => one.labels.includes(label));
  return found && priorOf(found, kind);
}

/** The same model through another provider has the same name at its end. */
function isSameModel(known: string, asked: string): boolean {
  return known === asked || asked.endsWith(`/${known.slice(known.indexOf('/') + 1)}`);
}

let parsed: readonly PublicResult[] | undefined;

/** The table, read when it is first asked for. */
function results(): readonly PublicResult[] {
  parsed ??= publicResults
    .trim()
    .split('\n')
    .map((line) => {
      const [name, labels, table] = JSON.parse(line) as [string, string, PublicResult['results']];
      return { name, labels: labels.split('|'), results: table };
    });
  return parsed;
}

function priorOf({ results: table }: PublicResult, kind: string): ModelPrior {
  const all = Object.values(table);
  const rate = shrunk(
    all.reduce((sum, [solved]) => sum + solved, 0),
    all.reduce((sum, [, tasks]) => sum + tasks, 0),
    0.6,
  );
  const own = table[kind];
  const costs = Object.entries(table).filter(([name, [, , cost]]) => name !== 'aider' && cost > 0);
  const mean = costs.reduce((sum, [, [, , cost]]) => sum + Math.log(cost), 0) / Math.max(1, costs.length);
  const ownCost = own?.[2] ?? 0;
  return {
    skill: { rate, deviation: publicDeviation, ...(own ? { rateInKind: shrunk(own[0], own[1], rate) } : {}) },
    ...(costs.length === 0
      ? {}
      : {
          costMicroUsd: {
            expected: Math.exp(mean),
            deviation: costDeviation,
            ...(ownCost > 0 ? { expectedInKind: ownCost } : {}),
          },
        }),
  };
}

/** A rate drawn towards what is expected by twelve pseudo-observations. */
function shrunk(solved: number, tasks: number, expected: number): number {
  return (solved + 12 * expected) / (tasks + 12);
}

/** Tokens an agent reads (cached ones counted at a tenth) and writes in a middling task. */
const tokensRead = 120_000;
const tokensWritten = 10_000;

/** Nothing public says how long a task takes here: two minutes, give or take. */
const usualTime = { expected: 120_000, deviation: 0.8 };

/** Served here it costs no money (a micro-dollar stands for none), and what it takes is not known: five minutes, give or take a factor of three. */
const onThisMachine = {
  costMicroUsd: { expected: 1, deviation: 0.01 },
  durationMs: { expected: 300_000, deviation: 1.1 },
} as const;

/** Dearer models are better on the whole: a doubling of the price is worth about 0.1 of a probit, two points at most. */
function priceGuess(arm: Arm | undefined): ModelPrior {
  const { inputPrice, outputPrice } = arm ?? {};
  if (inputPrice === undefined || outputPrice === undefined) return { durationMs: usualTime };
  const cost = Math.max(1, (inputPrice * tokensRead + outputPrice * tokensWritten) / 1e6);
  const doublings = Math.max(-3, Math.min(2.5, Math.log2(Math.max(outputPrice, 1e4) / 5e6)));
  return {
    skill: { rate: 0.66 + 0.04 * doublings, deviation: guessDeviation },
    costMicroUsd: { expected: cost, deviation: costDeviation },
    durationMs: usualTime,
  };
}
