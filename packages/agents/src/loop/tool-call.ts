// One tool call from the model's bytes to its recorded end.
import { type EffectPlan, errorMessage, isMonkeyError, type ToolCallPart } from '@monkey-coder/protocol';
import { secretMask } from '../messages/redact.ts';
import type { HookWord } from '../permissions/decision.ts';
import type { ToolIntent } from '../permissions/intent.ts';
import { parseArguments } from '../tools/parse-arguments.ts';
import { clip } from '../tools/results.ts';
import type { PreparedCall, Tool, ToolResult } from '../tools/tool.ts';
import { askAfterCall, askBeforeCall, isWatched } from './hook-step.ts';
import { loopNote } from './loop-detector.ts';
import { keepOutsideChanges, type Noted, noteOwnChanges } from './outside-changes.ts';
import { admit, namedCall } from './permission-step.ts';
import { findTool, type RunContext, toolContext } from './run-context.ts';
import { beginSnapshot, endSnapshot, isMutating } from './snapshot-step.ts';

/** Characters of a changed call that the model is told. */
const maxNoteChars = 2000;
/** Room for a note under a tool's own, already bounded output. */
const maxOutputChars = 60_000;

/** A call whose tool and arguments are known. */
export interface KnownCall {
  readonly call: ToolCallPart;
  readonly tool: Tool;
  readonly args: unknown;
  readonly intent: ToolIntent;
}

/** A result, and what of the files the model has seen its command changed. */
export type EndedResult = ToolResult & { readonly noted?: Noted };

/** Finds the tool and reads the arguments; a text says what was wrong. */
export function readCall(run: RunContext, call: ToolCallPart): KnownCall | string {
  const tool = findTool(run, call.name);
  if (typeof tool === 'string') return tool;
  const parsed = parseArguments(tool, call.arguments);
  if (parsed.kind === 'invalid') return parsed.message;
  return { call, tool, args: parsed.value, intent: tool.intent(parsed.value) };
}

/** Whether a call can run beside others: it changes nothing and asks nobody. */
export function isParallel(run: RunContext, known: KnownCall | string): boolean {
  if (typeof known === 'string') return true;
  const reads = known.intent.effect === 'none' || known.intent.effect === 'read';
  return reads && known.intent.needsConsent !== true && !isWatched(run, known.call.name);
}

/** Runs a call to its end and records it. */
export async function runCall(run: RunContext, call: ToolCallPart): Promise<ToolResult> {
  const startedAt = run.options.now();
  const seen = new Map(run.seen);
  const result = await attempt(run, call, seen);
  return endCall(run, call, { result, startedAt, seen });
}

/** Records the end of a call: loop notes, denials, what was seen. */
export function endCall(
  run: RunContext,
  call: ToolCallPart,
  ended: { readonly result: EndedResult; readonly startedAt: number; readonly seen?: ReadonlyMap<string, string> },
): ToolResult {
  const { result } = ended;
  const { redact } = run.redactor;
  const output = withLoopNote(run, call, clip(redact(result.output), maxOutputChars));
  const fresh = [...(ended.seen ?? [])].filter(([path, hash]) => run.seen.get(path) !== hash);
  for (const [path, hash] of fresh) {
    // Newest last: only the newest are watched.
    run.seen.delete(path);
    run.seen.set(path, hash);
  }
  if (result.status === 'ok') run.denials = 0;
  if (result.status === 'denied') {
    run.denials += 1;
    run.lastDenial = output;
  }
  run.options.record({
    type: 'tool.ended',
    callId: call.id,
    name: call.name,
    status: result.status,
    output,
    ...(result.diff === undefined ? {} : { diff: redact(result.diff) }),
    ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
    durationMs: Math.max(0, run.options.now() - ended.startedAt),
    ...(fresh.length === 0 ? {} : { seen: Object.fromEntries(fresh) }),
    ...(result.noted === undefined ? {} : { noted: { ...result.noted } }),
  });
  return { ...result, output };
}

function withLoopNote(run: RunContext, call: ToolCallPart, output: string): string {
  const verdict = run.detector.add({ name: call.name, arguments: call.arguments, output });
  if (verdict === 'stop') run.loop = `${call.name} ${call.arguments.slice(0, 200)}`;
  return verdict === 'tell' ? `${output}\n${loopNote}` : output;
}

