// Edits in other formats than old and new strings, for models that are better at them.
import type { Edit } from '@monkey-coder/workspace';
import * as z from 'zod/mini';
import { prepareChange, resolveChange } from './change-files.ts';
import { failure } from './results.ts';
import type { Tool, ToolContext } from './tool.ts';

const patchParameters = z.object({ patch: z.string().check(z.minLength(1)) });

/** Changes several files by a patch of the `*** Begin Patch` form. */
export const applyPatchTool: Tool<z.infer<typeof patchParameters>> = {
  name: 'apply_patch',
  description:
    'Change files by a patch: "*** Begin Patch", then "*** Update File: path" with "@@" hunks of context, - and + lines, or "*** Add File:" / "*** Delete File:", then "*** End Patch".',
  parameters: patchParameters,
  intent: ({ patch }) => {
    const paths = pathsOf(patch);
    return { title: `patch ${paths.join(', ') || 'nothing'}`, effect: 'write', paths };
  },
  prepare: ({ patch }, context) => prepare({ format: 'apply-patch', text: patch }, context),
  resolve: (effect, _args, context) => resolveChange(effect, context),
};

/** The files a patch names: what is permitted is decided on them. */
function pathsOf(patch: string): string[] {
  const named = patch.matchAll(/^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+?)\s*$/gm);
  return [...new Set([...named].map((found) => found[1] ?? ''))];
}

const anchorParameters = z.object({
  path: z.string().check(z.minLength(1)),
  changes: z
    .array(
      z.object({
        from: z.string(),
        to: z.optional(z.string()),
        text: z.string(),
        after: z.optional(z.boolean()),
      }),
    )
    .check(z.minLength(1)),
});

/** Replaces lines named by the anchors that `read` shows. */
export const anchorEditTool: Tool<z.infer<typeof anchorParameters>> = {
  name: 'edit',
  description:
    'Replace lines from anchor `from` to anchor `to` (as read shows them, such as 12:a3f1) by text; empty text deletes; after: true inserts behind `from`.',
  parameters: anchorParameters,
  intent: ({ path }) => ({ title: `edit ${path}`, effect: 'write', paths: [path] }),
  prepare: ({ path, changes }, context) => {
    const wanted = changes.map(({ from, to, text, after }) => ({
      from,
      text,
      ...(to === undefined ? {} : { to }),
      ...(after === undefined ? {} : { after }),
    }));
    return prepare({ format: 'line-anchors', path, changes: wanted }, context);
  },
  resolve: (effect, _args, context) => resolveChange(effect, context),
};

async function prepare(edit: Edit, context: ToolContext) {
  try {
    return prepareChange(await context.workspace.planEdit(edit, context.seen), context);
  } catch (error) {
    return failure(error);
  }
}
