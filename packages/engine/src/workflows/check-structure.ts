// Checks what only the whole shows: copies that are nobody's branch, and barriers that can never be passed.
import { nearestNames } from '@monkey-coder/protocol';
import { type BarrierStep, barriersOf, type MetBarrier } from './barriers.ts';
import type { Step, WorkflowProblem } from './workflow.ts';

type Places = ReadonlyMap<Step, WorkflowProblem['path']>;
type Parallel = Extract<Step, { readonly kind: 'parallel' }>;

/** All that is wrong with how steps stand to each other. Pure. */
export function checkStructure(steps: readonly Step[], places: Places): WorkflowProblem[] {
  const problems: WorkflowProblem[] = [];
  const say = (step: Step, key: string, message: string): void => {
    problems.push({ path: [...(places.get(step) ?? []), key], message });
  };
  for (const step of steps) visit(step, { say, isInParallel: false, isBranch: false });
  return problems;
}

interface Around {
  readonly say: Say;
  readonly isInParallel: boolean;
  /** It is itself a branch. */
  readonly isBranch: boolean;
}

function visit(step: Step, { say, isInParallel, isBranch }: Around): void {
  if (step.copy === true && !isBranch)
    say(step, 'copy', 'only a branch of a parallel step works in a copy: there is nothing here to merge it with');
  if (step.kind === 'barrier' && !isInParallel)
    say(step, 'barrier', `nobody else can come to "${step.barrier}": it stands in no branch of a parallel step`);
  if (step.kind === 'repeat' || step.kind === 'steps')
    for (const inner of step.inner) visit(inner, { say, isInParallel, isBranch: false });
  if (step.kind !== 'parallel') return;
  checkParallel(step, say);
  for (const branch of step.branches) visit(branch, { say, isInParallel: true, isBranch: true });
}

type Say = (step: Step, key: string, message: string) => void;

function checkParallel(step: Parallel, say: Say): void {
  const { branches, join, onConflict } = step;
  if (onConflict !== undefined && !branches.some((branch) => branch.copy === true))
    say(step, 'onConflict', 'no branch works in a copy (copy: true), so nothing can conflict');
  if (typeof join === 'number' && join > branches.length)
    say(step, 'join', `${join} must succeed, but there are only ${branches.length} branches`);
  const met = barriersOf(step);
  for (const one of met) checkBarrier(one, branches, say);
  checkOrder(met, say);
}

/** Whether enough can come, in as many generations as branches wait for. */
function checkBarrier(met: MetBarrier, branches: readonly Step[], say: Say): void {
  const { name, visits, quorum, parties } = met;
  const first = visits[0]?.step;
  if (first === undefined) return;
  for (const { step, problem } of met.contradictions) say(step, problem, `another "${name}" says otherwise`);
  checkParties(met, branches, (message) => say(met.declaring ?? first, 'parties', message));
  if (quorum > parties.length)
    say(met.quorumStep ?? first, 'quorum', `${quorum} must arrive, but only ${parties.length} branches come here`);
  else if (parties.length < 2)
    say(first, 'barrier', `only the branch "${parties[0]}" comes to "${name}": there is nobody to wait for`);
  else checkGenerations(met, say);
}

/** Whether those who are named come, and nobody else. */
function checkParties(met: MetBarrier, branches: readonly Step[], say: (message: string) => void): void {
  const { name, parties, declared, count } = met;
  const names = branches.map((branch) => branch.id);
  for (const party of declared.filter((one) => !parties.includes(one))) {
    const [near] = nearestNames(party, names);
    const others = near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`;
    const why = names.includes(party) ? `: it has no step "barrier: ${name}"` : `; ${others}`;
    say(`"${party}" never arrives${why}`);
  }
  for (const party of declared.length === 0 ? [] : parties.filter((one) => !declared.includes(one)))
    say(`the branch "${party}" comes to "${name}" too and is not named`);
  if (count !== undefined && count !== parties.length)
    say(`${count} branches are expected, ${parties.length} come to "${name}"`);
}

/** A branch that surely comes oftener than the others ever can waits in vain the last time. */
function checkGenerations({ name, visits, parties, quorum }: MetBarrier, say: Say): void {
  const most = (party: string): number =>
    visits.filter((visit) => visit.party === party).reduce((sum, visit) => sum + visit.most, 0);
  for (const party of parties) {
    let generation = 0;
    for (const visit of visits.filter((one) => one.party === party)) {
      const able = parties.filter((one) => most(one) > generation).length;
      if (able < quorum) {
        say(
          visit.step,
          'barrier',
          `it can never be passed: only ${able} of ${parties.length} branches come to "${name}" ${generation + 1} times`,
        );
        break;
      }
      generation += visit.isUnconditional ? 1 : 0;
    }
  }
}

/** Two barriers that two branches come to in opposite order: each waits where the other is not yet. */
function checkOrder(met: readonly MetBarrier[], say: Say): void {
  const whole = met.filter(({ quorum, parties }) => quorum === parties.length);
  for (const [at, a] of whole.entries()) {
    for (const b of whole.slice(at + 1)) {
      const both = a.parties.filter((party) => b.parties.includes(party));
      const firstOf = (barrier: MetBarrier, party: string): BarrierStep | undefined =>
        barrier.visits.find((visit) => visit.party === party);
      const orders = both.flatMap((party) => {
        const [left, right] = [firstOf(a, party), firstOf(b, party)];
        return left && right && left.isUnconditional && right.isUnconditional
          ? [{ party, left, right, isFirst: left.at < right.at }]
          : [];
      });
      const ahead = orders.find(({ isFirst }) => isFirst);
      const behind = orders.find(({ isFirst }) => !isFirst);
      if (ahead === undefined || behind === undefined) continue;
      const text = `it can never be passed: "${ahead.party}" waits at "${a.name}" first, "${behind.party}" at "${b.name}"`;
      say(behind.right.step, 'barrier', text);
    }
  }
}
