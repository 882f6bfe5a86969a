// `monkey trust`: shows what a folder would run on this machine, and lets it or not.
import { createTrustStore, readProjectDeclarations, trustLines } from '@monkey-coder/engine';
import { MonkeyError } from '@monkey-coder/protocol';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { openTerminal } from '../run/terminal-gate.ts';
import { printable } from '../terminal/style.ts';

/** Shows, trusts or forgets. Exit code 3 when the person says no. */
export const trust: Command = async (context) => {
  const { world, line, asJson } = context;
  const store = createTrustStore(world.homes.state);
  const declared = readProjectDeclarations(context.cwd());
  if (line.options.has('forget')) {
    const forgotten = store.forget(declared.root);
    if (asJson) return printJson(world, { folder: declared.root, forgotten });
    world.out(forgotten ? `forgotten: ${printable(declared.root)} is not trusted\n` : 'there was nothing to forget\n');
    return 0;
  }
  const verdict = store.verdict(declared);
  if (asJson) return printJson(world, { ...declared, verdict });
  for (const problem of declared.problems) world.err(`monkey: ${printable(problem)}\n`);
  if (declared.items.length === 0) {
    world.out('this folder declares no hooks and no MCP servers: there is nothing to trust\n');
    return 0;
  }
  world.out(`${trustLines(declared).map(printable).join('\n')}\n`);
  if (line.options.has('show') || verdict === 'trusted') {
    world.out(`\n${spoken[verdict]}\n`);
    return 0;
  }
  const isTrusted = await agreed(context);
  store.keep(declared, isTrusted ? 'trusted' : 'refused', world.now());
  world.out(isTrusted ? 'trusted until any of it changes\n' : 'not trusted: it stays off\n');
  return isTrusted ? 0 : 3;
};

const spoken = {
  trusted: 'trusted until any of it changes (monkey trust --forget takes it back)',
  refused: 'refused: it stays off (monkey trust decides anew)',
  unknown: 'not decided: it stays off (monkey trust decides)',
} as const;

async function agreed({ world, line, style }: CommandContext): Promise<boolean> {
  if (line.options.has('yes')) return true;
  if (!world.inIsTerminal || !world.outIsTerminal) {
    throw new MonkeyError('usage.invalid', 'nobody can be asked here', {
      advice: 'Run `monkey trust` at a terminal, or `monkey trust --yes` after reading what would run.',
    });
  }
  const terminal = openTerminal(world.stdin, world.out, style);
  try {
    const answer = await terminal.ask('\nlet this run whenever monkey works in this folder? [y/N] ');
    return /^\s*y(es)?\s*$/i.test(answer ?? '');
  } finally {
    terminal.close();
  }
}
