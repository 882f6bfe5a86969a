// Off-line estimates find the true value of a policy that was never run, from decisions of another one.
import { describe, expect, it } from 'vitest';
import { drawIndex, seededRandom } from '../numbers/random.ts';
import { doublyRobust, inversePropensity, type LoggedDecision } from './off-policy.ts';

const truth: Readonly<Record<string, number>> = { a: 0.3, b: 0.6, c: 0.8 };
const actions = ['a', 'b', 'c'];
const logging = [0.6, 0.3, 0.1];
const target = (_: null, action: string): number => ({ a: 0.1, b: 0.2, c: 0.7 })[action] ?? 0;
const trueValue = 0.1 * 0.3 + 0.2 * 0.6 + 0.7 * 0.8;

function logged(count: number): LoggedDecision<null>[] {
  const random = seededRandom(4);
  return Array.from({ length: count }, () => {
    const index = drawIndex(logging, random);
    const action = actions[index] ?? '';
    return { context: null, action, propensity: logging[index] ?? 0, reward: random() < (truth[action] ?? 0) ? 1 : 0 };
  });
}

describe('off-line evaluation', () => {
  it('weighs by inverse propensity', () => {
    const estimate = inversePropensity(logged(4000), target);
    expect(Math.abs(estimate.mean - trueValue)).toBeLessThan(3 * estimate.error);
    expect(estimate.error).toBeLessThan(0.03);
    expect(estimate.effective).toBeLessThan(4000);
  });

  it('is right with a wrong model of rewards, and surer with a right one', () => {
    const data = logged(4000);
    const robust = (predicted: (context: null, action: string) => number) =>
      doublyRobust(data, { actions: () => actions, probability: target, predicted });
    const wrong = robust(() => 0.9);
    const right = robust((_, action) => truth[action] ?? 0);
    for (const estimate of [wrong, right]) expect(Math.abs(estimate.mean - trueValue)).toBeLessThan(3 * estimate.error);
    expect(right.error).toBeLessThan(wrong.error);
  });

  it('says that it knows nothing of an action that was never taken', () => {
    expect(inversePropensity(logged(50), () => 0)).toMatchObject({ effective: 0, error: Number.POSITIVE_INFINITY });
  });
});
