// The names of all subcommands. What else there is to say of them lies in `command-specs.ts`, which a run does not load.

interface NamedCommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** It is a run like `monkey "…"`, only asked for otherwise: it has the flags of one. */
  readonly isRun?: boolean;
  /** A kind of work: a run that has flags of its own, too. */
  readonly isWork?: boolean;
}

/** In the order of the help. */
export const commandNames = [
  { name: 'undo' },
  { name: 'redo' },
  { name: 'rewind' },
  { name: 'diff' },
  { name: 'commit' },
  { name: 'pr' },
  { name: 'worktree', aliases: ['worktrees'] },
  { name: 'explore' },
  { name: 'watch' },
  { name: 'sessions', aliases: ['session'] },
  { name: 'models' },
  { name: 'config' },
  { name: 'map' },
  { name: 'search' },
  { name: 'analyse', aliases: ['analyze'] },
  { name: 'check' },
  { name: 'context' },
  { name: 'policy' },
  { name: 'mcp' },
  { name: 'mcp-server' },
  { name: 'acp' },
  { name: 'memory' },
  { name: 'import' },
  { name: 'run-command', isRun: true },
  { name: 'agents', aliases: ['agent'] },
  { name: 'commands', aliases: ['skills'] },
  { name: 'trust' },
  { name: 'doctor' },
  { name: 'login' },
  { name: 'logout' },
  { name: 'auth' },
  { name: 'route' },
  { name: 'feedback' },
  { name: 'stats' },
  { name: 'workflow', aliases: ['workflows'] },
  { name: 'completion' },
  { name: 'demo' },
  { name: 'scripted' },
  { name: 'fix', isRun: true, isWork: true },
  { name: 'test', isRun: true, isWork: true },
  { name: 'review', isRun: true, isWork: true },
  { name: 'explain', isRun: true, isWork: true },
  { name: 'plan', isRun: true, isWork: true },
  { name: 'refactor', isRun: true, isWork: true },
  { name: 'docs', isRun: true, isWork: true },
  { name: 'upgrade', isRun: true, isWork: true },
  { name: 'audit', isRun: true, isWork: true },
] as const satisfies readonly NamedCommand[];

/** Name of a subcommand. */
export type CommandName = (typeof commandNames)[number]['name'];

/** The subcommand of that name, or undefined when the word is not one. */
export function commandNamed(word: string | undefined): (NamedCommand & { readonly name: CommandName }) | undefined {
  const all: readonly (NamedCommand & { readonly name: CommandName })[] = commandNames;
  return all.find(({ name, aliases }) => name === word || aliases?.includes(word ?? ''));
}
