// How far the checks can be trusted: how often they accept what is right and reject what is wrong, learnt from own runs.
import type { Likelihood } from './skill-belief.ts';

/** Pseudo-counts of two Beta beliefs; serialisable. */
export interface CheckRates {
  readonly rightAccepted: number;
  readonly rightRejected: number;
  readonly wrongAccepted: number;
  readonly wrongRejected: number;
}

/** Before any evidence: tests accept 95 % of what is right and reject 80 % of what is wrong, worth 40 and 20 observations. */
export const startRates: CheckRates = { rightAccepted: 38, rightRejected: 2, wrongAccepted: 4, wrongRejected: 16 };

/** Chance that something right is accepted. */
export function acceptRate(rates: CheckRates): number {
  return rates.rightAccepted / (rates.rightAccepted + rates.rightRejected);
}

/** Chance that something wrong is rejected. */
export function rejectRate(rates: CheckRates): number {
  return rates.wrongRejected / (rates.wrongAccepted + rates.wrongRejected);
}

/** What a verdict of the checks says about being right, when nothing else is known. */
export function verdictLikelihood(rates: CheckRates, accepted: boolean): Likelihood {
  const accept = acceptRate(rates);
  const reject = rejectRate(rates);
  return accepted ? { right: accept, wrong: 1 - reject } : { right: 1 - accept, wrong: reject };
}

/** The rates after a verdict on a result that is right with probability `right`. */
export function afterVerdict(rates: CheckRates, accepted: boolean, right: number): CheckRates {
  const wrong = 1 - right;
  return accepted
    ? { ...rates, rightAccepted: rates.rightAccepted + right, wrongAccepted: rates.wrongAccepted + wrong }
    : { ...rates, rightRejected: rates.rightRejected + right, wrongRejected: rates.wrongRejected + wrong };
}
