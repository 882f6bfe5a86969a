// The tool that looks after commands which `bash` started in the background.
import type { BackgroundCommands, BackgroundStatus } from '@monkey-coder/workspace';
import * as z from 'zod/mini';
import { failed, failure, succeeded } from './results.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';

const parameters = z.object({
  action: z.enum(['list', 'read', 'stop']),
  id: z.optional(z.string()),
  offset: z.optional(z.number().check(z.minimum(0))),
});
type Arguments = z.infer<typeof parameters>;

/** Lists, reads and stops background commands of this run; none of it changes files. */
export const processTool: Tool<Arguments> = {
  name: 'process',
  description: 'Background commands: list them, read output of one from offset on, or stop it.',
  parameters,
  intent: ({ action, id }) => ({ title: `${action} background ${id ?? 'commands'}`, effect: 'none', paths: [] }),
  prepare: async (args, context) => ({ effect: { kind: 'none' }, run: () => act(args, context) }),
  resolve: async () => 'run-again',
};

async function act({ action, id, offset = 0 }: Arguments, context: ToolContext): Promise<ToolResult> {
  const { background } = context.workspace.commands;
  try {
    if (action === 'list') return list(background);
    if (id === undefined) return failed('give the id, such as bg1');
    if (action === 'stop') await background.stop(id);
    const read = background.read(id, offset);
    const from = Math.max(offset, read.next - context.limits.outputChars);
    return describeBackground(from > offset ? background.read(id, from) : read, from - offset);
  } catch (error) {
    return failure(error);
  }
}

function list(background: BackgroundCommands): ToolResult {
  const lines = background.list().map((status) => `${status.id} ${stateOf(status)}: ${status.command}`);
  return succeeded(lines.length === 0 ? 'no background commands' : lines.join('\n'));
}

/** Output and state of a background command, and how to go on reading. */
export function describeBackground(
  { status, text, next }: ReturnType<BackgroundCommands['read']>,
  skipped = 0,
): ToolResult {
  const cut = skipped > 0 ? `[${skipped} characters before this are left out; read them with a smaller offset]\n` : '';
  const more = status.state === 'running' ? `; read ${status.id} again with offset ${next}` : '';
  const end = `[${status.id} ${stateOf(status)}${more}]`;
  const output = [cut + text.trimEnd(), end].filter((part) => part !== '').join('\n');
  const isFine = status.state === 'running' || (status.state === 'ended' && status.exitCode === 0);
  return isFine || (status.state === 'ended' && status.endedBy === 'cancelled') ? succeeded(output) : failed(output);
}

function stateOf(status: BackgroundStatus): string {
  switch (status.state) {
    case 'running':
      return 'is running';
    case 'failed':
      return `failed: ${status.problem}`;
    case 'ended':
      if (status.endedBy === 'cancelled') return 'was stopped';
      return status.exitCode === null ? `ended: ${status.endedBy}` : `ended with exit code ${status.exitCode}`;
  }
}
