// Reads a transcript of another agent, Claude Code's or Codex's JSONL, as a session of ours. Tolerant: what is not known is passed over.
//
// Nothing of it is trusted with anything: no permission, check or folder comes with it, only what was said and what tools answered.
import { type Event, type JsonObject, type JsonValue, jsonObjectSchema, parseJson } from '@monkey-coder/protocol';
import { TranscriptBuilder } from './transcript-builder.ts';

/** Which agent wrote it. */
export type TranscriptKind = 'claude-code' | 'codex';

/** A transcript that was read. */
export interface ReadTranscript {
  readonly kind: TranscriptKind;
  readonly events: readonly Event[];
}

/** Reads the text of a file; undefined where it is of neither kind. */
export function readTranscript(text: string): ReadTranscript | undefined {
  const records = text.split('\n').flatMap((line) => recordOf(line));
  const kind = kindOf(records);
  if (kind === undefined) return undefined;
  const events = kind === 'codex' ? readCodex(records) : readClaudeCode(records);
  return events.length > 1 ? { kind, events } : undefined;
}

function recordOf(line: string): JsonObject[] {
  const record = line.trim() === '' ? undefined : jsonObjectSchema.safeParse(parseJson(line)).data;
  return record === undefined ? [] : [record];
}

function kindOf(records: readonly JsonObject[]): TranscriptKind | undefined {
  const isCodex = records.some((one) => one['type'] === 'response_item' || one['type'] === 'session_meta');
  if (isCodex) return 'codex';
  const isClaude = records.some(
    (one) => (one['type'] === 'assistant' || one['type'] === 'user') && objectOf(one['message']) !== undefined,
  );
  return isClaude ? 'claude-code' : undefined;
}

const objectOf = (value: JsonValue | undefined): JsonObject | undefined => jsonObjectSchema.safeParse(value).data;
const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const timeOf = (record: JsonObject | undefined): number => Date.parse(textOf(record?.['timestamp'])) || 0;

/** Text of a content that is a string or a list of parts. */
function joined(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return listOf(value)
    .map((part) => textOf(objectOf(part)?.['text']))
    .filter((text) => text !== '')
    .join('\n');
}

function readClaudeCode(records: readonly JsonObject[]): Event[] {
  // What sub-agents said among themselves is a side chain of the same file.
  const main = records.filter((one) => one['isSidechain'] !== true && one['isMeta'] !== true);
  const first = main.find((one) => textOf(one['cwd']) !== '') ?? main[0];
  const builder = new TranscriptBuilder({
    sessionId: textOf(first?.['sessionId']) || 'claude-code',
    cwd: textOf(first?.['cwd']),
    from: `claude-code ${textOf(first?.['version'])}`.trim(),
    time: timeOf(first),
  });
  for (const record of main) {
    const message = objectOf(record['message']);
    if (message === undefined) continue;
    if (record['type'] === 'user') claudeUser(builder, message, timeOf(record));
    if (record['type'] === 'assistant') claudeAnswer(builder, message, timeOf(record));
  }
  return builder.finish(timeOf(main.at(-1)));
}

function claudeUser(builder: TranscriptBuilder, message: JsonObject, time: number): void {
  const { content } = message;
  for (const part of listOf(content)) {
    const block = objectOf(part);
    if (block?.['type'] === 'tool_result')
      builder.result(textOf(block['tool_use_id']), joined(block['content']), block['is_error'] === true, time);
  }
  const text =
    typeof content === 'string'
      ? content
      : joined(listOf(content).filter((part) => objectOf(part)?.['type'] === 'text'));
  // Local commands and reminders are put between tags by the program, not said by the person.
  if (!/^\s*<(command-|local-command|system-reminder)/.test(text)) builder.user(text, time);
}

function claudeAnswer(builder: TranscriptBuilder, message: JsonObject, time: number): void {
  const answer = { id: textOf(message['id']) || `answer_${time}`, model: textOf(message['model']) || 'unknown', time };
  for (const part of listOf(message['content'])) {
    const block = objectOf(part);
    if (block?.['type'] === 'text') builder.say({ type: 'text', text: textOf(block['text']) }, answer);
    if (block?.['type'] === 'tool_use')
      builder.say(
        {
          type: 'tool-call',
          id: textOf(block['id']),
          name: textOf(block['name']),
          arguments: JSON.stringify(block['input'] ?? {}),
        },
        answer,
      );
  }
}

function readCodex(records: readonly JsonObject[]): Event[] {
  const meta = objectOf(records.find((one) => one['type'] === 'session_meta')?.['payload']);
  const context = objectOf(records.find((one) => one['type'] === 'turn_context')?.['payload']);
  const model = textOf(context?.['model']) || 'unknown';
  const builder = new TranscriptBuilder({
    sessionId: textOf(meta?.['id']) || 'codex',
    cwd: textOf(meta?.['cwd']) || textOf(context?.['cwd']),
    from: `codex ${textOf(meta?.['cli_version'])}`.trim(),
    time: timeOf(records[0]),
  });
  let turn = 0;
  for (const record of records) {
    const item = record['type'] === 'response_item' ? objectOf(record['payload']) : undefined;
    if (item === undefined) continue;
    turn += codexItem(builder, item, { turn, model, time: timeOf(record) });
  }
  return builder.finish(timeOf(records.at(-1)));
}

/** Takes one item; 1 where a new answer of the model begins after it. */
function codexItem(
  builder: TranscriptBuilder,
  item: JsonObject,
  at: { readonly turn: number; readonly model: string; readonly time: number },
): 0 | 1 {
  const answer = { id: `turn_${at.turn}`, model: at.model, time: at.time };
  const callId = textOf(item['call_id']);
  switch (item['type']) {
    case 'message': {
      const text = joined(item['content']);
      if (item['role'] === 'assistant') builder.say({ type: 'text', text }, answer);
      // Codex hands its instructions and surroundings over as user messages between tags.
      else if (item['role'] === 'user' && !/^\s*<[a-z_]+>/i.test(text)) {
        builder.user(text, at.time);
        return 1;
      }
      return 0;
    }
    case 'function_call':
    case 'custom_tool_call': {
      const given = textOf(item['arguments']) || JSON.stringify({ input: textOf(item['input']) });
      builder.say({ type: 'tool-call', id: callId, name: textOf(item['name']), arguments: given }, answer);
      return 0;
    }
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const { output } = item;
      const inner = objectOf(output) ?? objectOf(parseJson(textOf(output)) as JsonValue);
      builder.result(callId, textOf(inner?.['output']) || textOf(inner?.['content']) || joined(output), false, at.time);
      return 1;
    }
    default:
      return 0;
  }
}
