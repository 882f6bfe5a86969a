// What a scenario file says: the turns of a conversation, what each request must look like, and what to answer.
import { describeIssues, MonkeyError } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

const matcherSchema = z.union([
  z.string(),
  z.strictObject({
    contains: z.optional(z.union([z.string(), z.array(z.string())])),
    lacks: z.optional(z.string()),
    /** Regular expression. */
    matches: z.optional(z.string()),
  }),
]);

const expectSchema = z.strictObject({
  /** Text of the last message, tool results included. */
  lastMessage: z.optional(matcherSchema),
  lastRole: z.optional(z.enum(['user', 'tool', 'assistant'])),
  /** Output of any tool result in the last message; with `tool`, of results of that tool. */
  toolResult: z.optional(matcherSchema),
  tool: z.optional(z.string()),
  /** How many messages the request has. */
  messages: z.optional(z.number()),
  /** Tools that must be declared. */
  tools: z.optional(z.array(z.string())),
  system: z.optional(matcherSchema),
  /** All text of all messages. */
  conversation: z.optional(matcherSchema),
  model: z.optional(z.string()),
});

const usageSchema = z.strictObject({
  input: z.optional(z.number()),
  output: z.optional(z.number()),
  cached: z.optional(z.number()),
  cacheWrite: z.optional(z.number()),
  reasoning: z.optional(z.number()),
});

const replySchema = z.strictObject({
  reasoning: z.optional(z.string()),
  text: z.optional(z.string()),
  toolCalls: z.optional(
    z.array(
      z.strictObject({
        name: z.string(),
        id: z.optional(z.string()),
        /** An object, or a string that is sent as it stands (to try broken arguments). */
        arguments: z.optional(z.union([z.record(z.string(), z.unknown()), z.string()])),
      }),
    ),
  ),
  /** Counts to report; `none` for a provider that tells none; absent for an estimate. */
  usage: z.optional(z.union([usageSchema, z.literal('none')])),
  finish: z.optional(z.enum(['stop', 'length', 'tool-calls', 'content-filter', 'other'])),
  /** Model the reply names; absent for the one asked for. */
  model: z.optional(z.string()),
});

const turnSchema = z.strictObject({
  expect: z.optional(expectSchema),
  reply: z.optional(replySchema),
  /** Before the first byte. */
  delayMs: z.optional(z.number()),
  /** Characters per event; default 24. */
  chunk: z.optional(z.number().check(z.minimum(1))),
  /** Pace of the stream; default as fast as it goes. */
  tokensPerSecond: z.optional(z.number().check(z.minimum(0.1))),
  /** Fail with this; inside the stream when `after` is given. */
  error: z.optional(
    z.strictObject({
      status: z.optional(z.number()),
      /** A code of the product's taxonomy; absent to follow from the status. */
      code: z.optional(z.string()),
      message: z.optional(z.string()),
      /** Seconds. */
      retryAfter: z.optional(z.number()),
      after: z.optional(z.number()),
    }),
  ),
  /** Cut the connection after so many events. */
  cut: z.optional(z.number()),
  /** Go silent after so many events, connection open. */
  stall: z.optional(z.number()),
  /** Send something that is no event after so many events. */
  garbage: z.optional(z.number()),
  /** Close in order, but without finish reason. */
  endWithoutFinish: z.optional(z.boolean()),
  /** The trouble above happens only so many times, then the turn is answered; default always. */
  times: z.optional(z.number()),
});

/** A scenario file. */
export const scenarioSchema = z.strictObject({
  name: z.string(),
  description: z.optional(z.string()),
  /** Name of the model it is served as; default `scripted`. */
  model: z.optional(z.string()),
  /**
   * `history` (default): the turn follows from the number of assistant messages in the request, so that resuming and
   * crashing work. `sequence`: each request takes the next turn.
   */
  mode: z.optional(z.enum(['history', 'sequence'])),
  turns: z.array(turnSchema).check(z.minLength(1)),
  /** Conversations of their own (sub-agents, candidates): the first whose `when` fits a request plays it, else `turns`. */
  others: z.optional(
    z.array(
      z.strictObject({
        /** Text of the first message. */
        when: matcherSchema,
        /** Model that must be asked for. */
        model: z.optional(z.string()),
        turns: z.array(turnSchema).check(z.minLength(1)),
      }),
    ),
  ),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioTurn = z.infer<typeof turnSchema>;
export type ScenarioExpectation = z.infer<typeof expectSchema>;
export type ScenarioMatcher = z.infer<typeof matcherSchema>;

/** Reads a scenario from YAML (JSON is YAML). `source` names it in errors. Throws MonkeyError `usage.invalid`. */
export async function parseScenario(text: string, source: string): Promise<Scenario> {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new MonkeyError('usage.invalid', `${source} is not YAML: ${firstLine(error)}`, { cause: error });
  }
  const checked = z.safeParse(scenarioSchema, value);
  if (checked.success) return checked.data;
  throw new MonkeyError('usage.invalid', `${source} is not a scenario: ${describeIssues(checked.error)}`);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
