// Decides whether a task is explored by a team of candidates or done the usual way: only where it pays, and almost surely so.
//
// The usual way is the best chain of models (of length one: a single attempt) that the budget allows; a model alone repairs what
// the checks reject, which is a chain of itself. A team has to be worth
// more by expectation, and in most worlds drawn from what is believed of the models: a gain that may as well be a loss is none.
import { allChains, type IndexChain, valueChains } from '../chains/chain-value.ts';
import { amountLine, expectedAmount } from '../evidence/amount-belief.ts';
import { acceptRate, rejectRate } from '../evidence/check-rates.ts';
import { meanCorrelation } from '../evidence/correlation.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { type EvidenceContext, skillLine } from '../evidence/skill-belief.ts';
import { cholesky, jointMoments } from '../numbers/gaussian.ts';
import { drawNormal, type Random } from '../numbers/random.ts';
import { allTeams, sharedLuck, type Team, valueTeam } from './team-value.ts';

/** What is asked. The evidence must be prepared for the models. */
export interface ExploreQuestion {
  readonly evidence: Evidence;
  /** Names of models, `provider/model`. */
  readonly models: readonly string[];
  readonly context: EvidenceContext;
  readonly valueMicroUsd: number;
  /** Most that the task may cost by expectation; infinite for no bound. */
  readonly budgetMicroUsd: number;
  /** Longest chain of the usual way; 1 for a single attempt. Where there is one model only: its attempts with repairs. */
  readonly longest: number;
  /** Most candidates; 0 or 1: never explore. */
  readonly most: number;
  /** A model may work several times. */
  readonly repeats: boolean;
  readonly random: Random;
  /** Rates of the checks where they are known better than by the evidence, 0..1. */
  readonly accept?: number;
  readonly reject?: number;
}

/** A way to do the task. */
export interface WayForecast {
  readonly models: readonly string[];
  readonly success: number;
  readonly costMicroUsd: number;
  /** Value of the success less the cost. */
  readonly worthMicroUsd: number;
}

/** The answer. */
export interface ExploreAnswer {
  readonly pays: boolean;
  /** The best team; undefined where the budget allows none. */
  readonly team: WayForecast | undefined;
  /** The best chain; undefined where the budget allows none. */
  readonly usual: WayForecast | undefined;
  /** Share of drawn worlds in which the team is worth more, 0..1. */
  readonly chanceOfGain: number;
  readonly reason: string;
}

const worlds = 120;
/** Exploring starts when it is worth more in so many of the worlds. */
const leastChanceOfGain = 0.8;

/** Whether exploring pays. Pure but for the draws. */
export function exploreOrNot(question: ExploreQuestion): ExploreAnswer {
  const known = knownOf(question);
  const usual = bestOf(question, known.chains, known.chainValues(known.mean));
  const team = bestOf(question, known.teams, known.teamValues(known.mean));
  if (team === undefined)
    return { pays: false, team, usual, chanceOfGain: 0, reason: 'the budget allows no candidates' };
  const chanceOfGain = usual === undefined ? 1 : shareOfGain(question, known, team.at, usual.at);
  const gain = team.worthMicroUsd - (usual?.worthMicroUsd ?? 0);
  const pays = gain > 0 && team.worthMicroUsd > 0 && chanceOfGain >= leastChanceOfGain;
  return { pays, team, usual, chanceOfGain, reason: reasonOf(pays, gain, chanceOfGain) };
}

function reasonOf(pays: boolean, gain: number, chanceOfGain: number): string {
  const dollars = `$${(Math.abs(gain) / 1e6).toFixed(2)}`;
  const sure = `${Math.round(chanceOfGain * 100)} % sure`;
  if (pays) return `candidates are worth ${dollars} more than one attempt after another (${sure})`;
  return gain > 0
    ? `candidates may be worth ${dollars} more, but that is not sure enough (${sure})`
    : `candidates are worth ${dollars} less than the usual way`;
}

