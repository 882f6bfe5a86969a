// Every policy keeps to the contract of the seam; the network's gradient is right; deep Q-learning balances a pole.
import { describe, expect, it } from 'vitest';
import { drawNormal, seededRandom } from '../numbers/random.ts';
import { balancePole } from '../testing/pole.ts';
import { policyChecks } from '../testing/policy-suite.ts';
import { addGradient, createNetwork, outputsOf } from './network.ts';
import { createPolicy } from './policies.ts';
import { policyNames } from './policy-names.ts';

for (const name of policyNames) {
  describe(`the policy ${name}`, () => {
    const checks = policyChecks(
      () => createPolicy(name, () => undefined),
      (state) => createPolicy(name, () => undefined, state),
    );
    for (const check of checks) it(check.name, check.run);
  });
}

describe('the network', () => {
  it('has the gradient that finite differences say', () => {
    const random = seededRandom(3);
    const network = createNetwork([5, 8, 7, 3], random);
    const input = Array.from({ length: 5 }, () => drawNormal(random));
    const loss = (weights: Float64Array): number =>
      outputsOf({ layers: network.layers, weights }, input).reduce((sum, value, at) => sum + (value - at) ** 2 / 2, 0);
    const gradient = new Float64Array(network.weights.length);
    const outputs = outputsOf(network, input);
    addGradient(
      network,
      input,
      outputs.map((value, at) => value - at),
      gradient,
    );
    for (let at = 0; at < gradient.length; at++) {
      const [up, down] = [1e-5, -1e-5].map((step) =>
        loss(network.weights.map((value, i) => (i === at ? value + step : value))),
      );
      expect(Math.abs(((up ?? 0) - (down ?? 0)) / 2e-5 - (gradient[at] ?? 0))).toBeLessThan(1e-4);
    }
  });

  it('learns to balance a pole', () => {
    expect(balancePole(1).best).toBeGreaterThanOrEqual(195);
  }, 120_000);
});
