// `monkey policy`: what is allowed here and who says so; what would be decided about a call; what was decided so far.
import { readFileSync } from 'node:fs';
import { decidePermission, type PermissionDecision, parseRule, type ToolIntent } from '@monkey-coder/agents';
import { type LoadedSettings, parseSettings } from '@monkey-coder/engine';
import { type EventOf, MonkeyError } from '@monkey-coder/protocol';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

/** Shows, explains or audits. */
export const policy: Command = async (context) => {
  const [action = 'show', ...rest] = context.line.operands;
  if (action === 'show') return show(context);
  if (action === 'explain') return explain(context, rest.join(' '));
  if (action === 'audit') return audit(context);
  throw new MonkeyError('usage.invalid', `monkey policy has no "${action}"`, {
    advice: 'One of show, explain, audit.',
  });
};

/** One rule, and the file it stands in. */
interface SourcedRule {
  readonly kind: 'deny' | 'ask' | 'allow';
  readonly rule: string;
  readonly source: string;
}

function rulesOf({ sources, settings }: LoadedSettings): SourcedRule[] {
  const kinds = ['deny', 'ask', 'allow'] as const;
  const files = sources.map(({ path }) => ({ path, file: parseSettings(readFileSync(path, 'utf8'), path, []) }));
  return kinds.flatMap((kind) =>
    settings.permissions[kind].map((rule) => ({
      kind,
      rule,
      source: files.find(({ file }) => file.permissions?.[kind]?.includes(rule))?.path ?? 'the command line',
    })),
  );
}

function show(context: CommandContext): number {
  const { world } = context;
  const loaded = context.loaded();
  const { settings } = loaded;
  const rules = rulesOf(loaded);
  if (context.asJson) return printJson(world, { mode: settings.permissions.mode, rules, policies: settings.policies });
  world.out(
    `mode ${settings.permissions.mode}; sandbox ${settings.sandbox}; network ${settings.network ? 'on' : 'off'}\n`,
  );
  const rows = [
    ...rules.map(({ kind, rule, source }) => [kind, printable(rule), printable(source)]),
    ...settings.policies.flatMap(({ source, ...words }) =>
      Object.entries(words).map(([what, value]) => [`policy ${what}`, JSON.stringify(value), printable(source)]),
    ),
  ];
  world.out(rows.length === 0 ? 'no rules and no policies\n' : `${formatTable(rows)}\n`);
  return 0;
}

/** Decides about `Tool(what)` as a run here would, with somebody to ask and a sandbox around commands. */
function explain(context: CommandContext, text: string): number {
  const parsed = parseRule(text);
  if (parsed === undefined)
    throw new MonkeyError('usage.invalid', 'what should be explained?', {
      advice: 'monkey policy explain "Bash(git push --force)", "Edit(src/a.ts)" or "Fetch(example.com)".',
    });
  const loaded = context.loaded();
  const { permissions, policies } = loaded.settings;
  const decision = decidePermission({
    tool: parsed.tool === 'webfetch' ? 'fetch' : parsed.tool,
    intent: intentOf(parsed.tool, parsed.what ?? ''),
    mode: permissions.mode,
    rules: { ...permissions, hosts: policies.flatMap(({ domains }) => (domains === undefined ? [] : [domains])) },
    facts: {
      root: context.cwd(),
      addedFolders: [],
      outside: [],
      checkCommands: [],
      isSandboxed: loaded.settings.sandbox !== 'off',
      canAsk: true,
    },
  });
  const source = rulesOf(loaded).find(({ rule }) => decision.reason.includes(rule))?.source;
  if (context.asJson) return printJson(context.world, { ...decision, source: source ?? null });
  context.world.out(`${describe(decision, source)}\n`);
  return 0;
}

function intentOf(tool: string, what: string): ToolIntent {
  const title = `${tool} ${what}`.trim();
  switch (tool) {
    case 'bash':
    case 'shell':
      return { title, effect: 'command', paths: [], command: what };
    case 'fetch':
    case 'webfetch': {
      const host = URL.canParse(what) ? new URL(what).hostname : what.replace(/^domain:/, '');
      return { title, effect: 'network', paths: [], hosts: [host.toLowerCase()] };
    }
    case 'edit':
    case 'write':
      return { title, effect: 'write', paths: [what] };
    default:
      return { title, effect: 'read', paths: what === '' ? [] : [what] };
  }
}

function describe(decision: PermissionDecision, source: string | undefined): string {
  const verdict = { allow: 'allowed', ask: 'asked about', deny: 'denied' }[decision.kind];
  return [
    `${verdict}: ${printable(decision.reason)} (decided by ${decision.by}${source === undefined ? '' : `, ${source}`})`,
    ...decision.grants.map((grant) => `  would be granted: ${printable(grant)}`),
    ...(decision.alwaysRule === undefined ? [] : [`  "always" would add: ${printable(decision.alwaysRule)}`]),
  ].join('\n');
}

/** Every decision that is on record in the sessions of this folder, oldest first. */
function audit(context: CommandContext): number {
  const { sessions } = context.engine();
  const ids = sessions.list(context.line.options.has('all') ? undefined : { cwd: context.cwd() });
  const decisions = ids
    .flatMap(({ id }) => sessions.read(id))
    .filter((event): event is EventOf<'permission.decided'> => event.type === 'permission.decided')
    .sort((a, b) => a.time - b.time);
  if (context.asJson) return printJson(context.world, decisions);
  const rows = decisions.map((event) => [
    new Date(event.time).toISOString().slice(0, 19).replace('T', ' '),
    event.sessionId,
    event.decision,
    event.by,
    printable(event.what),
    printable(event.reason),
  ]);
  context.world.out(rows.length === 0 ? 'nothing was decided yet\n' : `${formatTable(rows)}\n`);
  return 0;
}
