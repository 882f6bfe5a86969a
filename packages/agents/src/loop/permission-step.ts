// Takes one call through the permission decision, and through a person where one has to be asked.
import { errorMessage, isMonkeyError, type PermissionMode, type ToolCallPart } from '@monkey-coder/protocol';
import { decidePermission } from '../permissions/decide.ts';
import type { HookWord, PermissionDecision } from '../permissions/decision.ts';
import type { GateAnswer } from '../permissions/gate.ts';
import type { ToolIntent } from '../permissions/intent.ts';
import { notify } from './hook-step.ts';
import { permissionFacts, type RunContext } from './run-context.ts';

/** Whether a call may run; if not, what the model is told. */
export type Admission = { readonly kind: 'admitted' } | { readonly kind: 'refused'; readonly output: string };

/** A call as rules and hooks name it. */
export function namedCall(call: ToolCallPart, intent: ToolIntent): ToolCallPart {
  return intent.tool === undefined ? call : { ...call, name: intent.tool };
}

/** Decides on a call, asks if need be, and writes the decision down. `hook`: what hooks said about it. */
export async function admit(
  run: RunContext,
  { call: given, intent }: { readonly call: ToolCallPart; readonly intent: ToolIntent },
  hook: HookWord | undefined,
): Promise<Admission> {
  const call = namedCall(given, intent);
  const { paths, outside } = await checkPaths(run, intent);
  const { options } = run;
  const decision = decidePermission({
    tool: call.name,
    intent: { ...intent, paths },
    mode: options.permissionMode(),
    rules: { ...options.rules, allow: [...options.rules.allow, ...run.grantedRules] },
    facts: await permissionFacts(run, { intent, outside }),
    ...(hook === undefined ? {} : { hook }),
  });
  for (const path of paths) run.touched.add(path);
  if (decision.kind === 'ask') return askPerson(run, call, { intent, decision });
  const isAllowed = decision.kind === 'allow';
  // Plain reads are free and would only fill the log.
  if (
    !isAllowed ||
    decision.by === 'hook' ||
    intent.effect === 'write' ||
    intent.effect === 'command' ||
    intent.effect === 'network'
  ) {
    options.record({
      type: 'permission.decided',
      callId: call.id,
      tool: call.name,
      what: intent.title,
      decision: isAllowed ? 'allowed' : 'denied',
      by: decision.by,
      reason: decision.reason,
    });
  }
  return isAllowed
    ? { kind: 'admitted' }
    : refuse(`${decision.reason}.${adviceFor(decision, options.permissionMode())}`);
}

/** `words` are the user's own, and stand last: what is ours must not read as theirs. */
function refuse(reason: string, words = ''): Admission {
  return { kind: 'refused', output: `Denied: ${reason} Do not try to get around this.${words}` };
}

function adviceFor(decision: PermissionDecision, mode: PermissionMode): string {
  switch (decision.by) {
    case 'headless':
      return mode === 'acceptEdits'
        ? " Nobody can be asked here; what needs no permission is reading, editing with the tools, and the project's checks."
        : ' Nobody can be asked here.';
    case 'guard':
      return ' It needs an explicit permission from the user.';
    default:
      return '';
  }
}

interface Asked {
  readonly intent: ToolIntent;
  readonly decision: PermissionDecision;
}

async function askPerson(run: RunContext, call: ToolCallPart, { intent, decision }: Asked): Promise<Admission> {
  const { options, signal } = run;
  const { grants, reason, alwaysRule } = decision;
  options.record({ type: 'permission.requested', callId: call.id, tool: call.name, grants: [...grants], reason });
  notify(run, `${call.name} waits for permission: ${intent.title}`);
  const question = { callId: call.id, tool: call.name, grants, reason };
  const asked = alwaysRule === undefined ? question : { ...question, alwaysRule };
  const answer = await askUntilAborted(run, () => options.gate.ask(asked, { signal }));
  const isAllowed = answer.kind === 'answered';
  if (isAllowed && answer.scope === 'session' && alwaysRule !== undefined) run.grantedRules.push(alwaysRule);
  options.record({
    type: 'permission.decided',
    callId: call.id,
    tool: call.name,
    what: intent.title,
    decision: isAllowed ? 'allowed' : answer.kind === 'denied' ? 'denied' : 'expired',
    by: 'person',
    reason:
      isAllowed && answer.scope === 'session' ? `allowed for this session: ${alwaysRule ?? intent.title}` : reason,
  });
  if (isAllowed) return { kind: 'admitted' };
  if (answer.kind === 'expired') return refuse('nobody answered in time.');
  return refuse('the user said no.', answer.message === undefined ? '' : ` The user says: ${answer.message}`);
}

/** A gate that never answers must not keep an aborted run alive. */
async function askUntilAborted(run: RunContext, ask: () => Promise<GateAnswer>): Promise<GateAnswer> {
  const { signal } = run;
  if (signal.aborted) return { kind: 'expired' };
  let stop = (): void => undefined;
  const aborted = new Promise<GateAnswer>((resolve) => {
    stop = () => resolve({ kind: 'expired' });
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([ask(), aborted]);
  } catch (error) {
    if (signal.aborted) return { kind: 'expired' };
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Resolves the call's paths; those that the workspace refuses stay as given and count as outside. */
async function checkPaths(run: RunContext, intent: ToolIntent): Promise<{ paths: string[]; outside: string[] }> {
  const paths: string[] = [];
  const outside: string[] = [];
  for (const path of intent.paths) {
    try {
      const access = intent.effect === 'write' ? 'write' : 'read';
      paths.push((await run.options.workspace.check(path, access)).path);
    } catch (error) {
      if (!isMonkeyError(error)) throw new Error(`checking ${path}: ${errorMessage(error)}`, { cause: error });
      paths.push(path);
      if (error.code === 'workspace.outside') outside.push(path);
    }
  }
  return { paths, outside };
}
