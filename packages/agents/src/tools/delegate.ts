// The tool that hands a part of the work to a sub-agent with a context of its own, so that only its report comes back.
import * as z from 'zod/mini';
import { failed } from './results.ts';
import type { Tool, ToolResult } from './tool.ts';

const parameters = z.object({
  task: z.string().check(z.minLength(1)),
  writes: z.optional(z.boolean()),
  agent: z.optional(z.string()),
});
type Arguments = z.infer<typeof parameters>;

/** What a sub-agent is asked for. */
export interface SubTask {
  readonly task: string;
  /** Without it the sub-agent only reads, and runs beside others. */
  readonly canWrite: boolean;
  /** Name of an agent of the registry; absent for one without a role. */
  readonly agent?: string;
  /** The call that asks; a sub-agent that a crash cut off goes on under it. */
  readonly callId: string;
  readonly signal: AbortSignal;
  /** Rules a person granted its caller for the session. */
  readonly grantedRules: readonly string[];
}

/** Runs a sub-agent to its end and reports. Never throws but for bugs and a log that cannot be written. */
export type Delegate = (subTask: SubTask) => Promise<ToolResult>;

/** Name of the tool. */
export const delegateName = 'delegate';

/** Makes the tool. */
export function createDelegateTool(delegate: Delegate): Tool<Arguments> {
  return {
    name: delegateName,
    description:
      'Give a self-contained task to a sub-agent that sees only its text; you get its report. Several at once run in parallel. writes: it may change files. agent: a role such as reviewer or tester.',
    parameters,
    intent: ({ task, writes, agent }) => ({
      title: `delegate${agent === undefined ? '' : ` to ${agent.slice(0, 40)}`}: ${firstLine(task)}`,
      effect: writes === true ? 'write' : 'read',
      paths: [],
    }),
    prepare: async ({ task, writes, agent }, { callId, signal, grantedRules }) => ({
      // What it does to the world, its own calls write down.
      effect: { kind: 'none' },
      run: () => {
        const role = agent === undefined ? {} : { agent };
        return delegate({ task, canWrite: writes === true, ...role, callId, signal, grantedRules });
      },
    }),
    resolve: async () => 'run-again',
  };
}

/** The same tool for a sub-agent: declared alike, so that the prompt begins alike, and of no use. */
export const noDelegate: Delegate = async () =>
  failed('A sub-agent cannot delegate further: do it yourself, or report what is missing.');

function firstLine(task: string): string {
  const line = task.trim().split('\n')[0] ?? '';
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}
