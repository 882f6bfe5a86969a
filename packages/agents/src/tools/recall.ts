// The tool that searches the whole conversation, also what was taken out of view or said in earlier sessions here.
import * as z from 'zod/mini';
import { clip, failed, succeeded } from './results.ts';
import type { Tool } from './tool.ts';

const parameters = z.object({ query: z.string().check(z.minLength(1)) });
type Arguments = z.infer<typeof parameters>;

/** A place where something was said. */
export interface RecallHit {
  /** Where: `this session, read src/cart.js` or the title of another one. */
  readonly where: string;
  readonly text: string;
}

/** Searches what was said; best first. Never throws for a query that finds nothing. */
export type Recall = (query: string, signal: AbortSignal) => Promise<readonly RecallHit[]>;

/** Makes the tool over a search. */
export function createRecallTool(recall: Recall): Tool<Arguments> {
  return {
    name: 'recall',
    description: 'Search all of this conversation (also what was left out) and earlier ones here, by words.',
    parameters,
    intent: ({ query }) => ({ title: `recall ${JSON.stringify(query.slice(0, 200))}`, effect: 'none', paths: [] }),
    prepare: async ({ query }, context) => ({
      effect: { kind: 'none' },
      run: async () => {
        const hits = await recall(query, context.signal);
        if (hits.length === 0) return failed('Nothing that was said has these words.');
        const text = hits.map((hit) => `[${hit.where}]\n${hit.text}`).join('\n\n');
        return succeeded(clip(text, context.limits.outputChars));
      },
    }),
    resolve: async () => 'run-again',
  };
}
