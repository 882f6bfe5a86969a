// The one permission decision point: pure, from a call, the mode and the rules to allow, deny or ask.
import type { PermissionMode } from '@monkey-coder/protocol';
import { type CommandJudgement, judgeCommand } from './decide-command.ts';
import type { DecidedBy, HookWord, PermissionDecision, PermissionFacts, PermissionRequest } from './decision.ts';
import type { ToolIntent } from './intent.ts';
import { type Boundary, relativePath } from './paths.ts';
import { coversTool, hostMatches, type PermissionRule, parseRule, pathMatcher, pathMatches } from './rules.ts';

/**
 * Decides on a call. Order: deny rules, what the mode forbids, the guard, ask rules, what is free, allow rules, the mode. A
 * hook may forbid or ask about whatever came out allowed; it may allow only what the mode alone would have asked about.
 * Where nobody can be asked, `ask` becomes `deny` (by `headless`, or by `guard` for the dangerous), never a prompt.
 */
export function decidePermission(request: PermissionRequest): PermissionDecision {
  const { only } = request.rules;
  if (only !== undefined && !only.tools.includes(request.tool)) {
    const reason = `the agent ${only.agent} may only use ${only.tools.join(', ')}`;
    return { kind: 'deny', by: 'rule', reason, grants: [request.intent.title] };
  }
  const own = request.intent.command === undefined ? decideCall(request) : decideCommand(request);
  const decision = request.hook === undefined ? own : withHook(own, request.hook);
  if (decision.kind !== 'ask') return decision;
  if (request.mode === 'dontAsk') return { ...decision, kind: 'deny', by: decision.by === 'guard' ? 'guard' : 'mode' };
  if (request.facts.canAsk) return decision;
  return { ...decision, kind: 'deny', by: decision.by === 'guard' ? 'guard' : 'headless' };
}

function withHook(own: PermissionDecision, { decision, reason }: HookWord): PermissionDecision {
  const said = `a hook says: ${reason.replace(/\s+/g, ' ').replace(/\.$/, '')}`;
  if (own.kind === 'deny' || decision === 'none') return own;
  if (decision === 'deny') return { kind: 'deny', by: 'hook', reason: said, grants: own.grants };
  if (decision === 'ask')
    return own.kind === 'ask' ? own : { kind: 'ask', by: 'hook', reason: said, grants: own.grants };
  if (own.kind === 'allow' || own.by !== 'mode') return own;
  return { kind: 'allow', by: 'hook', reason: said, grants: own.grants };
}

/** Whether a deny rule forbids a tool a path: the same rules as for a call that names the path itself. */
export function hiddenPaths(tool: string, deny: readonly string[], boundary: Boundary): (path: string) => boolean {
  const matchers = rulesFor(deny, tool).map((rule) => pathMatcher(rule.what, boundary));
  return (path) => matchers.some((matches) => matches(path));
}

/** Rules of one list that are about a tool. */
function rulesFor(list: readonly string[], tool: string): PermissionRule[] {
  return list.map(parseRule).filter((rule) => rule !== undefined && coversTool(rule, tool)) as PermissionRule[];
}

type Draft = PermissionDecision;

function decideCall(request: PermissionRequest): Draft {
  const { intent, mode, rules, facts, tool } = request;
  const grants = [intent.title];
  const matching = (list: readonly string[], all: boolean): PermissionRule | undefined =>
    rulesFor(list, tool).find((rule) =>
      intent.hosts === undefined
        ? matchesPaths(rule, intent.paths, facts, all)
        : intent.hosts.length > 0 && intent.hosts.every((host) => hostMatches(rule.what, host)),
    );
  const denied = matching(rules.deny, false);
  if (denied !== undefined) return { kind: 'deny', by: 'rule', reason: `the rule ${denied.source} forbids it`, grants };
  const barred = (intent.hosts ?? []).find((host) => !isCovered(host, rules.hosts ?? []));
  if (barred !== undefined) {
    return { kind: 'deny', by: 'rule', reason: `a policy does not let ${barred || 'it'} be reached`, grants };
  }
  if (facts.outside.length > 0) {
    return { kind: 'deny', by: 'guard', reason: `${facts.outside[0]} is outside of the workspace`, grants };
  }
  const reads = intent.effect === 'none' || intent.effect === 'read';
  // A page may be looked at while planning, but never without being asked: an address can carry out what was read.
  if (mode === 'plan' && !reads && intent.effect !== 'network')
    return { kind: 'deny', by: 'mode', reason: 'plan mode only reads', grants };
  if (intent.needsConsent === true)
    return { kind: 'ask', by: 'guard', reason: intent.consentReason ?? 'it is kept for later sessions', grants };
  const always = alwaysRuleFor(request);
  const asked = matching(rules.ask, false);
  if (asked !== undefined) return { kind: 'ask', by: 'rule', reason: `the rule ${asked.source} asks`, grants };
  if (reads) return { kind: 'allow', by: 'mode', reason: 'it only reads', grants };
  const allowed = matching(rules.allow, true);
  if (allowed !== undefined)
    return { kind: 'allow', by: 'rule', reason: `the rule ${allowed.source} allows it`, grants };
  return { ...byMode(mode, intent.effect), grants, ...(always === undefined ? {} : { alwaysRule: always }) };
}

