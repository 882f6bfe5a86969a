// `monkey import`: what another agent has that could be taken over, and takes it when asked to.
import { join } from 'node:path';
import {
  applyImport,
  findPeerItems,
  type ImportStep,
  type PeerName,
  peerNames,
  planImport,
} from '@monkey-coder/engine';
import { MonkeyError } from '@monkey-coder/protocol';
import { type Command, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

/** Previews; with `--apply` takes what is new. */
export const importPeer: Command = async (context) => {
  const { world, line, asJson } = context;
  const peer = line.operands[0] as PeerName | undefined;
  if (peer === undefined || !peerNames.includes(peer))
    throw new MonkeyError('usage.invalid', `say from whom: monkey import ${peerNames.join(' | ')}`);
  const root = context.cwd();
  const configHome = world.environment['XDG_CONFIG_HOME'] || join(world.home, '.config');
  const items = await findPeerItems(peer, { home: world.home, root, configHome });
  const targets = { config: world.homes.config, root };
  const steps = planImport(items, targets, line.options.has('grants'));
  const taken = line.options.has('apply') ? applyImport(steps, targets) : 0;
  if (asJson) return printJson(world, { peer, taken, steps });
  world.out(`${describe(steps, peer)}\n`);
  if (steps.length === 0) return 0;
  world.out(`\n${summary(steps, line.options.has('apply') ? taken : undefined)}\n`);
  return 0;
};

const words = {
  take: 'new',
  same: 'there already',
  conflict: 'conflict',
  grants: 'held back',
  left: 'left',
} as const;

function describe(steps: readonly ImportStep[], peer: string): string {
  if (steps.length === 0) return `nothing of ${peer} was found here`;
  const rows = steps.map(({ item, what, to, verdict, why }) => [
    words[verdict],
    what.length > 160 ? `${what.slice(0, 159)}…` : what,
    to === undefined ? `from ${item.from}` : `to ${to}`,
    why,
  ]);
  return formatTable(rows.map((row) => row.map(printable)));
}

function summary(steps: readonly ImportStep[], taken: number | undefined): string {
  const count = (verdict: ImportStep['verdict']): number => steps.filter((step) => step.verdict === verdict).length;
  const held = count('grants');
  const more = held === 0 ? '' : `; ${held} held back, because they allow or run something (--grants)`;
  if (taken === undefined) return `${count('take')} to take${more}; nothing was changed: --apply takes them`;
  return `${taken} taken${more}`;
}
