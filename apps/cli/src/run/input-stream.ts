// `--input-format stream-json`: one JSON object a line on standard input, each a prompt of the same session, in the shape that Claude Code takes.
import { createInterface } from 'node:readline';
import { MonkeyError, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

const lineSchema = z.object({
  type: z.literal('user'),
  message: z.object({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.object({ type: z.literal('text'), text: z.string() }))]),
  }),
});

/** The prompts, one after another as they come. Throws MonkeyError `usage.invalid` with the number of a line that is none. */
export async function* promptsIn(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    if (line.trim() !== '') yield promptIn(line, number);
  }
}

function promptIn(line: string, number: number): string {
  const read = lineSchema.safeParse(parseJson(line));
  const content = read.data?.message.content;
  const prompt = typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('\n\n');
  if (prompt.trim() !== '') return prompt;
  throw new MonkeyError('usage.invalid', `standard input, line ${number}: no message of a user with text`, {
    advice: 'Each line is {"type":"user","message":{"role":"user","content":"what to do"}}.',
  });
}
