// `monkey commands`: the custom commands and skills that can be called in a folder.
import { findCommands } from '@monkey-coder/agents';
import { extensionPlaces } from '@monkey-coder/engine';
import { MonkeyError } from '@monkey-coder/protocol';
import { type Command, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

/** Lists them, or shows one. */
export const customCommands: Command = async (context) => {
  const { world, line, asJson } = context;
  const [action = 'list', name] = line.operands;
  const all = await findCommands(extensionPlaces(world, context.cwd()));
  if (action === 'list' && name === undefined) {
    if (asJson) return printJson(world, all);
    const rows = all.map(({ name: own, argumentHint, kind, scope, description }) =>
      [`/${own}${argumentHint === undefined ? '' : ` ${argumentHint}`}`, kind, scope, shortened(description)].map(
        printable,
      ),
    );
    world.out(rows.length === 0 ? 'none here: put one into .monkey/commands/NAME.md\n' : `${formatTable(rows)}\n`);
    return 0;
  }
  const found = all.find((one) => one.name === name?.replace(/^\//, ''));
  if (action !== 'show' || name === undefined)
    throw new MonkeyError('usage.invalid', 'usage: monkey commands list | show NAME');
  if (found === undefined) throw new MonkeyError('usage.invalid', `there is no command "${name}" here`);
  if (asJson) return printJson(world, found);
  world.out(printable(`${found.kind} of the ${found.scope}: ${found.path}\n\n${found.body}\n`));
  return 0;
};

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
