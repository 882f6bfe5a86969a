// A circuit breaker for each member: who fails again and again is left alone for a while, so that it costs nothing more.
//
// Counted in requests, not in time, so that going on after a crash decides alike. Closed until three failures stand in a row; then
// open for two requests, which fail at once; then half-open: one is tried, and its end closes or opens it again.
import type { TeamEvent } from '../messaging/team-event.ts';

const failuresToOpen = 3;
const rejectionsToTry = 2;
const rejected = 'the circuit of this member is open';

/** Whether a member is asked. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** The breaker of a member after events. */
export function breakerAfter(events: readonly TeamEvent[], member: string): BreakerState {
  const own = new Set<string>();
  let failures = 0;
  let rejections = 0;
  for (const event of events) {
    if (event.type === 'step.started' && event.member === member) own.add(event.step);
    if (event.type !== 'step.finished' || !own.has(event.step)) continue;
    if (event.result.reason.startsWith(rejected)) rejections += 1;
    else {
      failures = event.result.status === 'failed' ? failures + 1 : 0;
      rejections = 0;
    }
  }
  if (failures < failuresToOpen) return 'closed';
  return rejections < rejectionsToTry ? 'open' : 'half-open';
}

/** What a request is told that is not made. */
export function rejectionOf(member: string): string {
  return `${rejected} (${member} failed ${failuresToOpen} times in a row)`;
}
