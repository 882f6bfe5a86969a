// The seam of a tool: what the model may call.
import type { EffectPlan, TodoItem, ToolStatus } from '@monkey-coder/protocol';
import type { NetworkAccess, Workspace } from '@monkey-coder/workspace';
import type * as z from 'zod/mini';
import type { ToolIntent } from '../permissions/intent.ts';

/** What a tool works with. */
export interface ToolContext {
  readonly workspace: Workspace;
  readonly callId: string;
  /** Path to hash of what the model last saw of a file; tools that read or write a file update it. */
  readonly seen: Map<string, string>;
  /** Whether a rule forbids this tool a path: tools that show many files leave such out and say so. */
  readonly isHidden: (path: string) => boolean;
  readonly signal: AbortSignal;
  /** Live output for screens. */
  readonly onOutput: (text: string) => void;
  readonly limits: { readonly commandTimeoutMs: number; readonly outputChars: number };
  /** Whether commands may use the network. */
  readonly network: NetworkAccess;
  readonly sandbox: 'required' | 'preferred' | 'off';
  /** What is looked at after an edit: nothing, whether it still parses, or that and new errors of a language server. */
  readonly diagnostics: 'off' | 'syntax' | 'language-server';
  /** Rules a person granted for the session. */
  readonly grantedRules: readonly string[];
  readonly setTodos: (items: readonly TodoItem[]) => void;
}

/** What a call came to. A failure is a result the model can act on, never a throw. */
export interface ToolResult {
  readonly status: ToolStatus;
  /** What the model is told. */
  readonly output: string;
  /** Unified diff for people. */
  readonly diff?: string;
  readonly exitCode?: number | null;
}

/** A call that was worked out: what it will do is known and can be written down before it is done. */
export interface PreparedCall {
  readonly effect: EffectPlan;
  run(): Promise<ToolResult>;
}

/**
 * A tool.
 *
 * Contract: `intent` is pure and never throws on arguments that passed `parameters`. `prepare` has no effect on the world; it
 * may end early with a result (refused edit, missing file). `PreparedCall.run` does what `effect` says and nothing else.
 * `resolve` is called after a crash between effect and record: it looks, and says what is the case; it never repeats an effect
 * whose outcome is unknown. `run-again` says that nothing happened, or that doing it twice does no harm: the call is then
 * decided on, prepared and run anew.
 */
export interface Tool<Arguments = unknown> {
  readonly name: string;
  /** For the model; short, the whole head must stay under 2,000 tokens. */
  readonly description: string;
  readonly parameters: z.ZodMiniType<Arguments>;
  intent(args: Arguments): ToolIntent;
  prepare(args: Arguments, context: ToolContext): Promise<PreparedCall | ToolResult>;
  resolve(effect: EffectPlan, args: Arguments, context: ToolContext): Promise<ToolResult | 'run-again'>;
}
