// Who is still at work is stopped only when another one is proven, and then only for a reason.
import { expect, it } from 'vitest';
import { weakReason } from './early-stop.ts';

const ended = (isVerified: boolean, turns: number, cluster: string) => ({ isVerified, turns, cluster });

it('lets everybody work while nobody is proven', () => {
  const lost = { turns: 99, failures: [5, 5, 5, 5] };
  expect(weakReason(lost, [])).toBeUndefined();
  expect(weakReason(lost, [ended(false, 3, 'a'), ended(false, 3, 'a')])).toBeUndefined();
});

it('stops the rest when two agree on a proven change', () => {
  const fresh = { turns: 1, failures: [] };
  expect(weakReason(fresh, [ended(true, 3, 'a'), ended(true, 4, 'b')])).toBeUndefined();
  expect(weakReason(fresh, [ended(true, 3, 'a'), ended(true, 4, 'a')])).toContain('agree');
  expect(weakReason(fresh, [ended(true, 3, 'a'), ended(false, 4, 'a')])).toBeUndefined();
});

it('stops who is far behind, or gets nowhere', () => {
  const proven = [ended(true, 4, 'a')];
  expect(weakReason({ turns: 11, failures: [] }, proven)).toBeUndefined();
  expect(weakReason({ turns: 12, failures: [] }, proven)).toContain('twice the turns');
  expect(weakReason({ turns: 5, failures: [4, 3, 2] }, proven)).toBeUndefined();
  expect(weakReason({ turns: 5, failures: [9, 3, 2, 3] }, proven)).toContain('without progress');
});
