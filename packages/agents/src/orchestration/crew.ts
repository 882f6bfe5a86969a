// The seam of agents that work together: patterns ask members through it, and what was done before is never done again.
import type { JsonObject, JsonValue, StepResult } from '@monkey-coder/protocol';
import type { TeamEvent } from '../messaging/team-event.ts';

/** What a member is asked. */
export interface MemberRequest {
  /** Key of this piece of work within the whole; the same key always means the same work. */
  readonly step: string;
  readonly member: string;
  readonly prompt: string;
  /** JSON Schema its answer must satisfy; the value is then `data` of the result. */
  readonly answer?: JsonObject;
}

/** A question to a person. */
export interface PersonQuestion {
  readonly step: string;
  readonly question: string;
  /** Shown with the question, one line each. */
  readonly details: readonly string[];
  /** What counts when nobody can be asked; absent: the work waits. */
  readonly fallback?: string;
}

/**
 * Members, a person, and a journal.
 *
 * Contract: everything is done once for a key. After a crash the same patterns run again from their beginning; what has its end
 * on record is answered from the record, what was begun goes on, and only what was never begun is begun. So a pattern may decide
 * by nothing but its arguments and what the crew answered. `ask` never throws for what a member does wrong: that is a result.
 */
export interface Crew {
  ask(request: MemberRequest): Promise<StepResult>;
  askPerson(question: PersonQuestion): Promise<StepResult>;
  /** Writes an event down once; later calls with the same type and step return what was written first. */
  note<Body extends TeamEvent>(body: Body): Body;
  /** Everything written down so far, in order. */
  past(): readonly TeamEvent[];
  readonly signal: AbortSignal;
}

/** A result that is no agent's: decided by the pattern itself. */
export function decided(text: string, reason: string, more: Partial<StepResult> = {}): StepResult {
  return { status: 'ok', text, reason, costMicroUsd: 0, changes: [], ...more };
}

/** A result that failed before or beside the members' own. */
export function failedStep(reason: string, results: readonly StepResult[] = []): StepResult {
  return { status: 'failed', text: '', reason, costMicroUsd: costOf(results), changes: changesOf(results) };
}

/** What results cost together, micro-dollars; null when one is unknown. */
export function costOf(results: readonly StepResult[]): number | null {
  let sum = 0;
  for (const { costMicroUsd } of results) {
    if (costMicroUsd === null) return null;
    sum += costMicroUsd;
  }
  return sum;
}

/** Paths that results changed, each once. */
export function changesOf(results: readonly StepResult[]): string[] {
  return [...new Set(results.flatMap((result) => result.changes))];
}

/** A member of a value that is an object. */
export function fieldOf(value: unknown, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as JsonObject)[name];
}

/** Why work stopped before its end, to be gone on with later; never a member's failure. */
export class WorkStopped extends Error {
  readonly status: 'interrupted' | 'waiting' | 'out-of-budget' | 'limit';

  constructor(status: WorkStopped['status'], message: string) {
    super(message);
    this.name = 'WorkStopped';
    this.status = status;
  }
}

/** Works side by side; when one stops, the others are still brought to their end. */
export async function sideBySide<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(works);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}
