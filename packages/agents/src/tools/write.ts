// The tool that writes a whole file.
import * as z from 'zod/mini';
import { prepareChange, resolveChange } from './change-files.ts';
import { failed, failure } from './results.ts';
import type { PreparedCall, Tool, ToolContext, ToolResult } from './tool.ts';

const parameters = z.object({ path: z.string().check(z.minLength(1)), content: z.string() });
type Arguments = z.infer<typeof parameters>;

/** Creates a file, or replaces one the model has read. */
export const writeTool: Tool<Arguments> = {
  name: 'write',
  description: 'Create a file, or replace one you have read, with content. Prefer edit for changes.',
  parameters,
  intent: ({ path }) => ({ title: `write ${path}`, effect: 'write', paths: [path] }),
  prepare: async (args, context) => {
    try {
      return await prepare(args, context);
    } catch (error) {
      return failure(error);
    }
  },
  resolve: (effect, _args, context) => resolveChange(effect, context),
};

async function prepare(args: Arguments, context: ToolContext): Promise<PreparedCall | ToolResult> {
  const target = await context.workspace.check(args.path, 'write');
  if (target.isDirectory) return failed(`${target.path} is a folder.`);
  if (target.exists && !context.seen.has(target.path)) {
    return failed(`${target.path} exists and you have not read it: read it first, then write it or use edit.`);
  }
  const edit = { format: 'whole-file', path: args.path, content: args.content } as const;
  return prepareChange(await context.workspace.planEdit(edit, context.seen), context);
}
