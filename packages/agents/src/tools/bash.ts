// The tool that runs a shell command.
import type { EffectPlan } from '@monkey-coder/protocol';
import type { CommandRequest, CommandResult, CommandRunner } from '@monkey-coder/workspace';
import * as z from 'zod/mini';
import { isReadOnlyCommand } from '../permissions/read-only.ts';
import { describeBackground } from './process.ts';
import { failure } from './results.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';

const parameters = z.object({
  command: z.string().check(z.minLength(1)),
  timeout_ms: z.optional(z.number().check(z.minimum(1))),
  background: z.optional(z.boolean()),
  tty: z.optional(z.boolean()),
});
type Arguments = z.infer<typeof parameters>;

const maxTimeoutMs = 1_800_000;

/** Runs a command in the workspace root; every call starts a fresh shell. */
export const bashTool: Tool<Arguments> = {
  name: 'bash',
  description:
    'Run a shell command in the project root. Fresh shell each time, no input, output is cut when long. background: for servers; see the process tool. tty: gives it a terminal.',
  parameters,
  intent: ({ command }) => ({ title: `run ${oneLine(command)}`, effect: 'command', paths: [], command }),
  prepare: async (args, context) => {
    const { root, addedFolders } = context.workspace;
    const readOnly = isReadOnlyCommand(args.command, { root, addedFolders });
    const effect: EffectPlan = { kind: 'command', command: args.command, readOnly };
    return { effect, run: () => runCommand(args, { readOnly, context }) };
  },
  resolve: async (effect, args) => {
    if (effect.kind === 'command' && effect.readOnly) return 'run-again';
    return {
      status: 'unknown',
      output: `The run was interrupted after \`${args.command}\` was started. It may have had effects, in part or in full. Check what is the case before you run it again.`,
    };
  },
};

function oneLine(command: string): string {
  const line = command.trim().replace(/\s*\n\s*/g, '; ');
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}

async function runCommand(
  args: Arguments,
  { readOnly, context }: { readonly readOnly: boolean; readonly context: ToolContext },
): Promise<ToolResult> {
  const timeoutMs = Math.min(args.timeout_ms ?? context.limits.commandTimeoutMs, maxTimeoutMs);
  const request: CommandRequest = {
    command: args.command,
    timeoutMs,
    maxOutputBytes: context.limits.outputChars,
    network: context.network,
    writable: !readOnly,
    sandbox: context.sandbox,
    onOutput: context.onOutput,
    signal: context.signal,
    ...(args.tty === true ? { terminal: true } : {}),
  };
  const { commands } = context.workspace;
  try {
    if (args.background === true) return await startInBackground(commands, { ...request, timeoutMs: backgroundMs });
    const result = await commands.run(request);
    return describe(result, { timeoutMs, wholeOutput: await readableFile(result.outputFile, context) });
  } catch (error) {
    return failure(error);
  }
}

// Long enough for most programs that fail at once to have said so.
const firstLookMs = 700;
const backgroundMs = 24 * 3_600_000;

async function startInBackground(commands: CommandRunner, request: CommandRequest): Promise<ToolResult> {
  const { id } = await commands.background.start(request);
  await new Promise((resolve) => setTimeout(resolve, firstLookMs));
  const look = commands.background.read(id, 0);
  const told = describeBackground(look);
  const isBounded = request.network !== true && request.sandbox !== 'off';
  const isAlone = isBounded && look.status.state === 'running' && (await commands.sandbox()).kind === 'bubblewrap';
  return isAlone ? { ...told, output: `${told.output}\n${alone}` } : told;
}

// Each command has a network of its own then, with nothing in it but itself.
const alone =
  '[other commands cannot reach its ports: to ask a server, start it and ask it in one command, as in `server & sleep 1; curl …`]';

/** The file with the whole output, where the model may read it. */
async function readableFile(path: string | undefined, context: ToolContext): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return (await context.workspace.check(path, 'read')).exists ? path : undefined;
  } catch {
    return undefined;
  }
}

interface Shown {
  readonly timeoutMs: number;
  readonly wholeOutput: string | undefined;
}

/** Output first, then how it ended; nothing that differs between two equal runs. */
function describe(result: CommandResult, { timeoutMs, wholeOutput }: Shown): ToolResult {
  const ok = result.endedBy === 'itself' && result.exitCode === 0;
  const status = result.endedBy === 'cancelled' ? 'cancelled' : ok ? 'ok' : 'failed';
  const output = result.output.replace(/\s+$/, '');
  const hint =
    wholeOutput === undefined
      ? 'output was cut; filter it with grep, head or tail'
      : `for more of it, read ${wholeOutput} with offset and limit`;
  const rest = result.omittedBytes > 0 ? `[${hint}]` : '';
  const end = ok && output !== '' ? '' : `[${endOf(result, timeoutMs)}]`;
  const lines = [output, rest, end].filter((text) => text !== '');
  return { status, output: lines.join('\n'), exitCode: result.exitCode };
}

function endOf(result: CommandResult, timeoutMs: number): string {
  switch (result.endedBy) {
    case 'timeout':
      return `ended after ${timeoutMs} ms, the time limit; give timeout_ms for more`;
    case 'cancelled':
      return 'cancelled';
    case 'output-limit':
      return 'ended: too much output';
    case 'resource-limit':
      return `ended: it used ${result.exceeded ?? 'too much'}`;
    case 'itself':
      if (result.exitCode === null) return `ended by ${result.signal ?? 'a signal'}`;
      return `exit code ${result.exitCode}${result.output === '' ? ', no output' : ''}`;
  }
}
