// `monkey explore`: lists the folders that candidates left, shows what one changed, removes them when nothing in them can be lost.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanCandidates, type KeptCandidate, keptCandidate, keptCandidates } from '@monkey-coder/engine';
import { MonkeyError } from '@monkey-coder/protocol';
import { unifiedDiff } from '@monkey-coder/workspace';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

const usage = 'usage: monkey explore list | show NAME | clean [NAME…]';

/** Lists, shows or removes. */
export const explore: Command = async (context) => {
  const [action = 'list', ...names] = context.line.operands;
  const [name] = names;
  if (action === 'list' && name === undefined) return list(context);
  if (action === 'show' && name !== undefined && names.length === 1) return show(context, name);
  if (action === 'clean') return clean(context, names);
  throw new MonkeyError('usage.invalid', usage);
};

function everyOne({ world, engine }: CommandContext): KeptCandidate[] {
  return keptCandidates(world.homes.data, engine().sessions);
}

/** Those of this folder; with `--all` those of every one, and those that no session knows of. */
function wanted(context: CommandContext): KeptCandidate[] {
  const all = everyOne(context);
  return context.line.options.has('all') ? all : all.filter((one) => one.of?.cwd === context.cwd());
}

function list(context: CommandContext): number {
  const { world, asJson } = context;
  const found = wanted(context);
  if (asJson) return printJson(world, found);
  if (found.length === 0) {
    world.out(
      context.line.options.has('all')
        ? 'no folders of candidates\n'
        : 'no folders of candidates of this project (--all shows all)\n',
    );
    return 0;
  }
  const rows = found.map(({ name, of, changedAt }) => [
    name,
    of === undefined ? '' : `candidate ${of.candidate}${of.isChosen ? ' (chosen)' : ''}`,
    of?.status ?? 'unknown',
    new Date(changedAt).toISOString().slice(0, 16).replace('T', ' '),
    of?.reason ?? 'no session knows of it',
  ]);
  world.out(`${formatTable(rows.map((row) => row.map(printable)))}\n`);
  return 0;
}

function show(context: CommandContext, name: string): number {
  const { world, asJson } = context;
  const one = keptCandidate(everyOne(context), name, context.cwd());
  const changes = (one.of?.changed ?? []).map((path) => ({ path, diff: diffOf(one, path) }));
  if (asJson) return printJson(world, { ...one, changes });
  world.out(printable(`${one.folder}\n`));
  if (one.of === undefined) {
    world.out('no session knows of it: what it changed is not known\n');
    return 0;
  }
  const { candidate, status, reason, approach, sessionId, cwd, evidence } = one.of;
  world.out(printable(`candidate ${candidate} of session ${sessionId} in ${cwd}: ${status}, ${reason}\n${approach}\n`));
  if (evidence !== '') world.out(printable(`\n${evidence}\n`));
  for (const { diff } of changes) world.out(`\n${printable(diff)}`);
  return 0;
}

/** Against the file as it is in the project now. */
function diffOf({ folder, of }: KeptCandidate, path: string): string {
  const [now, there] = [of?.cwd ?? '', folder].map((root) => {
    const file = join(root, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  });
  return unifiedDiff(path, now ?? null, there ?? null);
}

function clean(context: CommandContext, names: readonly string[]): number {
  const { world, asJson, line } = context;
  const all =
    names.length === 0 ? wanted(context) : names.map((name) => keptCandidate(everyOne(context), name, context.cwd()));
  const done = cleanCandidates(all, line.options.has('force'));
  if (asJson) return printJson(world, done);
  world.out(`removed ${done.removed.length} of ${all.length}\n`);
  for (const { name, why } of done.kept) world.out(printable(`kept ${name}: ${why}\n`));
  return 0;
}
