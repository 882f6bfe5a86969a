// The commands that look after sessions: resume, fork, rename, rewind, clear, export.
import type { SessionSummary } from '@monkey-coder/engine';
import { formatMicroUsd, MonkeyError, parseJson } from '@monkey-coder/protocol';
import { plainLine } from '../screen/plain-text.ts';
import { paintedBlock, textBlock } from './blocks.ts';
import type { SlashCommand, SlashContext } from './slash-command.ts';

/** Events of an old session that are shown again. */
const replayed = 400;

/** The commands. */
export const sessionCommands: readonly SlashCommand[] = [
  {
    name: 'rewind',
    usage: '',
    help: 'back to before a request: the conversation in a copy, the files by undo, together or apart',
    whileRunning: false,
    run: rewind,
  },
  {
    name: 'resume',
    usage: '[id]',
    help: 'go on with another session of this folder',
    whileRunning: false,
    run: resume,
  },
  { name: 'fork', usage: '', help: 'go on in a copy of this session', whileRunning: false, run: fork },
  { name: 'rename', usage: 'title', help: 'name this session', whileRunning: false, run: rename },
  {
    name: 'clear',
    usage: '',
    help: 'begin a new session; the old one is kept',
    whileRunning: false,
    run: (context) => {
      context.conversation.use({ kind: 'new' });
      context.resetFacts();
      context.show(textBlock('A new session; /resume finds the old one.', 'dim'));
    },
  },
  {
    name: 'export',
    usage: '[file.md | file.jsonl | file.json]',
    help: 'write this session as Markdown, as its log, or as ATIF',
    whileRunning: true,
    run: exportSession,
  },
];

function sessionIdOf({ conversation }: SlashContext): string {
  const id = conversation.sessionId;
  if (id !== undefined) return id;
  throw new MonkeyError('usage.invalid', 'there is no session yet: nothing was asked');
}

async function resume(context: SlashContext, args: string): Promise<void> {
  const { engine, conversation } = context;
  const sessions = engine.sessions
    .list({ cwd: context.cwd })
    .filter(({ runs, partOf }) => runs > 0 && partOf === undefined);
  if (sessions.length === 0) throw new MonkeyError('usage.invalid', 'there is no other session of this folder yet');
  const id = args !== '' ? args : await pickSession(context, sessions);
  if (id === undefined) return;
  const found = sessions.find((session) => session.id === id);
  if (found === undefined) throw new MonkeyError('session.not-found', `there is no session ${id} of this folder`);
  conversation.use({ kind: 'resume', sessionId: id });
  showAgain(context, found);
}

/** The end of an old session, and what it cost. */
export function showAgain(
  context: Pick<SlashContext, 'engine' | 'view' | 'show' | 'resetFacts'>,
  session: SessionSummary,
): void {
  context.resetFacts();
  context.show(textBlock(`session ${session.id}: ${plainLine(session.title)}`, 'dim'));
  context.view.replay(context.engine.sessions.read(session.id).slice(-replayed));
  context.view.facts.costMicroUsd = session.costMicroUsd;
}

async function pickSession(context: SlashContext, sessions: readonly SessionSummary[]): Promise<string | undefined> {
  const choices = sessions.map((session) => ({
    label: plainLine(session.title).slice(0, 60),
    detail: `${new Date(session.updatedAt).toISOString().slice(0, 16).replace('T', ' ')} · ${session.status} · ${formatMicroUsd(session.costMicroUsd)}`,
    value: session.id,
  }));
  return await context.pick('Which session?', choices);
}

function fork(context: SlashContext): void {
  const copy = context.engine.sessions.fork(sessionIdOf(context));
  copy.close();
  context.conversation.use({ kind: 'resume', sessionId: copy.id });
  context.show(textBlock(`From here on in the copy ${copy.id}.`, 'dim'));
}

async function rename(context: SlashContext, args: string): Promise<void> {
  if (args === '') throw new MonkeyError('usage.invalid', 'which title? /rename TITLE');
  await context.inside(['sessions', 'rename', sessionIdOf(context), args]);
  context.show(textBlock(`This session is called ${args}.`, 'dim'));
}

async function exportSession(context: SlashContext, args: string): Promise<void> {
  const id = sessionIdOf(context);
  const file = args === '' ? `${id}.md` : args;
  const format = file.endsWith('.md') ? 'markdown' : file.endsWith('.json') ? 'atif' : 'jsonl';
  await context.inside(['sessions', 'export', id, file, '--format', format]);
  context.show(textBlock(`Written to ${file}.`, 'dim'));
}

async function rewind(context: SlashContext): Promise<void> {
  const { rewindPoints } = await import('../commands/rewind.ts');
  const id = sessionIdOf(context);
  const points = rewindPoints(context.engine.sessions.read(id));
  const choices = points.toReversed().map((point) => ({
    label: plainLine(point.text.split('\n')[0] ?? '').slice(0, 60),
    detail: `${point.changed} file${point.changed === 1 ? '' : 's'} changed since`,
    value: point,
  }));
  const point = await context.pick('Back to before which request?', choices);
  if (point === undefined) return;
  const what = await context.pick('What goes back?', [
    { label: 'conversation and files', detail: '', value: 'both' },
    { label: 'only the conversation', detail: 'files stay as they are', value: 'conversation' },
    { label: 'only the files', detail: 'the conversation goes on', value: 'files' },
  ]);
  if (what === undefined) return;
  const only = what === 'both' ? [] : ['--only', what];
  const { text } = await context.inside(['rewind', id, String(point.number), ...only, '--json']);
  const done = parseJson(text) as { readonly session?: string | null } | undefined;
  if (typeof done?.session === 'string') {
    context.conversation.use({ kind: 'resume', sessionId: done.session });
    context.setDraft(point.text);
  }
  context.show(paintedBlock(`went back to before: ${plainLine(point.text).slice(0, 200)} (${what})`));
}