function isCovered(host: string, lists: readonly (readonly string[])[]): boolean {
  return lists.every((list) => list.some((pattern) => hostMatches(pattern, host)));
}

/** For a deny or ask rule one matching path is enough; an allow rule must cover them all. */
function matchesPaths(rule: PermissionRule, paths: readonly string[], facts: PermissionFacts, all: boolean): boolean {
  if (rule.what === undefined) return true;
  const matches = (path: string): boolean => pathMatches(rule.what, path, facts);
  return paths.length > 0 && (all ? paths.every(matches) : paths.some(matches));
}

const kindOf = {
  none: 'reads',
  read: 'reads',
  write: 'changes files',
  command: 'runs outside of the sandbox',
  network: 'uses the network',
} as const;

function byMode(mode: PermissionMode, effect: ToolIntent['effect']): Pick<Draft, 'kind' | 'by' | 'reason'> {
  const kind = kindOf[effect];
  if (mode === 'bypassPermissions') return { kind: 'allow', by: 'mode', reason: 'permissions are bypassed' };
  const edits = effect === 'write' && (mode === 'acceptEdits' || mode === 'auto');
  if (edits) return { kind: 'allow', by: 'mode', reason: `the ${mode} mode allows edits` };
  return { kind: 'ask', by: 'mode', reason: `it ${kind} and no rule allows it` };
}

function alwaysRuleFor({ tool, intent, facts }: PermissionRequest): string | undefined {
  if (tool.startsWith('mcp__')) return tool;
  const path = intent.paths[0];
  const [host] = intent.hosts ?? [];
  if (host) return `Fetch(domain:${host})`;
  if (intent.effect !== 'write' || intent.paths.length !== 1 || path === undefined) return undefined;
  const relative = relativePath(path, facts);
  const slash = relative.lastIndexOf('/');
  return `Edit(${slash < 0 ? relative : `${relative.slice(0, slash)}/**`})`;
}

function decideCommand(request: PermissionRequest): Draft {
  const judged = judgeCommand(request);
  const grants = judged.grants;
  const { mode } = request;
  const deny = (by: DecidedBy, reason: string): Draft => ({ kind: 'deny', by, reason, grants });
  const ask = (by: DecidedBy, reason: string): Draft => ({ kind: 'ask', by, reason, grants });
  const allow = (by: DecidedBy, reason: string): Draft => ({ kind: 'allow', by, reason, grants });

  if (judged.denied !== undefined) return deny('rule', `the rule ${judged.denied} forbids it`);
  if (mode === 'plan' && !judged.isReadOnly) return deny('mode', 'plan mode only reads');
  if (judged.problem !== undefined) {
    return ask('guard', `it cannot be checked with certainty (${judged.problem}); plain commands can`);
  }
  if (judged.danger !== undefined) return ask('guard', judged.danger);
  if (judged.asked !== undefined) return ask('rule', `the rule ${judged.asked} asks`);
  if (judged.isReadOnly) return allow('mode', 'it only reads');
  if (judged.allowed !== undefined) return allow('rule', `the rule ${judged.allowed} allows it`);
  return commandByMode(request, judged, { ask, allow });
}

interface Answers {
  readonly ask: (by: DecidedBy, reason: string) => Draft;
  readonly allow: (by: DecidedBy, reason: string) => Draft;
}

function which({ uncovered }: CommandJudgement): string {
  return uncovered === undefined ? 'it' : `\`${uncovered}\``;
}

function commandByMode({ mode, facts }: PermissionRequest, judged: CommandJudgement, { ask, allow }: Answers): Draft {
  const always = judged.alwaysRule === undefined ? {} : { alwaysRule: judged.alwaysRule };
  if (mode === 'bypassPermissions') return allow('mode', 'permissions are bypassed');
  if (judged.isCheck && (mode === 'acceptEdits' || mode === 'auto'))
    return allow('mode', "it is the project's own check");
  if (judged.isFileWork && mode === 'acceptEdits') return allow('mode', 'it makes, copies or moves files as edits may');
  if (mode !== 'auto') return { ...ask('mode', `${which(judged)} is a command and no rule allows it`), ...always };
  if (judged.usesNetwork) return { ...ask('mode', 'it uses the network'), ...always };
  if (facts.isSandboxed) return allow('mode', 'the sandbox bounds it');
  return { ...ask('mode', 'it is a command and no sandbox bounds it'), ...always };
}
