// How much money weighs: more when spending runs ahead of its budget, and how much success is insisted on when results fall short.

/** A budget of a period, and how far both have come. */
export interface BudgetProgress {
  readonly spentMicroUsd: number;
  readonly limitMicroUsd: number;
  /** Share of the period that has passed, 0..1. */
  readonly elapsed: number;
}

const steepness = 4;
const mostWeight = 50;

/**
 * The multiplier of costs: 1 while spending keeps to an even pace (with a tenth of the budget as slack), then growing with the
 * distance, as the price of a budget constraint does. Several budgets: the tightest counts.
 */
export function costWeight(budgets: readonly BudgetProgress[]): number {
  const weights = budgets.map(({ spentMicroUsd, limitMicroUsd, elapsed }) => {
    if (limitMicroUsd <= 0) return mostWeight;
    const ahead = spentMicroUsd / limitMicroUsd - Math.min(1, elapsed + 0.1);
    return ahead <= 0 ? 1 : Math.min(mostWeight, Math.exp(steepness * ahead));
  });
  return Math.max(1, ...weights);
}

/** The chance of success to insist on: the one that is wanted, corrected by half of what recent results fall short of it (or exceed it). */
export function adaptedThreshold(wanted: number, recent: number | undefined): number {
  if (wanted <= 0 || recent === undefined) return wanted;
  return Math.min(0.98, Math.max(0.5 * wanted, wanted + 0.5 * (wanted - recent)));
}
