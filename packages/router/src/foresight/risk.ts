// What can go wrong on a task, how bad that would be, and whether it can be taken back.
import type { Forecast } from '@monkey-coder/protocol';
import type { TaskFeatures } from '../features/task-features.ts';

/** One risk. */
export interface Risk {
  readonly what: string;
  /** 0..1. */
  readonly chance: number;
  readonly severity: 'low' | 'middling' | 'high';
  readonly reversible: boolean;
  readonly how: string;
}

/** The risks of a task, the worst first. `passing`: chance that a wrong result passes the checks. */
export function risksOf(
  features: Pick<TaskFeatures, 'risk' | 'hasChecks' | 'size'>,
  forecast: Forecast,
  passing: number,
): Risk[] {
  const failing = 1 - forecast.success.mean;
  const unnoticed = features.hasChecks ? Math.min(passing, failing) : failing;
  const isHigh = features.risk === 'high';
  const risks: Risk[] = [
    {
      what: features.hasChecks
        ? 'a wrong change passes the checks'
        : 'a wrong change goes unnoticed: there are no checks',
      chance: unnoticed,
      severity: isHigh ? 'high' : 'middling',
      reversible: true,
      how: 'monkey undo takes the files back; what was done with them meanwhile is not',
    },
    {
      what: 'the task is not solved and its cost is lost',
      chance: failing - unnoticed,
      severity: 'low',
      reversible: false,
      how: `up to $${(forecast.costMicroUsd.high / 1e6).toFixed(2)} in nineteen of twenty cases`,
    },
  ];
  if (isHigh) {
    risks.push({
      what: 'it touches money, secrets, data or production',
      chance: failing,
      severity: 'high',
      reversible: false,
      how: 'commands with effects outside of the files cannot be undone: review before you let them run',
    });
  }
  const weight = { low: 1, middling: 3, high: 10 };
  return risks
    .filter((risk) => risk.chance > 0)
    .sort((a, b) => b.chance * weight[b.severity] - a.chance * weight[a.severity]);
}
