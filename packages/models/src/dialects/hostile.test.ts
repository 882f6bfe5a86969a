// Whatever bytes come, a decoder does not throw and ends exactly once.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/contract.ts';
import { dialects } from './dialects.ts';

const seeds = [
  'data: {"choices":[{"delta":{"content":"hi","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}\n\ndata: [DONE]\n\n',
  'event: message_start\ndata: {"type":"message_start","message":{"model":"m","usage":{"input_tokens":1}}}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":{}}}\n\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}\n\ndata: {"type":"message_stop"}\n\n',
  '{"choices":[{"message":{"content":[{"type":"text","text":"x"}],"reasoning_details":[null,1]}}]}',
  '{"type":"message","content":[null,1,{"type":"text"},{"type":"tool_use"}],"usage":[]}',
  '{"error":{"code":[],"message":{"detail":1},"details":[{"retryDelay":5}]}}',
  'event: response.created\ndata: {"type":"response.created","response":{"id":"r","model":"m"}}\n\ndata: {"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"a","name":"f","arguments":""}}\n\ndata: {"type":"response.function_call_arguments.delta","output_index":0,"delta":"{}"}\n\ndata: {"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","summary":[{"text":"x"}],"encrypted_content":"e"}}\n\ndata: {"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"text":"x"}]}],"usage":{"input_tokens":1}}}\n\n',
  'data: {"candidates":[{"content":{"parts":[{"text":"x","thoughtSignature":"s"},{"functionCall":{"name":"f","args":{}}},{"executableCode":{"code":"x"}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1},"responseId":"r"}\r\n\r\n',
  'data: {"type":"message-start","id":"r"}\n\ndata: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"x","thinking":"y"}}}}\n\ndata: {"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"a","function":{"name":"f","arguments":"{}"}}}}}\n\ndata: {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"tokens":{"input_tokens":1}}}}\n\n',
  '[{"candidates":[{"content":{"parts":[null,1,{"text":1}]}}]},{"error":{"code":1}}]',
  '{"output":[null,1,{"type":"reasoning","summary":1},{"type":"function_call"}],"status":"completed"}',
  '{"message":{"content":"x","tool_calls":[null,{"function":{"arguments":[]}}]},"finish_reason":"ERROR"}',
];
const values = ['null', '1', '""', '[]', '{}', 'true', '-1', '"\\ud800"'];

/** Replaces some JSON values and bytes by others. */
function damaged(text: string, random: () => number): Buffer {
  const swapped = text.replace(/"[^"]*"|\d+|\[\]|\{\}/g, (found) =>
    random() < 0.15 ? (values[Math.floor(random() * values.length)] ?? '') : found,
  );
  const bytes = Buffer.from(swapped);
  for (let count = 0; count < random() * 4; count++)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return bytes;
}

for (const dialect of dialects) {
  describe(dialect.name, () => {
    it('ends once on 3,000 damaged answers', () => {
      const random = seededRandom(42);
      for (let round = 0; round < 3000; round++) {
        const bytes = damaged(seeds[round % seeds.length] ?? '', random);
        const status = random() < 0.8 ? 200 : 400 + Math.floor(random() * 150);
        const decoder = dialect.createDecoder({ status, headers: { 'retry-after': 'x' } }, { model: 'm', quirks: {} });
        const cut = Math.floor(random() * bytes.length);
        const events = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap((piece) => decoder.push(piece));
        events.push(...decoder.finish(), ...decoder.finish(), ...decoder.push(bytes));
        const terminals = events.filter((event) => event.type === 'end' || event.type === 'error');
        expect(terminals, bytes.toString()).toHaveLength(1);
        expect(events.at(-1)).toBe(terminals[0]);
      }
    });
  });
}
