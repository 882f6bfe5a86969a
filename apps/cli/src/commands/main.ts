// The bundle of all subcommands: finds the one that is meant, runs it, and ends with its exit code.

import { interpretSchemas } from '@monkey-coder/protocol';
import { commands, optionsOf } from '../command-line/command-specs.ts';
import { commandHelp } from '../command-line/help.ts';
import { parseCommandLine } from '../command-line/parse.ts';
import { type Command, createCommandContext, printJson } from '../configuration/command-context.ts';
import { readWorld } from '../configuration/environment.ts';
import { demo } from '../demo/demo.ts';
import { exitWhenDone } from '../terminal/exit.ts';
import { describeFailure } from '../terminal/fail.ts';
import { printable } from '../terminal/style.ts';
import { agents } from './agents.ts';
import { analyse } from './analyse.ts';
import { check } from './check.ts';
import { map, search } from './code.ts';
import { commit, pullRequest } from './commit.ts';
import { completion } from './completion.ts';
import { config } from './config.ts';
import { context } from './context.ts';
import { customCommands } from './custom-commands.ts';
import { doctor } from './doctor.ts';
import { explore } from './explore.ts';
import { feedback } from './feedback.ts';
import { importPeer } from './import.ts';
import { auth, login, logout } from './keys.ts';
import { memory } from './memory.ts';
import { models } from './models.ts';
import { policy } from './policy.ts';
import { rewind } from './rewind.ts';
import { route } from './route.ts';
import { scripted } from './scripted.ts';
import { sessions } from './sessions.ts';
import { stats } from './stats.ts';
import { trust } from './trust.ts';
import { diff, redo, undo } from './undo.ts';
import { watch } from './watch.ts';
import { workflow } from './workflow.ts';
import { worktree } from './worktree.ts';

const table: Readonly<Record<string, Command>> = {
  acp: async (context) => (await import('../acp/editor-agent.ts')).acp(context),
  agents,
  analyse,
  check,
  auth,
  commands: customCommands,
  commit,
  completion,
  config,
  context,
  demo,
  diff,
  doctor,
  explore,
  feedback,
  import: importPeer,
  login,
  logout,
  map,
  mcp: async (given) => (await import('./mcp.ts')).mcp(given),
  'mcp-server': async (given) => (await import('../mcp-server/main.ts')).mcpServer(given),
  memory,
  models,
  policy,
  pr: pullRequest,
  redo,
  rewind,
  route,
  scripted,
  search,
  sessions,
  stats,
  trust,
  undo,
  watch,
  workflow,
  worktree,
};

interpretSchemas();
exitWhenDone(main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const world = readWorld();
  try {
    const line = parseCommandLine(args, optionsOf);
    const spec = commands.find(({ name }) => name === line.command);
    const command = table[line.command];
    if (!spec || !command) throw new Error(`no command ${line.command}`);
    if (line.options.has('help')) {
      world.out(commandHelp(spec));
      return 0;
    }
    return await command(createCommandContext(world, line));
  } catch (thrown) {
    const failure = describeFailure(thrown);
    if (args.includes('--json')) printJson(world, { error: failure });
    world.err(`monkey: ${printable(failure.message)}\n        ${failure.advice}\n`);
    return failure.exitCode;
  }
}
