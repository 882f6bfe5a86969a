// `monkey sessions`: list, show, search, rename, export, import, delete.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSessionFile, type SessionSummary, toAtif } from '@monkey-coder/engine';
import { type Event, formatMicroUsd, MonkeyError, messageText, nearestNames } from '@monkey-coder/protocol';
import { optionValue } from '../command-line/parse.ts';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { blockOf } from '../output/blocks.ts';
import { summary } from '../output/summary.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

const actions: Readonly<Record<string, Command>> = {
  list,
  show,
  search,
  rename,
  export: exportSession,
  import: importSession,
  delete: remove,
};

/** Dispatches to an action; without one, lists. */
export const sessions: Command = async (context) => {
  const [name = 'list', ...operands] = context.line.operands;
  const action = actions[name];
  if (action) return action({ ...context, line: { ...context.line, operands } });
  const near = nearestNames(name, Object.keys(actions))[0];
  throw new MonkeyError('usage.invalid', `monkey sessions has no "${name}"${near ? `; did you mean "${near}"?` : ''}`, {
    advice: `One of ${Object.keys(actions).join(', ')}.`,
  });
};

async function list(context: CommandContext): Promise<number> {
  const { world } = context;
  const all = context.line.options.has('all');
  const found = context.engine().sessions.list(all ? undefined : { cwd: context.cwd() });
  if (context.asJson) return printJson(world, found);
  if (found.length === 0)
    world.out(all ? 'no sessions yet\n' : `no sessions of ${context.cwd()} (--all shows those of other folders)\n`);
  else
    world.out(
      `${formatTable(
        found.map((session) => row(session, all)),
        [2],
      )}\n`,
    );
  return 0;
}

function row(session: SessionSummary, withFolder: boolean): string[] {
  const when = new Date(session.updatedAt).toISOString().slice(0, 16).replace('T', ' ');
  const cells = [session.id, when, formatMicroUsd(session.costMicroUsd), session.status, printable(session.title)];
  return withFolder ? [...cells, printable(session.cwd)] : cells;
}

function idOf(context: CommandContext): string {
  const id = context.line.operands[0];
  if (!id)
    throw new MonkeyError('usage.invalid', 'which session? Give its id', { advice: 'See `monkey sessions list`.' });
  return id;
}

async function show(context: CommandContext): Promise<number> {
  const { world, style } = context;
  const events = context.engine().sessions.read(idOf(context));
  if (context.asJson) return printJson(world, events);
  for (const event of events) {
    const text = describe(event, context);
    if (text) world.out(`${text}\n`);
  }
  const last = events.findLast((event) => event.type === 'run.finished');
  if (last?.type === 'run.finished') {
    world.out(
      `${summary({ sessionId: last.sessionId, runId: last.runId ?? '', outcome: last.outcome }, null, style)}\n`,
    );
  }
  return 0;
}

function describe(event: Event, { style, world }: CommandContext): string | undefined {
  if (event.type === 'message.added')
    return `${style.bold(`› ${event.origin}`)} ${printable(messageText(event.message))}`;
  if (event.type === 'model.ended' && event.purpose === undefined)
    return printable(messageText(event.message)) || undefined;
  return blockOf(event, { style, version: world.version, verbose: false });
}

async function search(context: CommandContext): Promise<number> {
  const text = context.line.operands.join(' ');
  if (text === '') throw new MonkeyError('usage.invalid', 'what should be searched for?');
  const found = context.engine().sessions.search(text);
  if (context.asJson) return printJson(context.world, found);
  for (const { session, line } of found) context.world.out(`${session.id}  ${printable(line)}\n`);
  if (found.length === 0) context.world.out(`nothing in any session contains "${text}"\n`);
  return 0;
}

async function rename(context: CommandContext): Promise<number> {
  const title = context.line.operands.slice(1).join(' ').trim();
  if (title === '') throw new MonkeyError('usage.invalid', 'monkey sessions rename ID TITLE');
  const writer = context.engine().sessions.open(idOf(context));
  try {
    writer.append({ type: 'session.renamed', title });
  } finally {
    writer.close();
  }
  return 0;
}

async function exportSession(context: CommandContext): Promise<number> {
  const events = context.engine().sessions.read(idOf(context));
  const text = exported(events, optionValue(context.line, 'format'), context.world.version);
  const target = context.line.operands[1];
  if (target === undefined) context.world.out(text);
  else writeFileSync(resolve(context.world.cwd, target), text, { mode: 0o600 });
  return 0;
}

function exported(events: readonly Event[], format: string | undefined, version: string): string {
  if (format === 'markdown') return markdownOf(events);
  if (format === 'atif') return `${JSON.stringify(toAtif(events, version), null, 2)}\n`;
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

function markdownOf(events: readonly Event[]): string {
  return events.flatMap(markdownPart).join('\n\n').concat('\n');
}

function markdownPart(event: Event): string[] {
  switch (event.type) {
    case 'session.started':
      return [`# Session ${event.sessionId}`, `Folder \`${event.cwd}\`, begun ${new Date(event.time).toISOString()}`];
    case 'message.added':
      return [`## ${event.origin}`, messageText(event.message)];
    case 'model.ended':
      return messageText(event.message) === '' ? [] : [`## ${event.model}`, messageText(event.message)];
    case 'tool.ended':
      return [`### ${event.name}: ${event.status}`, `\`\`\`\`\n${event.diff ?? event.output}\n\`\`\`\``];
    case 'check.finished':
      return [
        `**check** \`${event.receipt.command}\`: ${event.receipt.passed ? 'passed' : 'failed'} (exit ${event.receipt.exitCode})`,
      ];
    case 'run.finished':
      return [`**${event.outcome.status}**: ${event.outcome.reason}`];
    default:
      return [];
  }
}

async function importSession(context: CommandContext): Promise<number> {
  const file = context.line.operands[0];
  if (!file) throw new MonkeyError('usage.invalid', 'monkey sessions import FILE');
  const { from, events } = readSessionFile(resolve(context.world.cwd, file));
  const imported = context.engine().sessions.import(events, context.cwd());
  if (context.asJson) return printJson(context.world, { ...imported, from });
  context.world.out(`imported from ${from} as ${imported.id}; go on with monkey --resume ${imported.id}\n`);
  return 0;
}

async function remove(context: CommandContext): Promise<number> {
  const id = idOf(context);
  context.engine().sessions.remove(id);
  context.world.out(`deleted ${id}\n`);
  return 0;
}
