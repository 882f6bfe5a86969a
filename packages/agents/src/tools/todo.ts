// The tool that keeps the list of steps.
import * as z from 'zod/mini';
import { succeeded } from './results.ts';
import type { Tool } from './tool.ts';

const parameters = z.object({
  items: z.array(z.object({ text: z.string(), status: z.enum(['pending', 'in_progress', 'done']) })),
});

/** Replaces the list of steps. */
export const todoTool: Tool<z.infer<typeof parameters>> = {
  name: 'todo',
  description: 'Set the list of steps, for work with three or more.',
  parameters,
  intent: ({ items }) => ({ title: `plan ${items.length} steps`, effect: 'none', paths: [] }),
  prepare: async ({ items }, context) => ({
    effect: { kind: 'none' },
    run: async () => {
      context.setTodos(items);
      return succeeded(`${items.filter((item) => item.status === 'done').length} of ${items.length} done`);
    },
  }),
  resolve: async () => 'run-again',
};
