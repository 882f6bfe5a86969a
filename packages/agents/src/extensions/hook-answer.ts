// Reads what a hook answered: its exit code, and the JSON it may have printed.
import { type JsonObject, parseJson } from '@monkey-coder/protocol';
import type { HookEvent, HookOpinion } from './hooks.ts';

/** How a hook's process ended. */
export interface HookEnd {
  /** Null when it was ended: too late, cancelled, a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What it says, and what is to be told to the person. */
export type HookAnswer = HookOpinion & {
  /** What went wrong, or what the hook wants shown; one line each. */
  readonly notices: readonly string[];
};

/** Events whose plain output is meant for the model. */
const speaking: readonly HookEvent[] = ['UserPromptSubmit', 'SessionStart'];
const maxContextChars = 10_000;
const maxReasonChars = 2_000;

/**
 * Exit code 2 blocks, with standard error as the reason; 0 with a JSON object on standard output is read (`decision`,
 * `reason`, `continue`, `hookSpecificOutput.permissionDecision`, `.additionalContext`, before a call `.updatedInput`, `systemMessage`); any
 * other code is a failure. Before a tool call a failure forbids the call.
 */
export function readHookAnswer(event: HookEvent, name: string, end: HookEnd): HookAnswer {
  if (end.exitCode === 2) return answer({ decision: 'deny', reason: reasonOf(end.stderr, end.stdout, name) });
  if (end.exitCode !== 0) {
    const why = end.exitCode === null ? 'it was ended before it answered' : `exit code ${end.exitCode}`;
    return failure(event, `the hook ${name} failed: ${why}${detail(end.stderr)}`);
  }
  const text = end.stdout.trim();
  if (!text.startsWith('{')) return answer(speaking.includes(event) ? { context: text } : {});
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return failure(event, `the hook ${name} failed: its answer is not JSON`);
  return readObject(event, name, value as JsonObject);
}

function readObject(event: HookEvent, name: string, value: JsonObject): HookAnswer {
  const specific = objectAt(value, 'hookSpecificOutput');
  const word = textAt(specific, 'permissionDecision') || textAt(value, 'decision');
  const decision = value['continue'] === false ? 'deny' : decisionOf(word);
  if (decision === undefined) return failure(event, `the hook ${name} failed: it decides ${JSON.stringify(word)}`);
  const said = ['stopReason', 'reason'].map((key) => textAt(value, key)).filter((text) => text !== '');
  const message = textAt(value, 'systemMessage');
  const input = specific['updatedInput'];
  if (input !== undefined && event === 'PreToolUse' && !isObject(input))
    return failure(event, `the hook ${name} failed: its updatedInput is not an object`);
  return answer({
    decision,
    reason: decision === 'none' ? '' : reasonOf(textAt(specific, 'permissionDecisionReason'), said[0] ?? '', name),
    context: textAt(specific, 'additionalContext'),
    notices: message === '' ? [] : [message.slice(0, maxReasonChars)],
    ...(event === 'PreToolUse' && isObject(input) ? { input } : {}),
  });
}

/** `defer` and nothing leave it to the others; undefined for a word that means nothing. */
function decisionOf(word: string): HookOpinion['decision'] | undefined {
  switch (word) {
    case 'allow':
    case 'approve':
      return 'allow';
    case 'deny':
    case 'block':
      return 'deny';
    case 'ask':
      return 'ask';
    case '':
    case 'defer':
      return 'none';
    default:
      return undefined;
  }
}

function failure(event: HookEvent, text: string): HookAnswer {
  if (event === 'PreToolUse') return answer({ decision: 'deny', reason: text, notices: [text] });
  return answer({ notices: [text] });
}

function answer(given: Partial<HookAnswer>): HookAnswer {
  const { decision = 'none', reason = '', context = '', notices = [], input } = given;
  const said = { decision, reason, context: context.slice(0, maxContextChars), notices };
  return input === undefined ? said : { ...said, input };
}

function reasonOf(first: string, second: string, name: string): string {
  const text = first.trim() || second.trim() || `the hook ${name} gave no reason`;
  return text.slice(0, maxReasonChars);
}

function detail(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : ` (${line.slice(0, 200)})`;
}

function objectAt(value: JsonObject, key: string): JsonObject {
  const inner = value[key];
  return isObject(inner) ? inner : {};
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textAt(value: JsonObject, key: string): string {
  const inner = value[key];
  return typeof inner === 'string' ? inner : '';
}
