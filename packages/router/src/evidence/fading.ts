// How evidence fades: models change behind their names, and projects change. What was learnt drifts back to what was thought at first.
//
// A model that is observed fades by one step with each of its tasks, which bounds how many of them count; a day is a
// step for every model and project. The steps are those of an Ornstein and Uhlenbeck process whose rest is the prior (`setDrift`):
// only the variables of the models and projects concerned move, and what all share (level, kinds of work) stays. An
// outcome `memory` steps ago counts about a third of one of now.
import { copied, type Drift, type Gaussian, setDrift, type Variable } from '../numbers/gaussian.ts';
import { type AmountBelief, amountVariable } from './amount-belief.ts';
import type { ModelPrior, Priors } from './model-prior.ts';
import { type EvidenceContext, effectOf, skillVariable } from './skill-belief.ts';

/** The one knob: steps until about a third is left. Of 150, 250, 400, 800 and 1600 the best in `bench/router/changing.ts`, without loss before the change. */
export const usualMemory = 400;

const dayMs = 86_400_000;

/** What fades of the evidence. */
export interface Fading {
  readonly skill: Gaussian;
  readonly cost: AmountBelief;
  readonly time: AmountBelief;
  /** Up to when days have made it fade, milliseconds since 1970; absent before the first task with a time. */
  readonly fadedAt?: number;
}

/** How the three beliefs drift. */
export interface Drifts {
  readonly skill: Drift;
  readonly cost: Drift;
  readonly time: Drift;
}

/** What fades with a task in a context: what is known of the models that ran and of the project. */
export function driftsOfTask(
  evidence: Fading,
  models: readonly string[],
  context: EvidenceContext,
  { priors, memory }: { readonly priors: Priors; readonly memory: number },
): Drifts {
  const project = `project:${context.project}`;
  const starts = models.flatMap((model) => [`model:${model}`, `model:${model} `]);
  const isMoved = (name: string): boolean =>
    name === project || starts.some((start) => (start.endsWith(' ') ? name.startsWith(start) : name === start));
  return drifts(evidence, isMoved, priors, Math.exp(-1 / memory));
}

/** The evidence at a time (milliseconds since 1970): for each day since it was last brought up, everything of models and projects has faded by a step. */
export function fadedTo<Known extends Fading>(
  evidence: Known,
  time: number | undefined,
  { priors, memory }: { readonly priors: Priors; readonly memory: number },
): Known {
  if (time === undefined) return evidence;
  const { fadedAt = time } = evidence;
  const days = Math.floor((time - fadedAt) / dayMs);
  if (days < 1) return { ...evidence, fadedAt };
  const isMoved = (name: string): boolean => name.startsWith('model:') || name.startsWith('project:');
  const { skill, cost, time: took } = drifts(evidence, isMoved, priors, Math.exp(-days / memory));
  const moved = (belief: Gaussian, drift: Drift): Gaussian => {
    const own = copied(belief);
    setDrift(own, drift);
    return own;
  };
  const movedAmount = (belief: AmountBelief, drift: Drift): AmountBelief => ({
    ...belief,
    logs: moved(belief.logs, drift),
  });
  return {
    ...evidence,
    fadedAt: fadedAt + days * dayMs,
    skill: moved(evidence.skill, skill),
    cost: movedAmount(evidence.cost, cost),
    time: movedAmount(evidence.time, took),
  };
}

function drifts(evidence: Fading, isMoved: (name: string) => boolean, priors: Priors, kept: number): Drifts {
  const known = new Map<string, ModelPrior | undefined>();
  const priorOf = (name: string): ModelPrior | undefined => {
    const { model, kind } = partsOf(name);
    if (model === undefined) return undefined;
    const key = `${model} ${kind}`;
    if (!known.has(key)) known.set(key, priors(model, kind));
    return known.get(key);
  };
  const towards = (belief: Gaussian, variableOf: (name: string, prior: ModelPrior | undefined) => Variable): Drift => ({
    kept,
    towards: belief.names.filter(isMoved).map((name) => variableOf(name, priorOf(name))),
  });
  return {
    skill: towards(evidence.skill, (name, prior) => skillVariable(name, prior?.skill)),
    cost: towards(evidence.cost.logs, (name, prior) => amountVariable(name, prior?.costMicroUsd)),
    time: towards(evidence.time.logs, (name, prior) => amountVariable(name, prior?.durationMs)),
  };
}

/** The model and the kind of work a variable is about. */
function partsOf(name: string): { readonly model?: string; readonly kind: string } {
  if (!name.startsWith('model:')) return { kind: '' };
  const effect = effectOf(name);
  const mark = effect === 'modelInKind' ? ' kind:' : ' project:';
  const end = effect === 'model' ? name.length : name.lastIndexOf(mark);
  return {
    model: name.slice('model:'.length, end),
    kind: effect === 'modelInKind' ? name.slice(end + mark.length) : '',
  };
}
