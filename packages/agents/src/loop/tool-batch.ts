// The calls of one answer: in order, those that only read side by side, each with exactly one result.
import type { Message, ToolCallPart, ToolResultPart } from '@monkey-coder/protocol';
import { toolResultPart } from '../messages/tool-results.ts';
import type { RunContext } from './run-context.ts';
import { isParallel, readCall, runCall } from './tool-call.ts';

/** Runs all calls of an answer and returns the message with their results. */
export async function runCalls(run: RunContext, calls: readonly ToolCallPart[]): Promise<Message> {
  const parts: ToolResultPart[] = [];
  for (const group of groups(run, calls)) {
    parts.push(...(await Promise.all(group.map((call) => runToPart(run, call)))));
  }
  return { role: 'tool', parts };
}

async function runToPart(run: RunContext, call: ToolCallPart): Promise<ToolResultPart> {
  const result = await runCall(run, call);
  return toolResultPart(call, result.status, result.output);
}

/** Neighbours that only read form a group; everything else stands alone. */
function groups(run: RunContext, calls: readonly ToolCallPart[]): ToolCallPart[][] {
  const result: ToolCallPart[][] = [];
  let open: ToolCallPart[] | undefined;
  for (const call of calls) {
    const parallel = isParallel(run, readCall(run, call));
    if (parallel && open !== undefined) open.push(call);
    else result.push([call]);
    open = parallel ? result.at(-1) : undefined;
  }
  return result;
}
