// `monkey agents`: the registry: who is there, by whom, in which version, switched on or off, and how their runs ended.
import { type AgentDefinition, agentsFor, agentThreshold, chooseAgent, findAgents } from '@monkey-coder/agents';
import { type AgentHealth, type AgentStore, createAgentStore, extensionPlaces } from '@monkey-coder/engine';
import { MonkeyError, nearestNames } from '@monkey-coder/protocol';
import { optionValue } from '../command-line/parse.ts';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

/** Lists, shows, switches, pins, or says who would be chosen. */
export const agents: Command = async (context) => {
  const { world, line } = context;
  const [action = 'list', what] = line.operands;
  const all = await findAgents(extensionPlaces(world, context.cwd()));
  const store = createAgentStore(world.homes.state);
  if (action === 'list') return list(context, all, store);
  if (what === undefined) throw new MonkeyError('usage.invalid', usage);
  if (action === 'choose') return choose(context, all, what);
  return one(context, store, { action, agent: named(all, what) });
};

const usage =
  'usage: monkey agents list | show NAME | enable NAME | disable NAME | pin NAME | unpin NAME | choose "task"';

function named(all: readonly AgentDefinition[], name: string): AgentDefinition {
  const found = all.find((agent) => agent.name === name);
  if (found !== undefined) return found;
  const near = nearestNames(
    name,
    all.map((agent) => agent.name),
  );
  throw new MonkeyError(
    'usage.invalid',
    `there is no agent "${name}"${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`,
    {
      advice: '`monkey agents` lists them.',
    },
  );
}

interface Standing {
  readonly isEnabled: boolean;
  /** `pinned`: this text and no other; `changed`: another text was pinned, so this one is not used. */
  readonly pin: 'none' | 'pinned' | 'changed';
  readonly health: AgentHealth | undefined;
}

function standingOf({ name, hash }: AgentDefinition, store: AgentStore): Standing {
  const { disabled, pins, health } = store.read();
  const pin = pins[name];
  const counts = health[name];
  return {
    isEnabled: !disabled.includes(name),
    pin: pin === undefined ? 'none' : pin === hash ? 'pinned' : 'changed',
    health: counts?.hash === hash ? counts : undefined,
  };
}

function list({ world, line, asJson }: CommandContext, all: readonly AgentDefinition[], store: AgentStore): number {
  const capability = optionValue(line, 'capability');
  const shown = (capability === undefined ? all : agentsFor(capability, all)).map((agent) => ({
    ...agent,
    ...standingOf(agent, store),
  }));
  if (asJson) return printJson(world, shown);
  const rows = shown.map(({ name, scope, version, hash, isEnabled, pin, health, description }) =>
    [name, scope, `v${version} ${hash.slice(0, 8)}`, state(isEnabled, pin), counted(health), description].map(
      printable,
    ),
  );
  world.out(rows.length === 0 ? `no agent is good at ${printable(capability ?? 'this')}\n` : `${formatTable(rows)}\n`);
  return 0;
}

function state(isEnabled: boolean, pin: Standing['pin']): string {
  if (!isEnabled) return 'off';
  return pin === 'none' ? 'on' : pin === 'pinned' ? 'on, pinned' : 'off: not the pinned text';
}

function counted(health: AgentHealth | undefined): string {
  return health === undefined ? 'no runs' : `${health.good} of ${health.runs} good`;
}

function choose({ world, asJson }: CommandContext, all: readonly AgentDefinition[], task: string): number {
  const choice = chooseAgent(task, all);
  if (asJson) return printJson(world, { ...choice, threshold: agentThreshold });
  const unsure =
    choice.confidence < agentThreshold ? '; unsure: asked about at a terminal, else the developer works' : '';
  world.out(printable(`${choice.name} (${Math.round(choice.confidence * 100)} %): ${choice.reason}${unsure}\n`));
  return 0;
}

function one(
  { world, asJson }: CommandContext,
  store: AgentStore,
  { action, agent }: { readonly action: string; readonly agent: AgentDefinition },
): number {
  const { name, hash } = agent;
  if (action === 'show') {
    const standing = standingOf(agent, store);
    if (asJson) return printJson(world, { ...agent, ...standing });
    world.out(printable(`${described(agent, standing)}\n\n${agent.prompt}\n`));
    return 0;
  }
  if (action === 'enable' || action === 'disable') store.setEnabled(name, action === 'enable');
  else if (action === 'pin' || action === 'unpin') store.pin(name, action === 'pin' ? hash : undefined);
  else throw new MonkeyError('usage.invalid', usage);
  if (asJson) return printJson(world, { name, hash, ...standingOf(agent, store) });
  const { isEnabled, pin } = standingOf(agent, store);
  world.out(printable(`${name}: ${state(isEnabled, pin)}${pin === 'pinned' ? ` (${hash})` : ''}\n`));
  return 0;
}

function described(agent: AgentDefinition, { isEnabled, pin, health }: Standing): string {
  const { name, version, hash, scope, path, description, capabilities, tools, model, permissionMode } = agent;
  return [
    `${name} v${version} ${hash} (${path ?? scope})`,
    description,
    `capabilities: ${capabilities.join(', ') || 'none named'}`,
    `tools: ${tools?.join(', ') ?? 'all'}; model: ${model ?? 'of the run'}; mode: ${permissionMode === undefined ? 'of the run' : `at most ${permissionMode}`}`,
    `${state(isEnabled, pin)}; ${counted(health)}`,
  ].join('\n');
}
