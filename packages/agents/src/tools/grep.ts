// The tool that searches text in files.
import { dirname } from 'node:path/posix';
import * as z from 'zod/mini';
import { leavingOut } from './left-out.ts';
import { clip, failure, succeeded } from './results.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';

const parameters = z.object({
  pattern: z.string().check(z.minLength(1)),
  path: z.optional(z.string()),
  glob: z.optional(z.string()),
  ignore_case: z.optional(z.boolean()),
});
type Arguments = z.infer<typeof parameters>;

const limit = 200;

/** Searches with a regular expression. */
export const grepTool: Tool<Arguments> = {
  name: 'grep',
  description: 'Search file contents with a regular expression; gives path:line:text.',
  parameters,
  intent: ({ pattern, path, glob }) => ({
    title: `search ${JSON.stringify(pattern)}${path ? ` in ${path}` : ''}${glob ? ` (${glob})` : ''}`,
    effect: 'read',
    paths: path === undefined || path === '' ? [] : [path],
  }),
  prepare: async (args, context) => ({ effect: { kind: 'none' }, run: () => grep(args, context) }),
  resolve: async () => 'run-again',
};

async function grep(args: Arguments, context: ToolContext): Promise<ToolResult> {
  const rest = leavingOut(context);
  try {
    const { matches, truncated } = await context.workspace.search.search({
      pattern: args.pattern,
      syntax: 'regex',
      caseSensitive: args.ignore_case !== true,
      ...(await whereOf(args, context)),
      limit,
      exclude: rest.exclude,
      signal: context.signal,
    });
    if (matches.length === 0) return succeeded(`[no matches]${rest.note()}`);
    const lines = matches.map((match) => `${match.path}:${match.line}:${match.text}`).join('\n');
    const more = truncated ? `\n[first ${matches.length} matches; narrow the pattern, path or glob]` : '';
    return succeeded(clip(lines, context.limits.outputChars) + more + rest.note());
  } catch (error) {
    return failure(error);
  }
}

/** A single file is searched as its folder with a glob of its name. */
async function whereOf({ path, glob }: Arguments, context: ToolContext): Promise<{ under?: string; glob?: string }> {
  const rest = glob === undefined || glob === '' ? {} : { glob };
  if (path === undefined || path === '') return rest;
  const checked = await context.workspace.check(path, 'read');
  if (checked.isDirectory || !checked.exists) return checked.path === '.' ? rest : { under: checked.path, ...rest };
  const folder = dirname(checked.path);
  const name = checked.path.slice(checked.path.lastIndexOf('/') + 1).replace(/[*?{}[\]]/g, '?');
  return { ...(folder === '.' ? {} : { under: folder }), glob: name };
}
