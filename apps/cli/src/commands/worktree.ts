// `monkey worktree`: lists the worktrees of a repository, removes one when nothing in it can be lost.
import { basename } from 'node:path';
import { removeIdleWorktree } from '@monkey-coder/engine';
import { MonkeyError } from '@monkey-coder/protocol';
import { createGitRunner, listWorktrees } from '@monkey-coder/workspace';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

/** Lists or removes worktrees. */
export const worktree: Command = async (context) => {
  const [action = 'list', name] = context.line.operands;
  if (action === 'list' && name === undefined) return list(context);
  if (action === 'remove' && name !== undefined) return remove(context, name);
  throw new MonkeyError('usage.invalid', 'usage: monkey worktree list | remove NAME');
};

async function list({ world, cwd, asJson }: CommandContext): Promise<number> {
  const entries = await listWorktrees(createGitRunner(world.environment['PATH']), cwd());
  if (asJson) return printJson(world, entries);
  const rows = entries.map(({ folder, branch, head, isMain, isLocked, isMissing }) => [
    isMain ? `${basename(folder)} (main)` : basename(folder),
    branch ?? `detached at ${head.slice(0, 9)}`,
    [isLocked ? 'locked' : '', isMissing ? 'folder is gone' : ''].filter((word) => word !== '').join(', '),
    folder,
  ]);
  world.out(`${formatTable(rows.map((row) => row.map(printable)))}\n`);
  return 0;
}

async function remove({ world, cwd, line, asJson }: CommandContext, name: string): Promise<number> {
  const removal = await removeIdleWorktree({
    runGit: createGitRunner(world.environment['PATH']),
    cwd: cwd(),
    state: world.homes.state,
    name,
    losesIgnored: line.options.has('with-ignored'),
    now: world.now(),
  });
  if (asJson) return printJson(world, removal);
  const branch =
    removal.removedBranch !== null
      ? `; its branch ${removal.removedBranch} too: other branches have its commits`
      : removal.keptBranch !== null
        ? `; its branch ${removal.keptBranch} stays`
        : '';
  world.out(printable(`removed ${removal.folder}${branch}\n`));
  for (const ref of removal.pinned) world.out(printable(`kept a commit that only its history knew: ${ref}\n`));
  return 0;
}
