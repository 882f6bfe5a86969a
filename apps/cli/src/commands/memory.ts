// `monkey memory`: the facts that are kept about a folder: shown, added, forgotten.
import { type Fact, type MemoryStore, openMemory } from '@monkey-coder/engine';
import { MonkeyError } from '@monkey-coder/protocol';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

/** Lists, adds or forgets. */
export const memory: Command = async (context) => {
  const [action = 'list', ...rest] = context.line.operands;
  const store = openMemory(context.world.homes.state, context.cwd());
  const text = rest.join(' ');
  if (action === 'list' && text === '') return list(context, store);
  if (action === 'add' && text !== '') {
    const fact = store.add(text, 'person', context.world.now());
    return told(context, fact, `kept for new sessions in this folder: ${fact.text} (${fact.id})`);
  }
  if (action === 'forget' && text !== '') return forget(context, store, text);
  throw new MonkeyError('usage.invalid', 'usage: monkey memory list | add TEXT | forget ID');
};

function list({ world, asJson }: CommandContext, store: MemoryStore): number {
  const facts = store.list();
  if (asJson) return printJson(world, facts);
  const rows = facts.map(({ id, time, by, text }) => [
    id,
    new Date(time).toISOString().slice(0, 10),
    by,
    printable(text),
  ]);
  world.out(rows.length === 0 ? 'nothing is kept about this folder\n' : `${formatTable(rows)}\n`);
  return 0;
}

function forget(context: CommandContext, store: MemoryStore, id: string): number {
  const fact = store.forget(id);
  if (fact !== undefined) return told(context, fact, `forgotten: ${fact.text}`);
  throw new MonkeyError('usage.invalid', `no fact here begins with ${id}`, {
    advice: '`monkey memory list` shows them.',
  });
}

function told({ world, asJson }: CommandContext, fact: Fact, text: string): number {
  if (asJson) return printJson(world, fact);
  world.out(printable(`${text}\n`));
  return 0;
}
