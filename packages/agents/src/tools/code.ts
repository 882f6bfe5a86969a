// The tool that asks the code index: where a name is defined, who uses it, which code is about something.
import * as z from 'zod/mini';
import { type LeavingOut, leavingOut } from './left-out.ts';
import { clip, failure, succeeded } from './results.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';

const parameters = z.object({
  query: z.string().check(z.minLength(1)),
  find: z.enum(['definition', 'references', 'related', 'map']),
});
type Arguments = z.infer<typeof parameters>;

const limit = 50;
const waitMs = 3_000;
const mapTokens = 1_500;

/** Asks the index of the project; never waits long for one that is not ready. */
export const codeTool: Tool<Arguments> = {
  name: 'code',
  description: 'Ask the code index: definition or references of a name, code related to words, or a map for a task.',
  parameters,
  intent: ({ query, find }) => ({ title: `${find} ${JSON.stringify(query)}`, effect: 'read', paths: [] }),
  prepare: async (args, context) => ({ effect: { kind: 'none' }, run: () => ask(args, context) }),
  resolve: async () => 'run-again',
};

async function ask(args: Arguments, context: ToolContext): Promise<ToolResult> {
  const rest = leavingOut(context);
  try {
    const code = await context.workspace.code();
    const { known, total, isComplete } = await code.ready({ waitMs, signal: context.signal });
    const lines = await answer(args, context, rest);
    const part = args.find === 'related' && code.state().ranked < known ? code.state().ranked : known;
    const note =
      isComplete && part === known
        ? ''
        : `\n[the index is not complete: ${part} of ${total || 'unknown'} files so far; ask again or use grep]`;
    return succeeded(clip(lines || '[nothing found; try grep]', context.limits.outputChars) + note + rest.note());
  } catch (error) {
    return failure(error);
  }
}

async function answer({ query, find }: Arguments, context: ToolContext, { exclude }: LeavingOut): Promise<string> {
  const code = await context.workspace.code();
  const limits = { limit, exclude, signal: context.signal };
  switch (find) {
    case 'definition':
      return code
        .definitions(query, limits)
        .map(({ path, firstLine, lastLine, kind, name, container }) => {
          const inside = container === null ? '' : `${container}.`;
          return `${path}:${firstLine}-${lastLine} ${kind} ${inside}${name}`;
        })
        .join('\n');
    case 'references':
      return (await code.references(query, limits))
        .map(
          ({ path, line, text, container }) => `${path}:${line}:${container === null ? '' : ` [${container}]`} ${text}`,
        )
        .join('\n');
    case 'related':
      return (await code.rank(query, { ...limits, limit: 15, waitMs }))
        .map(({ path, firstLine, lastLine, name }) => `${path}:${firstLine}-${lastLine} ${name}`.trimEnd())
        .join('\n');
    case 'map':
      return code.map({ text: query, focus: [], maxTokens: mapTokens, exclude }).text;
  }
}
