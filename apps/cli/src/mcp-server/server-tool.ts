// The shape of a tool that `monkey mcp-server` offers.
import type { Gate } from '@monkey-coder/agents';
import type { Event, JsonSchema } from '@monkey-coder/protocol';
import type { ServerSetting } from './server-setting.ts';

/** What a call is connected to. */
export interface ToolCall {
  readonly signal: AbortSignal;
  readonly onEvent: (event: Event) => void;
  readonly gate: Gate;
}

/** What a tool came to: text for a model, the same as data. */
export interface ToolAnswer {
  readonly text: string;
  readonly data?: Record<string, unknown>;
  readonly isError?: boolean;
}

/** One tool. */
export interface ServerTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly openWorldHint: boolean;
  };
  call(setting: ServerSetting, args: unknown, call: ToolCall): Promise<ToolAnswer>;
}
