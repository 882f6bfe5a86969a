// The seam to hooks: programs of the user that are told what the agent does, and may forbid it, ask, or add to it.
//
// The events, the matcher and the answers have the established shape, so that hooks written for other agents run as they are.
import type { JsonObject } from '@monkey-coder/protocol';

/** Events that hooks are called for. */
export type HookEvent =
  | 'PreToolUse'
  | 'PostToolUse'
  | 'UserPromptSubmit'
  | 'Stop'
  | 'SubagentStop'
  | 'SessionStart'
  | 'SessionEnd'
  | 'PreCompact'
  | 'Notification';

/** What hooks are called about. */
export interface HookCall {
  readonly event: HookEvent;
  /** What matchers are held against: the tool's name, how a session starts; empty where there is nothing. */
  readonly subject: string;
  /** Told on standard input, beside what all events are told. */
  readonly payload: JsonObject;
}

/** What all hooks of a call say together; the strictest decision counts. */
export interface HookOpinion {
  /** `deny` also stands for "block" where no tool is called: the request is refused, the agent goes on, its output is commented. */
  readonly decision: 'allow' | 'ask' | 'deny' | 'none';
  /** Why; empty for `none`. */
  readonly reason: string;
  /** Text for the model; empty when there is none. */
  readonly context: string;
  /** The whole arguments the call is to have instead, as hooks know them; absent when nobody changes it. */
  readonly input?: JsonObject;
}

/**
 * The hooks of a run.
 *
 * Contract: `run` never throws and ends within the hooks' deadlines or when the signal is aborted. A hook for `PreToolUse` that
 * fails, is too late or answers what cannot be understood counts as `deny`; one for any other event as `none`, and that is told.
 */
export interface Hooks {
  /** Whether any hook would be called. */
  watches(event: HookEvent, subject: string): boolean;
  run(call: HookCall, signal: AbortSignal): Promise<HookOpinion>;
}

/** Nobody has said anything. */
export const noOpinion: HookOpinion = { decision: 'none', reason: '', context: '' };

/** Asks the hooks, where there are any for this. */
export async function askHooks(hooks: Hooks | undefined, call: HookCall, signal: AbortSignal): Promise<HookOpinion> {
  if (hooks === undefined || signal.aborted || !hooks.watches(call.event, call.subject)) return noOpinion;
  return hooks.run(call, signal);
}

/** The same hooks for a sub-agent: that it stops is an event of its own. */
export function subAgentHooks(hooks: Hooks): Hooks {
  const eventOf = (event: HookEvent): HookEvent => (event === 'Stop' ? 'SubagentStop' : event);
  return {
    watches: (event, subject) => hooks.watches(eventOf(event), subject),
    run: (call, signal) => hooks.run({ ...call, event: eventOf(call.event) }, signal),
  };
}

const rank = { none: 0, allow: 1, ask: 2, deny: 3 } as const;

/** One opinion of many: the strictest decision with its reasons, and everything that was added. Two changes that differ forbid the call. */
export function strictest(given: readonly HookOpinion[]): HookOpinion {
  const inputs = new Map(given.flatMap(({ input }) => (input === undefined ? [] : [[JSON.stringify(input), input]])));
  const opinions = inputs.size > 1 ? [...given, disagreement] : given;
  const input = inputs.size === 1 ? [...inputs.values()][0] : undefined;
  const decision = opinions.reduce<HookOpinion['decision']>(
    (strict, one) => (rank[one.decision] > rank[strict] ? one.decision : strict),
    'none',
  );
  const texts = (pick: (one: HookOpinion) => string): string =>
    opinions
      .map(pick)
      .filter((text) => text !== '')
      .join('\n');
  return {
    decision,
    reason: decision === 'none' ? '' : texts((one) => (one.decision === decision ? one.reason : '')),
    context: texts((one) => one.context),
    ...(input === undefined ? {} : { input }),
  };
}

const disagreement: HookOpinion = { decision: 'deny', reason: 'two hooks change the call differently', context: '' };
