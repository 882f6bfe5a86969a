// `monkey models health`: how the models that were called have been doing, from real calls.
import { join } from 'node:path';
import { type HealthRecord, readHealth } from '@monkey-coder/engine';
import { type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

/** Prints moving averages of each model and key, the last called first. */
export function modelsHealth({ world, asJson, style }: CommandContext): number {
  const table = Object.entries(readHealth(join(world.homes.state, 'health.json'))).sort(
    ([, a], [, b]) => b.lastAt - a.lastAt,
  );
  if (asJson) return printJson(world, { models: table.map(([id, record]) => ({ ...namesOf(id), ...record })) });
  if (table.length === 0) {
    world.out('no calls yet: health is measured from real traffic\n');
    return 0;
  }
  const heading = ['model', 'key', 'calls', 'first token', 'tokens/s', 'errors', 'cut off', 'state'];
  const rows = table.map(([id, record]) => {
    const state = stateOf(record, world.now());
    return [...cells(id, record), state === 'ok' ? style.green(state) : style.yellow(printable(state))];
  });
  world.out(`${formatTable([heading, ...rows], [2, 3, 4, 5, 6])}\n`);
  return 0;
}

function namesOf(id: string): { readonly model: string; readonly key: string } {
  const [model = '', key = ''] = id.split('#');
  return { model, key };
}

function cells(id: string, record: HealthRecord): string[] {
  const { model, key } = namesOf(id);
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  return [
    model,
    key,
    String(record.calls),
    record.firstTokenMs === null ? '?' : `${(record.firstTokenMs / 1000).toFixed(2)} s`,
    record.tokensPerSecond === null ? '?' : record.tokensPerSecond.toFixed(0),
    percent(record.errorRate),
    percent(record.truncationRate),
  ];
}

function stateOf({ open, lastError }: HealthRecord, now: number): string {
  if (open !== undefined && open.until > now)
    return `not asked for ${Math.ceil((open.until - now) / 1000)} s: ${open.message.slice(0, 60)}`;
  const isRecent = lastError !== undefined && now - lastError.at < 3_600_000;
  return isRecent ? `last error ${lastError.code}` : 'ok';
}
