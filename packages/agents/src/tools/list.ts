// The tool that lists files, by folder or by glob.
import * as z from 'zod/mini';
import { listFolder } from './folder-listing.ts';
import { leavingOut } from './left-out.ts';
import { failure, succeeded } from './results.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';

const parameters = z.object({ path: z.optional(z.string()), glob: z.optional(z.string()) });
type Arguments = z.infer<typeof parameters>;

const limit = 300;

/** Lists files that are not ignored. */
export const listTool: Tool<Arguments> = {
  name: 'list',
  description: 'List files under a folder, or those matching a glob such as src/**/*.ts. Ignored files are left out.',
  parameters,
  intent: ({ path, glob }) => ({
    title: `list ${[path, glob].filter((text) => text !== undefined && text !== '').join(' ') || '.'}`,
    effect: 'read',
    paths: path === undefined || path === '' ? [] : [path],
  }),
  prepare: async (args, context) => ({ effect: { kind: 'none' }, run: () => list(args, context) }),
  resolve: async () => 'run-again',
};

async function list({ path, glob }: Arguments, context: ToolContext): Promise<ToolResult> {
  try {
    const under = path === undefined || path === '' ? '.' : (await context.workspace.check(path, 'read')).path;
    if (glob === undefined || glob === '') return succeeded(await listFolder(context, under));
    const rest = leavingOut(context);
    const { paths, truncated } = await context.workspace.lister.list({
      ...(under === '.' || under === '' ? {} : { under }),
      glob,
      limit,
      exclude: rest.exclude,
      signal: context.signal,
    });
    if (paths.length === 0) return succeeded(`[no files match]${rest.note()}`);
    return succeeded(
      paths.join('\n') + (truncated ? `\n[more than ${limit} match; narrow the glob]` : '') + rest.note(),
    );
  } catch (error) {
    return failure(error);
  }
}
