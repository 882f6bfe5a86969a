// Where the loop asks the user's hooks. Without hooks nothing happens here, and nothing more is loaded.
import type { ToolCallPart } from '@monkey-coder/protocol';
import type { ToolResult } from '../tools/tool.ts';
import type { WatchedCall } from './hook-calls.ts';
import type { RunContext } from './run-context.ts';

/** Whether hooks look at calls of a tool before they are made: such calls stand alone, because a person may have to be asked. */
export function isWatched({ options }: RunContext, tool: string): boolean {
  return options.hooks?.watches('PreToolUse', tool) === true;
}

/** What hooks say about a call that is to be decided on; undefined when none looks at it. */
export async function askBeforeCall(run: RunContext, call: ToolCallPart): Promise<WatchedCall | undefined> {
  if (!isWatched(run, call.name)) return undefined;
  return (await import('./hook-calls.ts')).hooksBeforeCall(run, call);
}

/** The result, with what hooks have to say about it. */
export async function askAfterCall(run: RunContext, call: ToolCallPart, result: ToolResult): Promise<ToolResult> {
  const isHeard = result.status === 'ok' && run.options.hooks?.watches('PostToolUse', call.name) === true;
  return isHeard ? (await import('./hook-calls.ts')).hooksAfterCall(run, call, result) : result;
}

/** Tells hooks that a person is waited for; nobody waits for them. */
export function notify(run: RunContext, message: string): void {
  if (run.options.hooks === undefined) return;
  void import('./hook-calls.ts').then((calls) => calls.hooksWhileWaiting(run, message)).catch(() => undefined);
}

/** Tells hooks that the conversation is about to be shortened. */
export async function tellOfCompaction(run: RunContext, reason: string): Promise<void> {
  if (run.options.hooks !== undefined) await (await import('./hook-calls.ts')).hooksBeforeCompaction(run, reason);
}

/** Why the agent may not stop yet, for the agent; undefined when it may. `objections`: how often it was kept already. */
export async function goOnBy(run: RunContext, objections: number): Promise<string | undefined> {
  if (run.options.hooks === undefined) return undefined;
  return (await import('./hook-calls.ts')).hooksBeforeStop(run, objections);
}
