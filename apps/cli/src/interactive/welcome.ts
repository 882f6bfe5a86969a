// The first rows: who this is, where it works, how to begin.
import { sep } from 'node:path';
import { plainLine } from '../screen/plain-text.ts';
import { truncate } from '../screen/width.ts';
import type { InteractiveHost } from './host.ts';
import type { Block } from './transcript.ts';

/** The block at the top. */
export function welcomeBlock({ world, cwd, defaultModel, loaded }: InteractiveHost): Block {
  const folder = cwd === world.home || cwd.startsWith(world.home + sep) ? `~${cwd.slice(world.home.length)}` : cwd;
  const cap = loaded.settings.limits.maxBudgetUsd;
  const budget = cap === null ? 'no cap on cost' : `at most $${cap} a run`;
  return {
    isApart: true,
    draw: ({ theme, columns }) =>
      [
        `${theme.paint('heading', 'monkey')} ${theme.paint('dim', world.version)}  ${plainLine(folder)}`,
        theme.paint('dim', `${defaultModel} · ${budget} · asks before it edits or runs anything new`),
        '',
        theme.paint('dim', '/ commands   @ files   Shift-Tab mode   Esc interrupts   /help all of it'),
      ].map((row) => truncate(`  ${row}`, columns)),
  };
}
