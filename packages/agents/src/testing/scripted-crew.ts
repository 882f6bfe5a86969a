// A crew that plays written answers and keeps its journal in memory; it can be cut off and gone on with, like a real one.
import type { StepResult } from '@monkey-coder/protocol';
import type { TeamEvent } from '../messaging/team-event.ts';
import { type Crew, decided, failedStep, type MemberRequest, WorkStopped } from '../orchestration/crew.ts';

/** A crew, its record, and who was asked. */
export interface ScriptedCrew {
  readonly crew: Crew;
  readonly events: readonly TeamEvent[];
  /** Requests that reached a member, in order. */
  readonly asked: readonly MemberRequest[];
}

/** What members and the person answer; a text alone is a success, undefined a failure. */
export interface CrewScript {
  readonly member: (request: MemberRequest) => string | Partial<StepResult> | undefined;
  readonly person?: (question: string) => string;
  /** So many requests are answered, then the process is gone. */
  readonly dieAfter?: number;
  /** The record of the process before. */
  readonly earlier?: readonly TeamEvent[];
}

/** Makes the crew. */
export function createScriptedCrew(script: CrewScript): ScriptedCrew {
  const events: TeamEvent[] = [...(script.earlier ?? [])];
  const asked: MemberRequest[] = [];
  const known = (type: string, step: string): TeamEvent | undefined =>
    events.find((event) => event.type === type && event.step === step);
  const resultOf = (step: string, make: () => StepResult): StepResult => {
    const before = known('step.finished', step);
    if (before?.type === 'step.finished') return before.result;
    const result = make();
    events.push({ type: 'step.finished', step, result });
    return result;
  };
  const crew: Crew = {
    signal: new AbortController().signal,
    past: () => events,
    note<Body extends TeamEvent>(body: Body): Body {
      const before = known(body.type, body.step) as Body | undefined;
      if (before === undefined) events.push(body);
      return before ?? body;
    },
    askPerson: async ({ step, question }) =>
      resultOf(step, () => decided(script.person?.(question) ?? 'no', 'a person answered')),
    ask: async (request) =>
      resultOf(request.step, () => {
        if (asked.length === script.dieAfter) throw new WorkStopped('interrupted', 'cut off');
        asked.push(request);
        return played(script.member(request));
      }),
  };
  return { crew, events, asked };
}

function played(answer: string | Partial<StepResult> | undefined): StepResult {
  if (answer === undefined) return { ...failedStep('it broke down'), costMicroUsd: 1 };
  const more = typeof answer === 'string' ? { text: answer } : answer;
  return { ...decided('', 'it answered'), costMicroUsd: 1, ...more };
}
