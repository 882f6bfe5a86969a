// The mode a run works in: as the person has it at the moment, within what policies and the agent allow.
//
// A run that began in plan mode has no lease on the checkout. When its person leaves plan mode it takes one; where somebody else works
// there, it stays in plan mode and says so.
import { planNote, planOverNote, stricterMode } from '@monkey-coder/agents';
import type { PermissionMode } from '@monkey-coder/protocol';
import { mayUseMode } from '../config/policy.ts';
import type { Ingredients } from '../parts/ingredients.ts';
import type { Recorder } from '../parts/recorder.ts';

/** Where changes of the mode are told: to the log, and to the model before its next call. */
export interface ModeListeners {
  readonly recorder: Recorder;
  readonly pending: string[];
}

/** Makes the function that says the mode; a change counts from when it is asked for the next time. */
export function modeOfRun(given: Ingredients, { recorder, pending }: ModeListeners): () => PermissionMode {
  const { parts, task, workspace } = given;
  const permitted = permittedMode(given);
  let known = task.permissionMode;
  let refusal = '';
  const leavesPlan = (): boolean => {
    const why = parts.leavePlan?.();
    if (why !== undefined && why !== refusal)
      recorder.record({ type: 'notice', level: 'warning', code: 'mode', text: `plan mode stays: ${why}` });
    refusal = why ?? '';
    // What a crash left open is ended first: steps are taken one after the other.
    if (why === undefined) void workspace.snapshots.recover().catch(() => undefined);
    return why === undefined;
  };
  return () => {
    const wanted = permitted();
    if (wanted === known) return known;
    if (known === 'plan' && task.permissionMode === 'plan' && !leavesPlan()) return known;
    if (known === 'plan') pending.push(planOverNote);
    if (wanted === 'plan') pending.push(planNote);
    known = wanted;
    recorder.record({ type: 'mode.changed', permissionMode: wanted });
    return known;
  };
}

/** The mode may change while a run is at work, but not to one that a policy forbids. */
function permittedMode({ parts, task, connection, agent }: Ingredients): () => PermissionMode {
  const bound = agent?.chosenBy === 'user' ? agent.definition.permissionMode : undefined;
  return () => {
    const wanted = stricterMode(connection.permissionMode?.() ?? task.permissionMode, bound);
    return mayUseMode(parts.settings.policies, wanted).kind === 'allowed' ? wanted : task.permissionMode;
  };
}
