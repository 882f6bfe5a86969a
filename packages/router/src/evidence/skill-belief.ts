// What is believed about how often each model gets a task right, by kind of work and project.
//
// The chance of success is Φ(u) with u a sum of effects: a level, the kind, the model, the model in that kind, the project,
// the model in that project. All effects are jointly normal, so that one outcome says a little about everything related: a
// kind that is hard for one model is probably hard for the next. Each task has a difficulty of its own, shared by whatever
// models try it: that is why failures come together. Its share of the variance, the correlation, is learnt from chains.
// Updates are assumed-density filtering: after each observation the belief is the normal with the exact posterior moments
// of the line looked at (Minka, "Expectation propagation", 2001, for the probit likelihood).
import {
  type Drift,
  type Gaussian,
  type Line,
  lineMoments,
  type Moments,
  setDrift,
  setLineMoments,
  type Variable,
  withoutVariables,
  withVariables,
} from '../numbers/gaussian.ts';
import { normalCumulative, normalDensity, normalQuantile } from '../numbers/normal.ts';

/** What of a task the evidence is kept by. */
export interface EvidenceContext {
  /** Kind of work, such as `bugfix`. */
  readonly kind: string;
  /** Project the task belongs to; absent when none is known. */
  readonly project?: string;
}

/** What is thought of a model before anything was seen of it here. */
export interface SkillPrior {
  /** Success rate, 0..1. */
  readonly rate: number;
  /** Rate in the kind of work asked about, where it is known apart. */
  readonly rateInKind?: number;
  /** How sure, as the standard deviation of the probit of the rate. */
  readonly deviation: number;
}

/** How likely what was seen is, if the result was right and if it was wrong. */
export interface Likelihood {
  readonly right: number;
  readonly wrong: number;
}

/** One stage of a chain, as evidence. */
export interface SkillObservation {
  readonly model: string;
  readonly likelihood: Likelihood;
}

/** Variances of the effects: the few knobs of the belief, the same for every user. */
export const skillVariances = {
  level: 0.15,
  kind: 0.3,
  model: 0.15,
  modelInKind: 0.06,
  project: 0.06,
  modelInProject: 0.03,
} as const;

/** Rate assumed of a model nothing is known about. */
export const unknownRate = 0.6;

/** What a variable of a line stands for. */
export function effectOf(name: string): keyof typeof skillVariances {
  if (name === 'level') return 'level';
  if (name.startsWith('kind:')) return 'kind';
  if (name.startsWith('project:')) return 'project';
  if (name.includes(' kind:')) return 'modelInKind';
  return name.includes(' project:') ? 'modelInProject' : 'model';
}

/** The line of a model in a context. */
export function skillLine(model: string, context: EvidenceContext): Line {
  const { kind, project } = context;
  const general: Line = [
    ['level', 1],
    [`kind:${kind}`, 1],
    [`model:${model}`, 1],
    [`model:${model} kind:${kind}`, 1],
  ];
  if (project === undefined) return general;
  return [...general, [`project:${project}`, 1], [`model:${model} project:${project}`, 1]];
}

/** The variables of a model in a context that a belief does not have yet. */
export function missingSkill(
  belief: Gaussian,
  model: string,
  context: EvidenceContext,
  prior: SkillPrior | undefined,
): Variable[] {
  return skillLine(model, context)
    .filter(([name]) => !belief.index.has(name))
    .map(([name]) => skillVariable(name, prior));
}

/** A variable before anything was seen of it; `prior` is that of its model in its kind of work. */
export function skillVariable(name: string, prior: SkillPrior | undefined): Variable {
  const own = prior ?? { rate: unknownRate, deviation: Math.sqrt(skillVariances.model) };
  const effect = effectOf(name);
  if (effect === 'model') return { name, mean: normalQuantile(own.rate), variance: own.deviation * own.deviation };
  const isKnown = effect === 'modelInKind' && own.rateInKind !== undefined;
  const mean = isKnown ? normalQuantile(own.rateInKind ?? own.rate) - normalQuantile(own.rate) : 0;
  return { name, mean, variance: skillVariances[effect] };
}

/** What a belief learns a task by: the share of the task's own difficulty, and what fades before. */
export interface TaskLearning {
  readonly correlation: number;
  readonly drift: Drift;
}

/** The belief after what was seen of one task, stage by stage. */
export function afterTask(
  belief: Gaussian,
  context: EvidenceContext,
  observations: readonly SkillObservation[],
  { correlation, drift }: TaskLearning,
): Gaussian {
  const own = 'this task';
  // Grown is copied: what is learnt is written into the copy.
  const grown = withVariables(belief, [{ name: own, mean: 0, variance: correlation }]);
  setDrift(grown, drift);
  for (const { model, likelihood } of observations) {
    const line: Line = [...skillLine(model, context), [own, 1]];
    const before = lineMoments(grown, line);
    setLineMoments(grown, line, probitMoments(before, likelihood, 1 - correlation));
  }
  return withoutVariables(grown, (name) => name === own);
}

/** Posterior moments of z ~ N(mean, variance) where right has the chance Φ(z / √noise). */
function probitMoments({ mean, variance }: Moments, { right, wrong }: Likelihood, noise: number): Moments {
  const scale = Math.sqrt(variance + noise);
  const t = mean / scale;
  const total = wrong + (right - wrong) * normalCumulative(t);
  if (!(total > 1e-12)) return { mean, variance };
  const slope = ((right - wrong) * normalDensity(t)) / (scale * total);
  const bend = -slope * (t / scale) - slope * slope;
  return { mean: mean + variance * slope, variance: Math.max(1e-9, variance + variance * variance * bend) };
}
