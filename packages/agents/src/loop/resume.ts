// Finishes what a crash left open: calls without a recorded end are looked at, never blindly repeated.
import type { FileChange, Message, ToolCallPart, ToolResultPart } from '@monkey-coder/protocol';
import { toolCalls } from '@monkey-coder/protocol';
import { lastCallingAnswer, toolResultPart, withToolResults } from '../messages/tool-results.ts';
import type { ToolResult } from '../tools/tool.ts';
import type { OpenCall } from './agent.ts';
import { noteOwnChanges } from './outside-changes.ts';
import { type RunContext, toolContext } from './run-context.ts';
import { reportChanges } from './snapshot-step.ts';
import { endCall, readCall, runCall } from './tool-call.ts';

/** The history with every open call ended. */
export async function finishOpenCalls(run: RunContext, messages: readonly Message[]): Promise<readonly Message[]> {
  const open = [...run.options.state.openCalls];
  const index = lastCallingAnswer(messages);
  const answer = messages[index];
  if (open.length === 0 || answer === undefined) return messages;
  const done = messages[index + 1]?.role === 'tool' ? resultParts(messages[index + 1]) : [];
  const results: ToolResultPart[] = [];
  for (const call of toolCalls(answer)) {
    const ended = takeFirst(done, (part) => part.callId === call.id);
    const entry = ended === undefined ? takeFirst(open, (candidate) => candidate.callId === call.id) : undefined;
    results.push(ended ?? (await finish(run, call, entry)));
  }
  return withToolResults(messages, index, results);
}

function resultParts(message: Message | undefined): ToolResultPart[] {
  return (message?.parts ?? []).filter((part) => part.type === 'tool-result');
}

function takeFirst<T>(list: T[], matches: (item: T) => boolean): T | undefined {
  const index = list.findIndex(matches);
  return index < 0 ? undefined : list.splice(index, 1)[0];
}

async function finish(run: RunContext, call: ToolCallPart, open: OpenCall | undefined): Promise<ToolResultPart> {
  const result = open?.started === undefined ? await runCall(run, call) : await resolveCall(run, call, open);
  return toolResultPart(call, result.status, result.output);
}

/** A call that was started: its own rule says what is the case. */
async function resolveCall(run: RunContext, call: ToolCallPart, open: OpenCall): Promise<ToolResult> {
  // What ran is what was started: a hook may have changed what the model asked for.
  const known = readCall(run, { ...call, arguments: open.started?.arguments ?? call.arguments });
  const effect = open.started?.effect;
  if (typeof known === 'string' || effect === undefined) return runCall(run, call);
  const startedAt = run.options.now();
  const seen = new Map(run.seen);
  const resolved = await known.tool.resolve(effect, known.args, toolContext(run, call, seen));
  const changes = await changesOf(run, call, open);
  if (resolved === 'run-again') return runCall(run, call);
  const output = `${resolved.output}${resolved.status === 'unknown' ? describeChanges(changes) : ''}`;
  const paths = changes.map((change) => change.path);
  const noted = effect.kind === 'command' ? await noteOwnChanges(run, paths) : undefined;
  const result = { ...resolved, output, ...(noted === undefined ? {} : { noted }) };
  return endCall(run, call, { result, startedAt, seen });
}

function describeChanges(changes: readonly FileChange[]): string {
  if (changes.length === 0) return ' No file of the workspace has changed since it began.';
  const lines = changes.slice(0, 50).map((change) => `${change.kind} ${change.path}`);
  const more = changes.length > 50 ? `\nand ${changes.length - 50} more` : '';
  return `\nFiles changed since it began:\n${lines.join('\n')}${more}`;
}

/** Ends the snapshot that the crash left open, or looks up what recovery already found; reports the changes. */
async function changesOf(run: RunContext, call: ToolCallPart, open: OpenCall): Promise<readonly FileChange[]> {
  const { snapshotId } = open;
  if (snapshotId === undefined) return [];
  const { snapshots } = run.options.workspace;
  const entry = (await snapshots.list({ sessionId: run.options.sessionId })).find((item) => item.id === snapshotId);
  if (entry === undefined) return [];
  const changes = entry.state === 'open' ? await snapshots.end(snapshotId) : entry.changes;
  const reported = open.reported === undefined ? {} : { reported: open.reported };
  reportChanges(run, { callId: call.id, snapshotId, ...reported }, changes);
  return changes;
}
