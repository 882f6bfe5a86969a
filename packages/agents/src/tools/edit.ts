// The tool that replaces text in a file.
import * as z from 'zod/mini';
import { prepareChange, resolveChange } from './change-files.ts';
import { failure } from './results.ts';
import type { Tool } from './tool.ts';

const parameters = z.object({
  path: z.string().check(z.minLength(1)),
  old_string: z.string(),
  new_string: z.string(),
  replace_all: z.optional(z.boolean()),
});
type Arguments = z.infer<typeof parameters>;

/** Replaces text that occurs exactly once, or every occurrence. Text that is found proves knowledge of the file, so no read is required. */
export const editTool: Tool<Arguments> = {
  name: 'edit',
  description:
    'Replace old_string, copied exactly from the file and found there once, by new_string; or all with replace_all.',
  parameters,
  intent: ({ path }) => ({ title: `edit ${path}`, effect: 'write', paths: [path] }),
  prepare: async (args, context) => {
    const replacements = [{ oldString: args.old_string, newString: args.new_string }];
    const edit = {
      format: 'old-new-string',
      path: args.path,
      replacements,
      replaceAll: args.replace_all === true,
    } as const;
    try {
      return await prepareChange(await context.workspace.planEdit(edit, context.seen), context);
    } catch (error) {
      return failure(error);
    }
  },
  resolve: (effect, _args, context) => resolveChange(effect, context),
};
