// Sub-agents, loaded only by runs that start one.
import { type Delegate, delegateName } from '@monkey-coder/agents';
import type { SubAgentParts } from './sub-agents.ts';

/** The delegate of one run; its code is read when it is first asked. */
export function delegateOf(parts: Omit<SubAgentParts, 'startedBefore'>): Delegate {
  const startedBefore = parts.recorder.events.filter(
    (event) => event.type === 'tool.started' && event.name === delegateName,
  ).length;
  let made: Promise<Delegate> | undefined;
  return async (subTask) => {
    made ??= import('./sub-agents.ts').then(({ createDelegate }) => createDelegate({ ...parts, startedBefore }));
    return (await made)(subTask);
  };
}
