// What is taken out of a conversation when it grows too large for a model, and what must not be lost by it.
import * as z from 'zod/mini';

export const pinSchema = z.object({
  kind: z.enum(['request', 'rules', 'failure', 'plan', 'files']),
  text: z.string(),
});
/** What a summary must not lose: what the person said, rules of folders, an open failure, the plan, the files touched. */
export type Pin = z.infer<typeof pinSchema>;

export const reliefSchema = z.object({
  /** Calls whose results (and long arguments) are stubs from now on. */
  stubbed: z.array(z.string()),
  summary: z.optional(
    z.object({
      /** So many messages, counted from the first, are replaced by the summary. */
      before: z.number(),
      pins: z.array(pinSchema),
      /** The model's own words; empty where it gave none. */
      prose: z.string(),
    }),
  ),
});
/** What was taken out of the conversation that a model is sent. The log keeps all of it. */
export type Relief = z.infer<typeof reliefSchema>;
