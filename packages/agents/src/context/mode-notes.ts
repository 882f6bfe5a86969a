// What the model is told of plan mode: in the system text where a session begins in it, in a message where the mode changes later.
import { type Message, messageText, type PermissionMode } from '@monkey-coder/protocol';

/** Plan mode holds. */
export const planNote =
  'Plan mode: only read, change nothing. Where a change is asked for, answer with a plan the user can approve; else with what is asked for.';
/** Plan mode held and does not any more. */
export const planOverNote =
  'Plan mode is over: from now on you may change files and run commands, as far as permissions allow.';

/** What the model must be told of the mode a run begins in; undefined where it knows, by the newest word in its conversation. */
export function modeNote(system: string, messages: readonly Message[], mode: PermissionMode): string | undefined {
  const last = messages.findLast(({ role, parts }) => {
    const [part] = parts;
    return role === 'user' && part?.type === 'text' && (part.text === planNote || part.text === planOverNote);
  });
  const knowsPlan = last === undefined ? system.includes(planNote) : messageText(last) === planNote;
  if (knowsPlan === (mode === 'plan')) return undefined;
  return mode === 'plan' ? planNote : planOverNote;
}