async function attempt(run: RunContext, call: ToolCallPart, seen: Map<string, string>): Promise<EndedResult> {
  if (run.signal.aborted) return { status: 'cancelled', output: 'Cancelled before it started.' };
  const asked = readCall(run, call);
  if (typeof asked === 'string') return { status: 'failed', output: asked };
  const watched = await askBeforeCall(run, namedCall(call, asked.intent));
  if (watched === undefined) return attemptKnown(run, asked, { seen });
  const { opinion, changed } = watched;
  const known = changed === undefined ? asked : readChanged(run, asked, changed);
  if (typeof known === 'string') return { status: 'failed', output: `A hook changed the call. ${known}` };
  const result = await attemptKnown(run, known, { seen, hook: opinion });
  const words = [
    ...(changed === undefined ? [] : [`a hook of the user changed this call to ${clip(changed, maxNoteChars)}`]),
    ...(opinion.context === '' ? [] : [`a hook of the user says: ${opinion.context}`]),
  ];
  return words.length === 0 ? result : { ...result, output: `${result.output}\n[${words.join('; ')}]` };
}

/** The call as hooks want it, read as the model's own is; what it was and what it is go on record. */
function readChanged(run: RunContext, { call }: KnownCall, changed: string): KnownCall | string {
  const callId = call.id;
  run.options.record({ type: 'call.changed', callId, name: call.name, asked: call.arguments, arguments: changed });
  return readCall(run, { ...call, arguments: changed });
}

interface Attempt {
  readonly seen: Map<string, string>;
  readonly hook?: HookWord;
}

async function attemptKnown(run: RunContext, known: KnownCall, { seen, hook }: Attempt): Promise<EndedResult> {
  const { call } = known;
  if (writesMask(known)) return { status: 'failed', output: maskAdvice };
  const admission = await admit(run, known, hook);
  if (run.signal.aborted) return { status: 'cancelled', output: 'Cancelled before it started.' };
  if (admission.kind === 'refused') return { status: 'denied', output: admission.output };
  const context = toolContext(run, call, seen);
  const prepared = await guarded(run, () => known.tool.prepare(known.args, context));
  return 'status' in prepared ? startNothing(run, known, prepared) : execute(run, known, prepared);
}

/** A call that ends before it does anything is still shown as started. */
function startNothing(run: RunContext, known: KnownCall, result: ToolResult): ToolResult {
  recordStart(run, known, { kind: 'none' });
  return result;
}

async function execute(run: RunContext, known: KnownCall, prepared: PreparedCall): Promise<EndedResult> {
  const step = { callId: known.call.id, title: known.intent.title, effect: prepared.effect };
  if (!isMutating(prepared.effect)) {
    recordStart(run, known, prepared.effect);
    return askAfterCall(run, known.call, await guarded(run, () => prepared.run()));
  }
  const snapshotId = await begin(run, step);
  if (typeof snapshotId !== 'string') return startNothing(run, known, snapshotId);
  recordStart(run, known, withSnapshot(prepared.effect, snapshotId));
  if (prepared.effect.kind === 'command') await keepOutsideChanges(run);
  // Before the step ends, so that what a hook changes, a formatter for example, is taken back with it.
  const result = await askAfterCall(run, known.call, await guarded(run, () => prepared.run()));
  await endSnapshot(run, { callId: step.callId, snapshotId });
  const noted = prepared.effect.kind === 'command' ? await noteOwnChanges(run) : undefined;
  return noted === undefined ? result : { ...result, noted };
}

/** What the model was shown instead of a key must not be written where the key stands. */
function writesMask({ call, intent }: KnownCall): boolean {
  return (intent.effect === 'write' || intent.effect === 'command') && call.arguments.includes(secretMask);
}

const maskAdvice = `${secretMask} stands for a key that is not shown to you. Leave the place where it stands alone: change the text around it with edit.`;

async function begin(run: RunContext, step: Parameters<typeof beginSnapshot>[1]): Promise<string | ToolResult> {
  try {
    return await beginSnapshot(run, step);
  } catch (error) {
    if (!isMonkeyError(error)) throw error;
    return { status: 'failed', output: `Not done, because the state before it could not be kept: ${error.message}` };
  }
}

function withSnapshot(effect: EffectPlan, snapshotId: string): EffectPlan {
  return effect.kind === 'command' ? { ...effect, snapshotId } : effect;
}

function recordStart(run: RunContext, known: KnownCall, effect: EffectPlan): void {
  run.options.record({
    type: 'tool.started',
    callId: known.call.id,
    name: known.call.name,
    arguments: known.call.arguments,
    title: known.intent.title,
    effect,
  });
}

/** Tools must not throw; one that does has failed, and the run goes on. */
async function guarded<T>(run: RunContext, work: () => Promise<T>): Promise<T | ToolResult> {
  try {
    return await work();
  } catch (error) {
    if (run.signal.aborted) return { status: 'cancelled', output: 'Cancelled.' };
    return { status: 'failed', output: `The tool failed: ${errorMessage(error)}` };
  }
}
