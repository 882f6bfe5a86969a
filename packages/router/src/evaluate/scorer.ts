// Off-line prediction from fully labelled tasks: success and cost of each model, from kind of work and, weakly, from the words.
import { amountLine, expectedAmount } from '../evidence/amount-belief.ts';
import { type Evidence, learnt, marginalProbit, noEvidence, prepared } from '../evidence/evidence.ts';
import type { Priors } from '../evidence/model-prior.ts';
import { rememberTexts, type TextMemory } from '../evidence/text-memory.ts';
import { textSignature } from '../features/text-signature.ts';
import { normalCumulative, normalDensity, normalQuantile } from '../numbers/normal.ts';

/** A task that all models tried. */
export interface LabelledTask {
  readonly kind: string;
  readonly text: string | undefined;
  /** 0..1 for each model. */
  readonly success: readonly number[];
  readonly costMicroUsd: readonly number[];
}

/** Predicts for tasks that were not seen. */
export interface Scorer {
  fit(tasks: readonly LabelledTask[]): void;
  score(task: Pick<LabelledTask, 'kind' | 'text'>): { readonly success: number[]; readonly costMicroUsd: number[] };
  /** What was learnt, for valuing chains. */
  readonly evidence: Evidence;
}

/** Makes a scorer for some models. */
export function createScorer(models: readonly string[], priors: Priors): Scorer {
  let evidence = noEvidence;
  let memory: TextMemory | undefined;
  const byKind = (kind: string): number[] =>
    models.map((model) => normalCumulative(marginalProbit(evidence.skill, model, { kind })));
  return {
    get evidence() {
      return evidence;
    },
    fit(tasks) {
      evidence = tasks.reduce((known, task) => learntFrom(known, models, task, priors), evidence);
      const withText = tasks.filter((task) => task.text !== undefined);
      if (withText.length < 20) return;
      const residuals = withText.map(({ kind, success }) => {
        const expected = byKind(kind);
        return models.map((_, index) => (success[index] ?? 0) - (expected[index] ?? 0));
      });
      memory = rememberTexts(
        withText.map((task) => textSignature(task.text ?? '')),
        residuals,
        averageRates(
          withText.map((task) => task.success),
          models.length,
        ).map((rate) => normalDensity(normalQuantile(rate))),
      );
    },
    score({ kind, text }) {
      evidence = prepared(evidence, models, { kind }, priors);
      const residuals = text === undefined ? [] : (memory?.predict(textSignature(text)) ?? []);
      return {
        success: byKind(kind).map((chance, index) => chance + (residuals[index] ?? 0)),
        costMicroUsd: models.map((model) => expectedAmount(evidence.cost, amountLine(model, { kind }, false))),
      };
    },
  };
}

function averageRates(rows: readonly (readonly number[])[], count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const solved = rows.reduce((sum, row) => sum + (row[index] ?? 0), 0);
    return (solved + 1) / (rows.length + 2);
  });
}

/** A task tried by all models: their outcomes together also say how failures come together. */
function learntFrom(evidence: Evidence, models: readonly string[], task: LabelledTask, priors: Priors): Evidence {
  const stages = models.map((model, index) => ({
    model,
    verdict: 'none' as const,
    quality: task.success[index] ?? 0,
  }));
  const skilled = learnt(evidence, { kind: task.kind }, stages, { priors, memory: Number.POSITIVE_INFINITY });
  const costs = models.map((model, index) => ({
    model,
    verdict: 'none' as const,
    costMicroUsd: task.costMicroUsd[index] ?? 0,
  }));
  // Each cost is that of a first stage, so that "after a rejection" is not learnt from tasks without one.
  let cost = skilled.cost;
  for (const one of costs)
    cost = learnt({ ...evidence, cost }, { kind: task.kind }, [one], { priors, memory: Number.POSITIVE_INFINITY }).cost;
  return { ...skilled, cost };
}
