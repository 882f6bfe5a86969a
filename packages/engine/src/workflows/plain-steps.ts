// Steps that the workflow does itself: slots of the blackboard, and messages.
import { boardAfter, type Crew, decided, decideWrite, failedStep, sending } from '@monkey-coder/agents';
import type { JsonValue, StepResult } from '@monkey-coder/protocol';
import type { Step } from './workflow.ts';

/** Sets slots: all of them, or none where one has another version than was expected. */
export function setSlots(
  step: Step & { readonly kind: 'set' },
  key: string,
  crew: Crew,
  evaluated: (expression: string) => JsonValue,
): StepResult {
  const board = boardAfter(crew.past());
  const done = crew.past().some((event) => event.type === 'blackboard.changed' && event.step.startsWith(`${key}:`));
  for (const [slot, expected] of Object.entries(done ? {} : (step.expect ?? {}))) {
    const version = board.get(slot)?.version ?? 0;
    if (version !== expected)
      return failedStep(`the slot ${slot} has version ${version}, not ${expected}; nothing was set`);
  }
  const values = Object.entries(step.set).map(
    ([slot, given]) => [slot, typeof given === 'string' ? evaluated(given) : given] as const,
  );
  const answers = values.map(([slot, value]) => {
    const write = { step: `${key}:${slot}`, slot, value, by: 'workflow' };
    return { slot, answer: decideWrite(board, step.merge ? { ...write, merge: step.merge } : write) };
  });
  for (const { slot, answer } of answers)
    if (answer.kind === 'too-large')
      return failedStep(`the slot ${slot} would hold more than ${answer.mostChars} characters; nothing was set`);
  for (const { answer } of answers) if (answer.kind === 'change') crew.note(answer.event);
  return decided(Object.keys(step.set).join(', '), 'set');
}

/** Sends a message; `all` are the members of the team. */
export function sayMessage(
  step: Step & { readonly kind: 'say' },
  key: string,
  crew: Crew,
  { text, all }: { readonly text: string; readonly all: readonly string[] },
): StepResult {
  const to = step.to === 'everybody' ? ('everybody' as const) : [step.to].flat();
  crew.note(sending({ step: key, from: step.from, to, topic: step.topic ?? '', text }, all));
  return decided(text, 'sent');
}

/** The same members with other texts. */
export function mapped<Key extends string>(
  of: Readonly<Record<Key, string>>,
  by: (text: string) => string,
): Record<Key, string> {
  return Object.fromEntries(Object.entries<string>(of).map(([key, text]) => [key, by(text)])) as Record<Key, string>;
}
