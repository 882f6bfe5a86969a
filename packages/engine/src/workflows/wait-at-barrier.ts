// The step at which a branch waits for others.
import { type BarrierRule, decided, failedStep, type Meeting } from '@monkey-coder/agents';
import type { StepResult } from '@monkey-coder/protocol';
import { barriersOf } from './barriers.ts';
import type { Step } from './workflow.ts';

/** A branch as those see it who wait for it. */
export interface Party {
  readonly meeting: Meeting;
  /** Id of the branch. */
  readonly name: string;
  /** Key of the parallel step. */
  readonly scope: string;
  /** How often it came to each barrier in this walk. */
  readonly arrivals: Map<string, number>;
}

/** The barriers of a parallel step as they are named on record. */
export function rulesOf(step: Step & { readonly kind: 'parallel' }, key: string): BarrierRule[] {
  return barriersOf(step).map(({ name, parties, quorum }) => ({ barrier: nameOf(key, name), parties, quorum }));
}

function nameOf(scope: string, name: string): string {
  return `${scope}!${name}`;
}

/** Remembers how often a party came where; a further attempt at the same work comes to the same meetings again. */
export function arrivalsOf(party: Party | undefined): { reset(): void } {
  const before = [...(party?.arrivals ?? [])];
  return {
    reset(): void {
      party?.arrivals.clear();
      for (const [name, count] of before) party?.arrivals.set(name, count);
    },
  };
}

/** Arrives and waits; what a broken barrier means is for the step to say. */
export async function arriveAt(
  step: Step & { readonly kind: 'barrier' },
  key: string,
  party: Party | undefined,
): Promise<StepResult> {
  if (party === undefined) return failedStep(`nobody else can come to ${step.barrier}`);
  const barrier = nameOf(party.scope, step.barrier);
  const generation = (party.arrivals.get(barrier) ?? 0) + 1;
  party.arrivals.set(barrier, generation);
  const met = await party.meeting.arrive({ barrier, party: party.name, step: key, generation });
  const data = { arrived: [...met.arrived], generation, passed: met.kind === 'passed' };
  if (met.kind === 'passed') return decided('passed', `${met.arrived.join(', ')} arrived`, { data });
  const reason = `the barrier ${step.barrier} is broken: ${met.reason}`;
  return step.broken === 'continue' ? decided('broken', reason, { data }) : { ...failedStep(reason), data };
}
