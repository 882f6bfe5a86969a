// What hooks are told about a call, a pause, a compaction or an end, and what their word means for the loop. Only loaded where there are hooks.
import { isAbsolute, join } from 'node:path';
import type { JsonObject, ToolCallPart } from '@monkey-coder/protocol';
import { askHooks, type HookOpinion } from '../extensions/hooks.ts';
import { establishedArguments, establishedName } from '../extensions/tool-names.ts';
import type { ToolResult } from '../tools/tool.ts';
import type { RunContext } from './run-context.ts';

/** So often hooks may keep an agent from stopping. */
const maxObjections = 5;

/** What hooks say about a call that is to be decided on. */
export function hooksBeforeCall(run: RunContext, call: ToolCallPart): Promise<HookOpinion> {
  const payload = callPayload(run, call);
  return askHooks(run.options.hooks, { event: 'PreToolUse', subject: call.name, payload }, run.signal);
}

/** The result with what hooks have to say about a call that succeeded. It has happened: a hook can only comment. */
export async function hooksAfterCall(run: RunContext, call: ToolCallPart, result: ToolResult): Promise<ToolResult> {
  const { status, output, exitCode = null } = result;
  const payload = { ...callPayload(run, call), tool_response: { status, output, exit_code: exitCode } };
  const said = await askHooks(run.options.hooks, { event: 'PostToolUse', subject: call.name, payload }, run.signal);
  const words = [said.decision === 'deny' ? said.reason : '', said.context].filter((text) => text !== '');
  return words.length === 0
    ? result
    : { ...result, output: `${output}\n[a hook of the user says: ${words.join('\n')}]` };
}

function callPayload({ options }: RunContext, call: ToolCallPart): JsonObject {
  const { root } = options.workspace;
  return {
    permission_mode: options.permissionMode(),
    tool_name: establishedName(call.name),
    tool_input: establishedArguments(call.arguments, (path) => (isAbsolute(path) ? path : join(root, path))),
    tool_use_id: call.id,
  };
}

/** Tells hooks that a person is waited for. */
export async function hooksWhileWaiting(run: RunContext, message: string): Promise<void> {
  await askHooks(run.options.hooks, { event: 'Notification', subject: '', payload: { message } }, run.signal);
}

/** Tells hooks that the conversation is about to be shortened. */
export async function hooksBeforeCompaction(run: RunContext, reason: string): Promise<void> {
  const trigger = reason === 'asked' ? 'manual' : 'auto';
  const payload = { trigger, custom_instructions: '' };
  await askHooks(run.options.hooks, { event: 'PreCompact', subject: trigger, payload }, run.signal);
}

/** Why the agent may not stop yet, for the agent; undefined when it may. Hooks are not asked for ever. */
export async function hooksBeforeStop(run: RunContext, objections: number): Promise<string | undefined> {
  if (objections >= maxObjections) return undefined;
  const call = { event: 'Stop', subject: '', payload: { stop_hook_active: objections > 0 } } as const;
  const { decision, reason } = await askHooks(run.options.hooks, call, run.signal);
  return decision === 'deny' ? `A hook of the user does not let you stop yet: ${reason}` : undefined;
}
