// What is thought of a model before anything was seen of it here.
import type { AmountPrior } from './amount-belief.ts';
import type { SkillPrior } from './skill-belief.ts';

/** What is thought of a model before own evidence. */
export interface ModelPrior {
  readonly skill?: SkillPrior;
  readonly costMicroUsd?: AmountPrior;
  readonly durationMs?: AmountPrior;
}

/** Gives the prior of a model in a kind of work. */
export type Priors = (model: string, kind: string) => ModelPrior | undefined;
