// `monkey models`: what can be called, at which price, until when.
import { createKeyStore, firstKeys, knownKeys, userCatalogue } from '@monkey-coder/engine';
import { availableProviders, findLocalServers, isAlive, type ModelFacts, priceOf } from '@monkey-coder/models';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { formatTable } from '../terminal/table.ts';
import { modelsHealth } from './models-health.ts';
import { modelsRefresh } from './models-refresh.ts';

/** Lists models of providers with a key (all with --all), filtered by a text; `health` shows how they have been doing. */
export const models: Command = async (context) => {
  const { world, line } = context;
  if (line.operands[0] === 'health') return modelsHealth(context);
  if (line.operands[0] === 'refresh') return modelsRefresh(context);
  const { settings } = context.loaded();
  const keys = firstKeys(knownKeys({ ...world, settings, keys: createKeyStore(world.homes.config).readAll }));
  const usable = new Set(availableProviders({ env: world.environment, keys }));
  const wanted = line.operands.join(' ').toLowerCase();
  const all = line.options.has('all') || usable.size === 0;
  const found = userCatalogue(settings, world.homes.state).models.filter(
    (model) =>
      (all || usable.has(model.provider)) &&
      isAlive(model, world.now()) &&
      `${model.provider}/${model.id}`.toLowerCase().includes(wanted),
  );
  const local = await findLocalServers(AbortSignal.timeout(1000));
  if (context.asJson)
    return printJson(world, { models: found.map((model) => withPrice(model, world.now(), usable)), local });
  world.out(`${formatTable([heading, ...found.map((model) => row(model, context, usable))], [1, 2, 3, 4])}\n`);
  for (const server of local)
    for (const model of server.models) world.out(`${server.provider}/${model}  (running here, free)\n`);
  if (usable.size === 0)
    world.out('\nNo provider has a key: set ANTHROPIC_API_KEY or OPENAI_API_KEY, or `monkey login PROVIDER`.\n');
  return 0;
};

const heading = ['model', 'context', 'output', '$/M in', '$/M out', 'notes'];

function row(model: ModelFacts, { world, style }: CommandContext, usable: ReadonlySet<string>): string[] {
  const price = priceOf(model, world.now());
  const usd = (amount: number | undefined): string => (amount === undefined ? '?' : (amount / 1_000_000).toString());
  const notes = [
    usable.has(model.provider) ? '' : style.dim('no key'),
    model.retires ? style.yellow(`ends ${model.retires}`) : '',
    model.reasoning ? 'reasoning' : '',
  ].filter((note) => note !== '');
  return [
    `${model.provider}/${model.id}`,
    String(model.context ?? '?'),
    String(model.maxOutput ?? '?'),
    usd(price?.input),
    usd(price?.output),
    notes.join(', '),
  ];
}

function withPrice(model: ModelFacts, now: number, usable: ReadonlySet<string>): object {
  return {
    ...model,
    price: priceOf(model, now) ?? null,
    priceUnit: 'micro-USD per million tokens',
    usable: usable.has(model.provider),
  };
}
