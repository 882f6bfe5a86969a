// The barriers of a parallel step: which branches come to which of them, how often, and what is declared of them.
import type { Step } from './workflow.ts';

type Parallel = Extract<Step, { readonly kind: 'parallel' }>;
type Barrier = Extract<Step, { readonly kind: 'barrier' }>;

/** A step at which a branch comes to a barrier. */
export interface BarrierStep {
  readonly step: Barrier;
  /** Branch. */
  readonly party: string;
  /** Counts up within a branch. */
  readonly at: number;
  /** Arrivals at most: rounds of the loops around it. */
  readonly most: number;
  /** No condition stands between the beginning of the branch and it. */
  readonly isUnconditional: boolean;
}

/** A barrier with all who come to it. */
export interface MetBarrier {
  readonly name: string;
  readonly visits: readonly BarrierStep[];
  /** Branches that have such a step, in their order. */
  readonly parties: readonly string[];
  /** Branches that are named as parties; empty where none are. */
  readonly declared: readonly string[];
  /** How many branches are expected, where a number says so. */
  readonly count: number | undefined;
  readonly quorum: number;
  readonly declaring: Barrier | undefined;
  readonly quorumStep: Barrier | undefined;
  /** Steps that say otherwise than one before them. */
  readonly contradictions: readonly { readonly step: Barrier; readonly problem: 'parties' | 'quorum' }[];
}

/** The barriers at which the branches of a step meet. Those of parallel steps within it are their own. */
export function barriersOf({ branches }: Parallel): MetBarrier[] {
  const visits = branches.flatMap((branch) => {
    const found: BarrierStep[] = [];
    collect(branch, { party: branch.id, most: 1, isUnconditional: true }, found);
    return found;
  });
  const names = [...new Set(visits.map(({ step }) => step.barrier))];
  return names.map((name) =>
    metBarrier(
      name,
      visits.filter(({ step }) => step.barrier === name),
    ),
  );
}

function metBarrier(name: string, visits: readonly BarrierStep[]): MetBarrier {
  const steps = visits.map(({ step }) => step);
  const declaring = steps.find(({ parties }) => parties !== undefined);
  const quorumStep = steps.find(({ quorum }) => quorum !== undefined);
  const contradictions = steps.flatMap((step) =>
    (['parties', 'quorum'] as const).flatMap((problem) => {
      const first = problem === 'parties' ? declaring : quorumStep;
      const isOther = step[problem] !== undefined && JSON.stringify(step[problem]) !== JSON.stringify(first?.[problem]);
      return isOther ? [{ step, problem }] : [];
    }),
  );
  const parties = [...new Set(visits.map(({ party }) => party))];
  const named = declaring?.parties;
  return {
    name,
    visits,
    parties,
    declared: Array.isArray(named) ? named : [],
    count: typeof named === 'number' ? named : undefined,
    quorum: quorumStep?.quorum ?? parties.length,
    declaring,
    quorumStep,
    contradictions,
  };
}

type Surroundings = Pick<BarrierStep, 'party' | 'most' | 'isUnconditional'>;

function collect(step: Step, around: Surroundings, found: BarrierStep[]): void {
  const isUnconditional = around.isUnconditional && step.when === undefined;
  const here = { ...around, isUnconditional };
  if (step.kind === 'barrier') found.push({ step, at: found.length, ...here });
  if (step.kind === 'steps') for (const inner of step.inner) collect(inner, here, found);
  if (step.kind === 'repeat')
    for (const inner of step.inner) collect(inner, { ...here, most: around.most * step.repeat.max }, found);
}
