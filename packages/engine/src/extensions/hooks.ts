// The hooks of one run: those of the user, and those of the repository where a person trusts it. Only loaded where there are any.
import { createHooks, createRedactor, type HookCommand, type HookEvent, type Hooks } from '@monkey-coder/agents';
import { type JsonObject, MonkeyError } from '@monkey-coder/protocol';
import { type HookSettings, hookGroupSchema } from '../config/hook-settings.ts';
import { decideTrust } from '../config/trust.ts';
import type { Ingredients } from '../parts/ingredients.ts';
import { knownKeys } from '../parts/known-keys.ts';

const events: readonly string[] = [
  'PreToolUse',
  'PostToolUse',
  'UserPromptSubmit',
  'Stop',
  'SubagentStop',
  'SessionStart',
  'SessionEnd',
  'PreCompact',
  'Notification',
] satisfies readonly HookEvent[];
const defaultTimeoutMs = 60_000;
const maxTimeoutMs = 600_000;

/** The hooks of a run, and when they are told of its ends. */
export interface RunHooks {
  readonly hooks: Hooks;
  /** What a person should know about them. */
  readonly notes: readonly string[];
  /**
   * Tells that the session begins and what is asked; what hooks add goes to `pending`, before the first call. Throws MonkeyError
   * `permission.denied` when one refuses the request: then the workspace is closed.
   */
  begin(pending: string[]): Promise<void>;
  /** Tells that the session ends. */
  end(): Promise<void>;
}

/** Finds the hooks of a run, asking about the folder's trust where it must be. `notice` is told what goes wrong later. */
export async function openHooks(given: Ingredients, notice: (text: string) => void): Promise<RunHooks> {
  const { parts, task, start, workspace, found } = given;
  const own = commandsOf(parts.settings.hooks, true);
  const project = await projectHooks(given);
  const { redact } = createRedactor(knownKeys(parts, found));
  const hooks = createHooks([...own.commands, ...project.commands], {
    workspace,
    sandbox: parts.settings.sandbox,
    network: parts.settings.network,
    base: (): JsonObject => ({ session_id: start.session.id, cwd: task.cwd }),
    redact,
    notice,
  });
  return {
    hooks,
    notes: [...own.notes, ...project.notes],
    begin: (pending) => tellBeginning(hooks, given, pending),
    end: () => tellEnd(hooks),
  };
}

interface FoundHooks {
  readonly commands: readonly HookCommand[];
  readonly notes: readonly string[];
}

/** A candidate of an exploration works in a copy of the folder, which nobody was asked about: there the repository's stay off. */
async function projectHooks({ parts, connection, workspace }: Ingredients): Promise<FoundHooks> {
  if (!parts.settings.declaresHooks || parts.parentScope !== undefined) return { commands: [], notes: [] };
  const trust = await decideTrust({
    root: workspace.root,
    stateFolder: parts.homes.state,
    gate: connection.gate,
    signal: connection.signal,
    now: parts.now,
  });
  if (trust.kind === 'nothing') return { commands: [], notes: [] };
  if (trust.kind === 'untrusted') return { commands: [], notes: [trust.note] };
  const found = trust.declared.items
    .filter((item) => item.kind === 'hook')
    .map(({ name, value }) => {
      const group = hookGroupSchema.safeParse(value);
      return group.success ? commandsOf({ [name]: [group.data] }, false) : { commands: [], notes: [] };
    });
  return { commands: found.flatMap(({ commands }) => commands), notes: found.flatMap(({ notes }) => notes) };
}

function commandsOf(settings: HookSettings, isOwn: boolean): FoundHooks {
  const notes: string[] = [];
  const commands = Object.entries(settings).flatMap(([event, groups]) => {
    if (!events.includes(event)) notes.push(`hooks for ${event} are never called: there is no such event here`);
    return groups.flatMap(({ matcher = '', hooks }) =>
      hooks.flatMap(({ type = 'command', command = '', timeout, sandbox }): HookCommand[] => {
        if (type !== 'command') notes.push(`a hook of type ${type} for ${event} is not called: only commands are`);
        if (type !== 'command' || command.trim() === '') return [];
        const timeoutMs = Math.min(timeout === undefined ? defaultTimeoutMs : timeout * 1000, maxTimeoutMs);
        const isSandboxed = !(isOwn && sandbox === 'off');
        return [{ event: event as HookEvent, matcher, command, timeoutMs, isSandboxed, mayAllow: isOwn }];
      }),
    );
  });
  return { commands, notes };
}

async function tellBeginning(hooks: Hooks, given: Ingredients, pending: string[]): Promise<void> {
  const { start, task, connection } = given;
  const source = start.prior.length === 0 ? 'startup' : 'resume';
  const begun = await hooks.run({ event: 'SessionStart', subject: source, payload: { source } }, connection.signal);
  const asked =
    task.prompt === ''
      ? undefined
      : await hooks.run(
          {
            event: 'UserPromptSubmit',
            subject: '',
            payload: { prompt: task.prompt, permission_mode: task.permissionMode },
          },
          connection.signal,
        );
  if (asked?.decision === 'deny') {
    await given.workspace.close();
    throw new MonkeyError('permission.denied', `a hook refuses the request: ${asked.reason}`, {
      advice: 'The hook for UserPromptSubmit is in your settings (or the trusted folder’s).',
    });
  }
  const context = [begun.context, asked?.context ?? ''].filter((text) => text !== '').join('\n\n');
  if (context !== '') pending.push(`From a hook of the user:\n${context}`);
}

async function tellEnd(hooks: Hooks): Promise<void> {
  const payload = { reason: 'other' };
  await hooks.run({ event: 'SessionEnd', subject: 'other', payload }, AbortSignal.timeout(maxEndMs));
}

/** Nobody wants to wait longer than this for hooks after the work is done. */
const maxEndMs = 10_000;
