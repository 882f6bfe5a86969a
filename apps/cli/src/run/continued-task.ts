// A run that is gone on with without a new prompt keeps its permissions and its cap on money; new flags stand above. Turns and
// time begin anew: who goes on gives it more of them.
import type { SessionChoice, SessionStore } from '@monkey-coder/engine';
import type { Event, EventOf, Task } from '@monkey-coder/protocol';
import type { CommandLine } from '../command-line/parse.ts';

/** The task with the permissions, tools and budget of the run that goes on, where the command line says nothing of its own. */
export function continuedTask(task: Task, line: CommandLine, sessions: SessionStore, choice: SessionChoice): Task {
  if (task.prompt !== '' || (choice.kind !== 'resume' && choice.kind !== 'fork')) return task;
  const old = lastTask(sessions.read(choice.sessionId));
  if (!old) return task;
  const says = (...names: readonly string[]): boolean => names.some((name) => line.options.has(name));
  return {
    ...task,
    permissionMode: says('permission-mode', 'yolo') ? task.permissionMode : old.permissionMode,
    allowedTools: [...old.allowedTools, ...task.allowedTools],
    disallowedTools: [...old.disallowedTools, ...task.disallowedTools],
    limits: {
      maxTurns: task.limits.maxTurns,
      maxDurationMs: task.limits.maxDurationMs,
      ...costLimit(says('max-budget-usd') ? task : old),
    },
  };
}

function costLimit({ limits }: Task): Pick<Task['limits'], 'maxCostMicroUsd'> {
  return limits.maxCostMicroUsd === undefined ? {} : { maxCostMicroUsd: limits.maxCostMicroUsd };
}

/** Grants count only where they were given: what an imported session or a copy says of itself grants nothing. */
function lastTask(events: readonly Event[]): Task | undefined {
  const first = events[0];
  if (first?.type !== 'session.started' || first.forkedFrom) return undefined;
  return events.findLast((event): event is EventOf<'run.started'> => event.type === 'run.started')?.task;
}
