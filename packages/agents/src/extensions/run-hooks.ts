// Runs hooks: finds those that match, tells each what happens on standard input, bounds it, and puts their answers together.
import { errorMessage, type JsonObject } from '@monkey-coder/protocol';
import type { NetworkAccess, Workspace } from '@monkey-coder/workspace';
import { type HookAnswer, readHookAnswer } from './hook-answer.ts';
import { type HookCall, type HookEvent, type HookOpinion, type Hooks, strictest } from './hooks.ts';
import { establishedName } from './tool-names.ts';

/** One hook, ready to run. */
export interface HookCommand {
  readonly event: HookEvent;
  /** Regular expression over the whole subject; empty or `*` for any. */
  readonly matcher: string;
  readonly command: string;
  readonly timeoutMs: number;
  /** Only a hook of the user's own may do without the sandbox. */
  readonly isSandboxed: boolean;
  /** A repository's hook may forbid and ask; that it allows counts for nothing. */
  readonly mayAllow: boolean;
}

/** What hooks run with. */
export interface HookSurroundings {
  readonly workspace: Pick<Workspace, 'root' | 'commands'>;
  readonly sandbox: 'required' | 'preferred' | 'off';
  readonly network: NetworkAccess;
  /** Told with every event: the session, the folder. */
  readonly base: () => JsonObject;
  /** Takes keys out of what hooks are told and of what they say. */
  readonly redact: (text: string) => string;
  readonly notice: (text: string) => void;
}

const maxOutputBytes = 64 * 1024;

/** Makes the hooks of a run. */
export function createHooks(commands: readonly HookCommand[], surroundings: HookSurroundings): Hooks {
  const matching = (event: HookEvent, subject: string): readonly HookCommand[] =>
    commands.filter((hook) => hook.event === event && matches(hook.matcher, subject));
  return {
    watches: (event, subject) => matching(event, subject).length > 0,
    async run(call, signal) {
      const answers = await Promise.all(
        matching(call.event, call.subject).map((hook) => runHook(hook, { call, signal, surroundings })),
      );
      for (const text of answers.flatMap((answer) => answer.notices)) surroundings.notice(text);
      return strictest(answers);
    },
  };
}

/** A matcher that is no regular expression matches everything: it was meant to watch something. */
function matches(matcher: string, subject: string): boolean {
  if (matcher === '' || matcher === '*') return true;
  try {
    const expression = new RegExp(`^(?:${matcher})$`);
    return expression.test(subject) || expression.test(establishedName(subject));
  } catch {
    return true;
  }
}

interface Running {
  readonly call: HookCall;
  readonly signal: AbortSignal;
  readonly surroundings: HookSurroundings;
}

async function runHook(hook: HookCommand, running: Running): Promise<HookAnswer> {
  const { call, surroundings } = running;
  const name = JSON.stringify(hook.command.length > 60 ? `${hook.command.slice(0, 59)}…` : hook.command);
  let end: Parameters<typeof readHookAnswer>[2];
  try {
    end = await endOf(hook, running);
  } catch (error) {
    end = { exitCode: 1, stdout: '', stderr: errorMessage(error) };
  }
  const answer = readHookAnswer(call.event, name, end);
  const { redact } = surroundings;
  const said = {
    ...answer,
    reason: redact(answer.reason),
    context: redact(answer.context),
    ...(answer.input === undefined ? {} : { input: JSON.parse(redact(JSON.stringify(answer.input))) as JsonObject }),
  };
  const isTooMuch = said.decision === 'allow' && !hook.mayAllow;
  return isTooMuch ? { ...said, decision: 'none' as HookOpinion['decision'], reason: '' } : said;
}

async function endOf(hook: HookCommand, { call, signal, surroundings }: Running) {
  const { workspace, sandbox, network, base, redact } = surroundings;
  const told = { ...base(), hook_event_name: call.event, ...call.payload };
  const heard = { stdout: '', stderr: '' };
  const { exitCode } = await workspace.commands.run({
    command: `${folderVariables(workspace.root)}${hook.command}`,
    input: `${redact(JSON.stringify(told))}\n`,
    timeoutMs: hook.timeoutMs,
    maxOutputBytes,
    network,
    writable: true,
    sandbox: hook.isSandboxed ? sandbox : 'off',
    onOutput: (text, stream) => {
      if (heard[stream].length < maxOutputBytes) heard[stream] += text;
    },
    signal,
  });
  return { exitCode, ...heard };
}

/** Hooks written for other agents find the project by the first name. */
function folderVariables(root: string): string {
  if (process.platform === 'win32') return '';
  const quoted = `'${root.replaceAll("'", "'\\''")}'`;
  return `export CLAUDE_PROJECT_DIR=${quoted} MONKEY_PROJECT_DIR=${quoted}\n`;
}
