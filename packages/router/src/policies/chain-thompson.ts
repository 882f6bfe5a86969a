// The default policy: tempered Thompson sampling over chains of one to three models with checks between them.
//
// A number of worlds are drawn from the belief about skill, with its spread tempered; in each the chain of highest value is found; one of
// the worlds is acted on. So the share of worlds a chain is best in *is* the probability of choosing it, which is logged. Nothing is tried
// out on a critical task, nor when exploring has cost its share of what was spent.
import type { JsonValue } from '@monkey-coder/protocol';
import { AllChainPlans } from '../chains/chain-value.ts';
import { adaptedThreshold } from '../chains/pacing.ts';
import { type Arm, armName } from '../evidence/arm.ts';
import { evidenceContext } from '../evidence/context.ts';
import { type Evidence, learnt, noEvidence } from '../evidence/evidence.ts';
import { fadedTo, usualMemory } from '../evidence/fading.ts';
import { focused, focusedOnCost } from '../evidence/focus.ts';
import type { Priors } from '../evidence/model-prior.ts';
import { packEvidence, unpackEvidence } from '../evidence/pack-evidence.ts';
import { chainThompsonKnobs, DecisionTable } from './decision-table.ts';
import {
  certain,
  type Decision,
  type RoutingContext,
  type RoutingOutcome,
  type RoutingPolicy,
  requestedArm,
} from './routing-policy.ts';

/** What the policy knows, beside the priors. */
export interface ChainThompsonState {
  readonly evidence: Evidence;
  /** Micro-dollars spent, and expected to be lost by exploring, over all decisions learnt from. */
  readonly spent: number;
  readonly explored: number;
  /** How often results were right lately, 0..1; absent before the first. */
  readonly recent?: number;
}

/** What is given beforehand: what is thought of models, and how slowly evidence fades. */
interface Beforehand {
  readonly priors: Priors;
  readonly memory: number;
}

const fresh: ChainThompsonState = { evidence: noEvidence, spent: 0, explored: 0 };

/** Makes the policy. `priors` are what is thought of models before own evidence; `memory` is how slowly evidence fades. */
export function createChainThompson(
  priors: Priors,
  state: ChainThompsonState = fresh,
  { memory = usualMemory }: { readonly memory?: number } = {},
): ChainThompson {
  return new ChainThompson({ priors, memory }, state);
}

/** Makes the policy from its saved state; what cannot be read counts as no evidence. */
export function restoreChainThompson(priors: Priors, saved: JsonValue): ChainThompson {
  return new ChainThompson({ priors, memory: usualMemory }, unpackState(saved) ?? fresh);
}

/** The default policy; see the head of the file. Its evidence can be looked at for explanations. */
export class ChainThompson implements RoutingPolicy {
  readonly name = 'chain-thompson';
  readonly #beforehand: Beforehand;
  readonly #state: ChainThompsonState;
  readonly #plans: AllChainPlans;

  constructor(beforehand: Beforehand, state: ChainThompsonState, plans = new AllChainPlans()) {
    this.#beforehand = beforehand;
    this.#state = state;
    this.#plans = plans;
  }

  get state(): JsonValue {
    const { evidence, spent, explored, recent } = this.#state;
    return {
      evidence: packEvidence(evidence),
      spent: Math.round(spent),
      explored: Math.round(explored),
      ...(recent === undefined ? {} : { recent }),
    };
  }

  get evidence(): Evidence {
    return this.#state.evidence;
  }

  /** What the evidence says of some arms in a context, for predictions. */
  evidenceFor(context: RoutingContext, arms: readonly Arm[]): Evidence {
    const known = focused(this.#state.evidence, arms.map(armName), evidenceContext(context), this.#beforehand.priors);
    return fadedTo(known, context.time, this.#beforehand);
  }

  decide(context: RoutingContext, arms: readonly Arm[], random: () => number): Decision {
    const first = arms[0];
    if (!first) throw new RangeError('a policy needs at least one arm');
    const requested = requestedArm(context, arms);
    if (requested) return certain(requested, this.name, 'the model that was asked for');
    if (arms.length === 1) return certain(first, this.name, 'the only model that can be called');
    const minSuccess = adaptedThreshold(context.minSuccess ?? 0, this.#state.recent);
    const plan = this.#plans.of(arms.length, context.hasChecks ? chainThompsonKnobs.longest : 1);
    const look = (context.waitMicroUsd ?? 0) > 0 ? focused : focusedOnCost;
    const known = look(this.#state.evidence, arms.map(armName), evidenceContext(context), this.#beforehand.priors);
    const now = fadedTo(known, context.time, this.#beforehand);
    const table = new DecisionTable({ ...context, minSuccess }, arms, now, plan);
    const best = table.bestOfMean();
    if (context.isCritical)
      return table.decided(best, [], this.name, 'the best known: nothing is tried out on this task');
    const { spent, explored, evidence } = this.#state;
    if (evidence.tasks < chainThompsonKnobs.thin)
      return table.decided(best, [], this.name, 'little evidence yet: the best by what is known in public');
    const votes = table.votes(random);
    const isCapped = explored > chainThompsonKnobs.exploreShare * spent + freeExploring * context.valueMicroUsd;
    const allowed = isCapped ? votes.filter((vote) => vote === best) : votes;
    if (allowed.length === 0) return table.decided(best, [], this.name, 'exploring has had its share: the best known');
    const chosen = allowed[Math.floor(random() * allowed.length)] ?? best;
    const reason =
      chosen === best ? 'best expected value' : 'may be the best: tried to find out, at a small expected loss';
    return table.decided(chosen, allowed, this.name, reason, best);
  }

  learn(outcome: RoutingOutcome): ChainThompson {
    const { evidence, spent, explored, recent } = this.#state;
    const last = outcome.stages.at(-1);
    const right = last?.quality ?? (last?.verdict === 'accepted' ? 1 : last?.verdict === 'rejected' ? 0 : undefined);
    const cost = outcome.stages.reduce((sum, stage) => sum + (stage.costMicroUsd ?? 0), 0);
    const state = {
      evidence: learnt(evidence, evidenceContext(outcome.context), outcome.stages, {
        ...this.#beforehand,
        ...(outcome.context.time === undefined ? {} : { time: outcome.context.time }),
      }),
      spent: spent + cost,
      explored: explored + (outcome.exploreCostMicroUsd ?? 0),
      ...(right === undefined && recent === undefined ? {} : { recent: smoothed(recent, right) }),
    };
    return new ChainThompson(this.#beforehand, state, this.#plans);
  }
}

/** Exponential average over about twenty results. */
function smoothed(before: number | undefined, now: number | undefined): number {
  if (before === undefined || now === undefined) return before ?? now ?? 0;
  return before + 0.05 * (now - before);
}

/** Solved tasks that exploring may lose before it is held against what was spent. */
const freeExploring = 2;

function unpackState(saved: JsonValue): ChainThompsonState | undefined {
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) return undefined;
  const { evidence, spent, explored, recent } = saved as Readonly<Record<string, JsonValue>>;
  const unpacked = evidence === undefined ? undefined : unpackEvidence(evidence);
  if (!unpacked || typeof spent !== 'number' || typeof explored !== 'number') return undefined;
  return { evidence: unpacked, spent, explored, ...(typeof recent === 'number' ? { recent } : {}) };
}
