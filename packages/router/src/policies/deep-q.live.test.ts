// Deep Q-learning learns a known control problem; it takes some seconds.
import { expect, it } from 'vitest';
import { balancePole } from '../testing/pole.ts';

it('learns to balance a pole', () => {
  expect(balancePole(1).best).toBeGreaterThanOrEqual(195);
}, 120_000);
