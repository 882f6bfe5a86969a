// `monkey undo`, `monkey redo`, `monkey diff`: what the agent changed, taken back, brought back, shown.
import { sep } from 'node:path';
import type { UndoReport, UndoTarget } from '@monkey-coder/workspace';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { paintDiff, printable, type Style } from '../terminal/style.ts';

/** Takes back the last run, a step, or everything after a snapshot. */
export const undo: Command = (context) => restore(context, false);

/** Brings back what undo took away. */
export const redo: Command = (context) => restore(context, true);

async function restore(context: CommandContext, isRedo: boolean): Promise<number> {
  const { world, line, style } = context;
  const preview = line.options.has('preview');
  const file = line.options.get('file')?.[0];
  const only = file === undefined ? {} : { file };
  const report = await context.engine().undo(context.cwd(), targetOf(context), { preview, redo: isRedo, ...only });
  if (context.asJson) return printJson(world, { preview, ...report });
  if (report.entries.length === 0 || (file !== undefined && report.changes.length === 0 && report.kept.length === 0)) {
    world.out(`nothing to ${isRedo ? 'redo' : 'undo'} in ${context.cwd()}\n${hintElsewhere(context)}`);
    return 0;
  }
  if (preview) world.out(`${paintDiff(report.diff, style)}\n`);
  world.out(`${describeReport(report, { preview, isRedo, style })}\n`);
  return report.kept.length > 0 ? 1 : 0;
}

/** Runs belong to the folder they were begun in: one above or below is named. */
function hintElsewhere(context: CommandContext): string {
  const here = context.cwd();
  const near = context
    .engine()
    .sessions.list()
    .find(({ cwd }) => cwd !== here && (isInside(cwd, here) || isInside(here, cwd)));
  return near === undefined
    ? ''
    : `the last run nearby was in ${near.cwd}: monkey ${context.line.command} -C ${near.cwd}\n`;
}

function isInside(inner: string, outer: string): boolean {
  return inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

function targetOf({ line }: CommandContext): UndoTarget {
  const snapshotId = line.operands[0];
  if (snapshotId) return { kind: 'to', snapshotId };
  return { kind: line.options.has('step') ? 'last-step' : 'last-run' };
}

/** What an undo did or would do, for people. */
export function describeReport(
  report: UndoReport,
  how: { readonly preview: boolean; readonly isRedo: boolean; readonly style: Style },
): string {
  const { style, preview, isRedo } = how;
  const verb = `${preview ? 'would ' : ''}${isRedo ? 'redo' : 'undo'}`;
  const opposite = isRedo ? 'monkey undo takes it back again' : 'monkey redo brings it back';
  return [
    `${style.bold(verb)}: ${report.entries.length} step${report.entries.length === 1 ? '' : 's'}, ${report.changes.length} file${report.changes.length === 1 ? '' : 's'}`,
    ...report.changes.map((change) => `  ${change.kind.padEnd(8)} ${printable(change.path)}`),
    ...report.merged.map((path) => `  ${style.yellow('merged')}   ${printable(path)}: what you changed since was kept`),
    ...report.kept.map(({ path, reason }) => `  ${style.red('kept')}     ${printable(path)}: ${reason}`),
    style.dim(preview ? 'nothing was changed' : opposite),
  ].join('\n');
}

/** Shows what the last run changed, or everything since a snapshot. */
export const diff: Command = async (context) => {
  const from = context.line.operands[0];
  const text = await context.engine().diff(context.cwd(), from === undefined ? {} : { from });
  context.world.out(text === '' ? 'no changes by the agent here\n' : `${paintDiff(text.trimEnd(), context.style)}\n`);
  return 0;
};
