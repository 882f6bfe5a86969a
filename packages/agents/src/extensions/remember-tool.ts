// The tool by which an agent proposes a fact to be kept; a person reads it and agrees, or it is not kept.
import * as z from 'zod/mini';
import { failure, succeeded } from '../tools/results.ts';
import type { Tool } from '../tools/tool.ts';

const parameters = z.object({ fact: z.string().check(z.minLength(1), z.maxLength(300)) });
type Arguments = z.infer<typeof parameters>;

/** Keeps a fact that a person agreed to. Throws MonkeyError when it cannot. */
export type Remember = (fact: string) => void;

/** Makes the tool. */
export function createRememberTool(remember: Remember): Tool<Arguments> {
  return {
    name: 'remember',
    description:
      'Propose one lasting fact about this project for later sessions; the user decides. Not for this task’s details.',
    parameters,
    intent: ({ fact }) => ({ title: `remember: ${fact}`, effect: 'none', paths: [], needsConsent: true }),
    prepare: async ({ fact }) => ({
      effect: { kind: 'none' },
      run: async () => {
        try {
          remember(fact);
          return succeeded('Kept.');
        } catch (error) {
          return failure(error);
        }
      },
    }),
    resolve: async () => 'run-again',
  };
}
