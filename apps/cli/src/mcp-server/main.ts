// `monkey mcp-server`: Monkey Coder as tools of another agent, over standard input and output.
//
// Standard output belongs to the protocol. The server ends when its input ends or a signal comes; runs that are at work are stopped
// cleanly then, with everything recorded.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js';
import { type Event, errorMessage, isMonkeyError } from '@monkey-coder/protocol';
import type { Command } from '../configuration/command-context.ts';
import { watchSignals } from '../run/signals.ts';
import { clientGate } from './client-gate.ts';
import type { ServerSetting } from './server-setting.ts';
import type { ToolAnswer, ToolCall } from './server-tool.ts';
import { serverTools } from './server-tools.ts';

/** Calls at work at once; more are refused. */
const maxCalls = 4;

/** Serves until the client leaves. */
export const mcpServer: Command = async ({ world, line, cwd }) => {
  const setting: ServerSetting = { world, line, root: cwd() };
  const watch = watchSignals(world.err);
  const server = new Server(
    { name: 'monkey-coder', version: world.version },
    { capabilities: { tools: {} }, jsonSchemaValidator: trusting, instructions },
  );
  const working = new Set<Promise<unknown>>();
  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: serverTools.map(({ name, description, inputSchema, annotations }) => ({
      name,
      description,
      inputSchema: { ...inputSchema, type: 'object' as const },
      annotations,
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const signal = AbortSignal.any([extra.signal, watch.signal, gone.signal]);
    const token = params._meta?.progressToken;
    const onEvent =
      token === undefined
        ? () => undefined
        : progressTeller(
            (progress) =>
              void extra
                .sendNotification({ method: 'notifications/progress', params: { progressToken: token, ...progress } })
                .catch(() => undefined),
          );
    if (working.size >= maxCalls)
      return resultOf({ text: `${maxCalls} calls are at work already: wait for one to end`, isError: true });
    const call = answer(setting, params.name, params.arguments, { signal, onEvent, gate: clientGate(server) });
    working.add(call);
    try {
      return resultOf(await call);
    } finally {
      working.delete(call);
    }
  });
  const gone = new AbortController();
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve;
    world.stdin.once('end', resolve).once('close', resolve);
    watch.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await closed;
  gone.abort();
  await Promise.allSettled(working);
  await server.close();
  watch.close();
  return watch.exitCode() ?? 0;
};

const instructions =
  'Tools of Monkey Coder, a coding agent: run_task does a whole task with checks and can be undone; the others only look.';

/** What a client fills into a form is judged by who asked. */
const trusting: jsonSchemaValidator = {
  getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
};

async function answer(setting: ServerSetting, name: string, args: unknown, call: ToolCall): Promise<ToolAnswer> {
  const tool = serverTools.find((one) => one.name === name);
  if (tool === undefined)
    return { text: `there is no tool ${name}; tools: ${serverTools.map((one) => one.name).join(', ')}`, isError: true };
  try {
    return await tool.call(setting, args, call);
  } catch (error) {
    const advice = isMonkeyError(error) ? ` ${error.advice}` : '';
    return { text: `${errorMessage(error)}.${advice}`, isError: true };
  }
}

function resultOf({ text, data, isError }: ToolAnswer) {
  return {
    content: [{ type: 'text' as const, text }],
    ...(data === undefined ? {} : { structuredContent: data }),
    ...(isError === true ? { isError } : {}),
  };
}

interface Progress extends Record<string, unknown> {
  readonly progress: number;
  readonly message: string;
}

/** Tells of each step of a run, in one line. */
function progressTeller(tell: (progress: Progress) => void): (event: Event) => void {
  let progress = 0;
  return (event) => {
    const message = stepOf(event);
    if (message === undefined) return;
    progress += 1;
    tell({ progress, message });
  };
}

function stepOf(event: Event): string | undefined {
  switch (event.type) {
    case 'model.started':
      return `turn ${event.turn}`;
    case 'tool.started':
      return event.title.slice(0, 200);
    case 'check.finished':
      return `check ${JSON.stringify(event.receipt).slice(0, 200)}`;
    default:
      return undefined;
  }
}
