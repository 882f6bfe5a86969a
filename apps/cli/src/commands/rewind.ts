// `monkey rewind`: back to before something was said, the conversation in a copy, the files by undo, together or apart.
import { type Event, type EventOf, MonkeyError, messageText } from '@monkey-coder/protocol';
import { optionValue } from '../command-line/parse.ts';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { describeReport } from './undo.ts';

/** A place to go back to: before a request. */
export interface RewindPoint {
  /** 1-based. */
  readonly number: number;
  readonly text: string;
  readonly time: number;
  /** The last event that stays. */
  readonly seq: number;
  /** The state of the files then; undefined where nothing was changed since. */
  readonly snapshotId: string | undefined;
  /** Files changed since, by this session. */
  readonly changed: number;
}

/** Lists the points of a session, or goes back to one. */
export const rewind: Command = async (context) => {
  const { sessions } = context.engine();
  const [id = sessions.list({ cwd: context.cwd() })[0]?.id, wanted] = context.line.operands;
  if (id === undefined)
    throw new MonkeyError('session.not-found', `no session of ${context.cwd()} yet`, {
      advice: 'Run a task first, or name a session: monkey rewind ID.',
    });
  const points = rewindPoints(sessions.read(id));
  if (wanted === undefined) return list(context, id, points);
  const point = points.find(({ number }) => String(number) === wanted);
  if (point === undefined)
    throw new MonkeyError('usage.invalid', `session ${id} has no request ${wanted}; it has ${points.length}`);
  return goBack(context, id, point);
};

/** The points of a session's events. */
export function rewindPoints(events: readonly Event[]): RewindPoint[] {
  const own = events.filter((event) => event.parentCallId === undefined);
  const requests = own.filter(
    (event): event is EventOf<'message.added'> => event.type === 'message.added' && event.origin === 'user',
  );
  return requests.map((request, index) => {
    const before = own.findLast((event) => event.type === 'run.started' && event.seq < request.seq);
    const seq = (before?.runId === request.runId ? (before?.seq ?? request.seq) : request.seq) - 1;
    const after = events.filter((event) => event.seq > seq);
    const snapshot = after.find((event) => event.type === 'snapshot.taken');
    const paths = after.flatMap((event) => (event.type === 'file.changed' ? [event.change.path] : []));
    return {
      number: index + 1,
      text: messageText(request.message),
      time: request.time,
      seq,
      snapshotId: snapshot?.type === 'snapshot.taken' ? snapshot.snapshotId : undefined,
      changed: new Set(paths).size,
    };
  });
}

function list(context: CommandContext, id: string, points: readonly RewindPoint[]): number {
  const { world } = context;
  if (context.asJson) return printJson(world, points);
  const rows = points.map(({ number, time, changed, text }) => [
    String(number),
    new Date(time).toISOString().slice(0, 16).replace('T', ' '),
    `${changed} file${changed === 1 ? '' : 's'} changed since`,
    printable(text.split('\n')[0]?.slice(0, 80) ?? ''),
  ]);
  world.out(`${formatTable(rows, [0])}\nback to before one of them: monkey rewind ${id} NUMBER\n`);
  return 0;
}

async function goBack(context: CommandContext, id: string, point: RewindPoint): Promise<number> {
  const { world, style } = context;
  const only = optionValue(context.line, 'only');
  const preview = context.line.options.has('preview');
  const said = only === 'files' || preview ? undefined : copyUpTo(context, id, point.seq);
  const files = only === 'conversation' ? undefined : await undoFiles(context, point, preview);
  if (context.asJson) return printJson(world, { session: said ?? null, preview, files: files ?? null });
  if (files !== undefined) world.out(`${describeReport(files, { preview, isRedo: false, style })}\n`);
  else if (only !== 'conversation') world.out('no file was changed since\n');
  if (said !== undefined) world.out(`the conversation goes on from there in a copy: monkey --resume ${said}\n`);
  return files !== undefined && files.kept.length > 0 ? 1 : 0;
}

/** The session itself stays whole. */
function copyUpTo(context: CommandContext, id: string, seq: number): string {
  const copy = context.engine().sessions.fork(id, seq);
  copy.close();
  return copy.id;
}

async function undoFiles(context: CommandContext, { snapshotId }: RewindPoint, preview: boolean) {
  return snapshotId === undefined
    ? undefined
    : await context.engine().undo(context.cwd(), { kind: 'to', snapshotId }, { preview });
}
