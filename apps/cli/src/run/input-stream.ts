// `--input-format stream-json`: one JSON object a line on standard input, each a prompt of the same session, in the shape that Claude Code takes.
import { createInterface } from 'node:readline';
import { MonkeyError, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

const lineSchema = z.object({
  type: z.literal('user'),
  priority: z.optional(z.string()),
  message: z.object({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.object({ type: z.literal('text'), text: z.string() }))]),
  }),
});

/** A line as it came; what was wrong with one is thrown when its turn comes. */
type Item = { readonly prompt: string; readonly steers: boolean } | { readonly error: unknown };

/**
 * The prompts of an input. One that was there before the work began, or says `"priority": "later"`, waits for its turn; one that comes
 * while a run works is for that run, which takes it before its next step. What comes too late for that is a prompt like the others.
 */
export class PromptInput {
  readonly #items: Item[] = [];
  #number = 0;
  #isEnded = false;
  #isWorking = false;
  #wake: () => void = () => undefined;

  constructor(input: NodeJS.ReadableStream) {
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('line', (line) => this.#add(line));
    lines.once('close', () => {
      this.#isEnded = true;
      this.#wake();
    });
  }

  /** The next prompt; undefined at the end of the input. Throws MonkeyError `usage.invalid` with the number of a line that is none. */
  async next(): Promise<string | undefined> {
    this.#isWorking = false;
    while (this.#items.length === 0 && !this.#isEnded)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const item = this.#items.shift();
    if (item !== undefined && 'error' in item) throw item.error;
    this.#isWorking = true;
    return item?.prompt;
  }

  /** Takes what came for the run that works, up to a line that is none. */
  takeSteering(): readonly string[] {
    const end = this.#items.findIndex((item) => 'error' in item);
    const before = this.#items.splice(0, end < 0 ? this.#items.length : end);
    const taken = before.flatMap((item) => ('prompt' in item && item.steers ? [item.prompt] : []));
    this.#items.unshift(...before.filter((item) => !('prompt' in item && item.steers)));
    return taken;
  }

  #add(line: string): void {
    this.#number++;
    if (line.trim() === '') return;
    try {
      const { prompt, isLater } = promptIn(line, this.#number);
      this.#items.push({ prompt, steers: this.#isWorking && !isLater });
    } catch (error) {
      this.#items.push({ error });
    }
    this.#wake();
  }
}

function promptIn(line: string, number: number): { readonly prompt: string; readonly isLater: boolean } {
  const read = lineSchema.safeParse(parseJson(line));
  const content = read.data?.message.content;
  const prompt = typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('\n\n');
  if (prompt.trim() !== '') return { prompt, isLater: read.data?.priority === 'later' };
  throw new MonkeyError('usage.invalid', `standard input, line ${number}: no message of a user with text`, {
    advice: 'Each line is {"type":"user","message":{"role":"user","content":"what to do"}}.',
  });
}