type Known = ReturnType<typeof knownOf>;

function knownOf(question: ExploreQuestion) {
  const { evidence, models, context, longest, most, repeats } = question;
  const { mean, covariance } = jointMoments(
    evidence.skill,
    models.map((model) => skillLine(model, context)),
  );
  const shared = {
    correlation: meanCorrelation(evidence.correlation),
    acceptRate: question.accept ?? acceptRate(evidence.rates),
    rejectRate: question.reject ?? rejectRate(evidence.rates),
    costs: models.map((model) => expectedAmount(evidence.cost, amountLine(model, context, false))),
    laterCosts: models.map((model) => expectedAmount(evidence.cost, amountLine(model, context, true))),
  };
  const isAlone = models.length === 1;
  const chains = isAlone ? repairChains(longest) : allChains(models.length, longest);
  const ofChains = isAlone ? { ...shared, correlation: sharedLuck(shared.correlation) } : shared;
  const teams = most < 2 ? [] : allTeams(models.length, most, repeats);
  // A finite belief about a chance: its spread pulls the expectation towards one half.
  const marginal = Float64Array.from(
    mean,
    (value, at) => value / Math.sqrt(1 + (covariance[at * models.length + at] ?? 0)),
  );
  return {
    mean: marginal,
    centre: mean,
    lower: cholesky(covariance, models.length),
    chains,
    teams,
    chainValues: (probits: ArrayLike<number>, of: readonly IndexChain[] = chains): Value[] => {
      const values = valueChains(of, { probits, ...ofChains });
      return of.map((_, at) => ({ success: values.success[at] ?? 0, cost: values.cost[at] ?? 0 }));
    },
    teamValues: (probits: ArrayLike<number>, of: readonly Team[] = teams): Value[] =>
      of.map((team) => valueTeam(team, { probits, ...shared })),
  };
}

/** One model that tries again after a rejection, up to so many times in all. */
function repairChains(longest: number): IndexChain[] {
  return Array.from({ length: longest }, (_, more) => Array.from({ length: more + 1 }, () => 0));
}

interface Value {
  readonly success: number;
  readonly cost: number;
}

function bestOf(
  { models, valueMicroUsd, budgetMicroUsd }: ExploreQuestion,
  ways: readonly (readonly number[])[],
  values: readonly Value[],
): (WayForecast & { readonly at: number }) | undefined {
  let best: (WayForecast & { readonly at: number }) | undefined;
  for (const [at, { success, cost }] of values.entries()) {
    const worthMicroUsd = valueMicroUsd * success - cost;
    if (cost > budgetMicroUsd || (best !== undefined && worthMicroUsd <= best.worthMicroUsd)) continue;
    const names = (ways[at] ?? []).flatMap((index) => models[index] ?? []);
    best = { at, models: names, success, costMicroUsd: cost, worthMicroUsd };
  }
  return best;
}

/** Share of the worlds drawn from the belief in which the team is worth more than the chain. */
function shareOfGain(question: ExploreQuestion, known: Known, team: number, chain: number): number {
  const { valueMicroUsd, models, random } = question;
  const size = models.length;
  const [teams, chains] = [known.teams.slice(team, team + 1), known.chains.slice(chain, chain + 1)];
  const worth = (value: Value | undefined): number => valueMicroUsd * (value?.success ?? 0) - (value?.cost ?? 0);
  let gains = 0;
  for (let world = 0; world < worlds; world++) {
    const noise = Array.from({ length: size }, () => drawNormal(random));
    const probits = Float64Array.from(known.centre, (value, row) =>
      noise.reduce(
        (sum, one, column) => sum + (column <= row ? (known.lower[row * size + column] ?? 0) * one : 0),
        value,
      ),
    );
    if (worth(known.teamValues(probits, teams)[0]) > worth(known.chainValues(probits, chains)[0])) gains += 1;
  }
  return gains / worlds;
}
