// What the parts of one running loop share.
import { type EventBody, isMonkeyError, nearestNames, type Pin, type TodoItem } from '@monkey-coder/protocol';
import { firstTokenFactor } from '../context/token-factor.ts';
import { createRedactor, type Redactor } from '../messages/redact.ts';
import { hiddenPaths } from '../permissions/decide.ts';
import type { PermissionFacts } from '../permissions/decision.ts';
import type { ToolIntent } from '../permissions/intent.ts';
import { namedPaths } from '../permissions/paths.ts';
import { readShell } from '../permissions/shell-commands.ts';
import { understoodTool } from '../tools/builtin.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import type { AgentOptions, AgentState } from './agent.ts';
import { LoopDetector } from './loop-detector.ts';

/** Characters of one tool output that a model is shown. */
const outputChars = 30_000;
/** Paths of one command that are looked at for links. */
const maxNamedPaths = 1000;

/** One run of the loop: its options and what evolves while it runs. */
export interface RunContext {
  readonly options: AgentOptions;
  /** Aborted by the caller or by the time limit. */
  readonly signal: AbortSignal;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly seen: Map<string, string>;
  /** Path to hash of changed files the model needs no telling of. */
  readonly noted: Map<string, string | null>;
  /** Paths that changed outside and are still to be told. */
  readonly outside: Set<string>;
  readonly redactor: Redactor;
  readonly grantedRules: string[];
  readonly detector: LoopDetector;
  /** Paths touched since the last answer, for instructions of their folders. */
  readonly touched: Set<string>;
  todos: readonly TodoItem[];
  /** Facts the newest summary keeps. */
  pins: readonly Pin[];
  summaryDraft: string | undefined;
  /** Tokens the provider counts for one that is estimated by characters / 4. */
  tokenFactor: number;
  /** Denials since the last call that succeeded. */
  denials: number;
  lastDenial: string;
  /** Set when the agent turns in a circle. */
  loop: string | undefined;
}

/** A context for a run that starts or goes on from `options.state`. */
export function createRunContext(options: AgentOptions, signal: AbortSignal): RunContext {
  const state: AgentState = options.state;
  return {
    options,
    signal,
    tools: new Map(options.tools.map((tool) => [tool.name, tool])),
    seen: new Map(state.seen),
    noted: new Map(state.noted ?? []),
    outside: new Set(),
    redactor: createRedactor(options.secrets ?? []),
    grantedRules: [...(state.grantedRules ?? [])],
    detector: new LoopDetector(),
    touched: new Set(),
    todos: state.todos,
    pins: state.pins ?? [],
    summaryDraft: state.summaryDraft,
    tokenFactor: state.tokenFactor ?? firstTokenFactor,
    denials: 0,
    lastDenial: '',
    loop: undefined,
  };
}

/** The tool of a name, or a line that names the ones there are. */
export function findTool(run: RunContext, name: string): Tool | string {
  const tool = run.tools.get(name) ?? understoodTool(name, run.tools);
  if (tool !== undefined) return tool;
  const names = [...run.tools.keys()];
  const near = nearestNames(name, names);
  return `There is no tool ${JSON.stringify(name)}. ${near.length > 0 ? `Did you mean ${near.join(', ')}? ` : ''}Tools: ${names.join(', ')}.`;
}

/** What a tool gets. `seen` is its own copy, so that what one call saw can be told apart. */
export function toolContext(
  run: RunContext,
  call: { readonly id: string; readonly name: string },
  seen: Map<string, string>,
): ToolContext {
  const { options } = run;
  const shown = run.redactor.stream();
  const callId = call.id;
  return {
    workspace: options.workspace,
    callId,
    seen,
    isHidden: hiddenPaths(call.name, options.rules.deny, options.workspace),
    signal: run.signal,
    onOutput: (piece) => {
      const text = shown(piece);
      if (text !== '') options.record({ type: 'tool.output', callId, text });
    },
    limits: { commandTimeoutMs: options.commandTimeoutMs, outputChars },
    network: options.network,
    sandbox: options.sandbox,
    diagnostics: options.diagnostics ?? 'syntax',
    grantedRules: run.grantedRules,
    setTodos: (items) => {
      run.todos = items;
      options.record({ type: 'todo.updated', items: [...items] });
    },
  };
}

/** What the permission decision must know. Project and sandbox are looked at only where a command is decided on. */
export async function permissionFacts(
  run: RunContext,
  call: { readonly intent: ToolIntent; readonly outside: readonly string[] },
): Promise<PermissionFacts> {
  const { workspace, sandbox, gate } = run.options;
  const { root, addedFolders } = workspace;
  const place = { root, addedFolders, outside: call.outside, canAsk: gate.available };
  if (call.intent.effect !== 'command') return { ...place, checkCommands: [], isSandboxed: false };
  const [project, status, linkedOutside] = await Promise.all([
    workspace.project(),
    workspace.commands.sandbox(),
    linksOutside(run, call.intent.command ?? ''),
  ]);
  const checkCommands = project.checks.map((check) => check.command);
  return { ...place, checkCommands, isSandboxed: sandbox !== 'off' && status.kind !== 'none', linkedOutside };
}

/** Paths a command names inside that lead outside. */
async function linksOutside({ options }: RunContext, command: string): Promise<string[]> {
  const { workspace } = options;
  const paths = namedPaths(readShell(command), workspace).slice(0, maxNamedPaths);
  const found = await Promise.all(
    paths.map((path) =>
      workspace.check(path, 'read').then(
        () => [],
        (error: unknown) => (isMonkeyError(error) && error.code === 'workspace.outside' ? [path] : []),
      ),
    ),
  );
  return found.flat();
}

/** A `notice` event. */
export function notice(code: string, text: string): EventBody {
  return { type: 'notice', level: 'warning', code, text };
}
