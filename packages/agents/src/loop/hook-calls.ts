// What hooks are told about a call, a pause, a compaction or an end, and what their word means for the loop. Only loaded where there are hooks.
import { isAbsolute, join } from 'node:path';
import type { JsonObject, ToolCallPart } from '@monkey-coder/protocol';
import { askHooks, type HookOpinion, strictest } from '../extensions/hooks.ts';
import { establishedArguments, establishedName, ownArguments } from '../extensions/tool-names.ts';
import type { ToolResult } from '../tools/tool.ts';
import type { RunContext } from './run-context.ts';

/** So often hooks may keep an agent from stopping. */
const maxObjections = 5;

/** What hooks say about a call that is to be decided on, and the call as they want it. */
export interface WatchedCall {
  readonly opinion: HookOpinion;
  /** Arguments in place of the model's; absent when nobody changes them. */
  readonly changed?: string;
}

/**
 * Asks the hooks about a call. One that is changed is shown to all of them once more, so that none can be passed by; the strictest
 * word of both times counts, and a second change does not.
 */
export async function hooksBeforeCall(run: RunContext, call: ToolCallPart): Promise<WatchedCall> {
  const { first, told } = await askAbout(run, call);
  const { input, ...opinion } = first;
  if (input === undefined) return { opinion };
  const changed = JSON.stringify(ownArguments(input, told));
  if (changed === JSON.stringify(ownArguments(told, told))) return { opinion };
  if (opinion.decision === 'deny') return { opinion };
  const { input: _again, ...second } = (await askAbout(run, { ...call, arguments: changed })).first;
  return { opinion: strictest([opinion, second]), changed };
}

async function askAbout(run: RunContext, call: ToolCallPart) {
  const told = toolInput(run, call);
  const payload = { ...callPayload(run, call), tool_input: told };
  const first = await askHooks(run.options.hooks, { event: 'PreToolUse', subject: call.name, payload }, run.signal);
  return { first, told };
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

function callPayload(run: RunContext, call: ToolCallPart): JsonObject {
  return {
    permission_mode: run.options.permissionMode(),
    tool_name: establishedName(call.name),
    tool_input: toolInput(run, call),
    tool_use_id: call.id,
  };
}

function toolInput({ options }: RunContext, call: ToolCallPart): JsonObject {
  const { root } = options.workspace;
  return establishedArguments(call.arguments, (path) => (isAbsolute(path) ? path : join(root, path)));
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
