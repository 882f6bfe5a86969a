// Every flag and subcommand of `monkey`, as data: parser, help and completion are made from it.

/** One flag. */
export interface OptionSpec {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  /** Further long names, not shown. */
  readonly aliases?: readonly string[];
  /** Name of the value in help; absent for a switch. */
  readonly value?: string;
  /** The value may be left out. */
  readonly valueOptional?: boolean;
  /** May be given several times; values add up. */
  readonly many?: boolean;
  readonly choices?: readonly string[];
  readonly help: string;
}

/** One subcommand. */
export interface CommandSpec {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What follows the name, for help. */
  readonly usage: string;
  readonly help: string;
  /** None for what is a run: those have the flags of one. */
  readonly options: readonly OptionSpec[];
  /** It is a run like `monkey "…"`, only asked for otherwise. */
  readonly isRun?: boolean;
}

const json: OptionSpec = { name: 'json', help: 'print JSON' };
const preview: OptionSpec = { name: 'preview', short: 'n', help: 'show what would change, change nothing' };
const cwd: OptionSpec = { name: 'cwd', short: 'C', value: 'dir', help: 'work in this folder' };

/** Flags of a run: `monkey [flags] "prompt"`. */
export const runOptions: readonly OptionSpec[] = [
  {
    name: 'print',
    short: 'p',
    help: 'print the answer and exit; never asks. Standard input is the prompt, or is added to it',
  },
  {
    name: 'model',
    short: 'm',
    value: 'model',
    help: 'provider/model, an alias, a tier (fast, smart, reasoning, local), or auto: the router chooses',
  },
  { name: 'agent', value: 'name', help: 'who works: an agent of `monkey agents`; else chosen by the task' },
  { name: 'continue', short: 'c', help: 'go on with the newest session of this folder' },
  {
    name: 'resume',
    short: 'r',
    value: 'id',
    valueOptional: true,
    help: 'go on with a session; without id, the newest',
  },
  { name: 'fork-session', help: 'with --continue or --resume: go on in a copy' },
  {
    name: 'output-format',
    value: 'format',
    choices: ['text', 'json', 'stream-json'],
    help: 'text, json or stream-json',
  },
  { name: 'json-schema', value: 'file|json', help: 'the answer must be JSON of this schema' },
  {
    name: 'permission-mode',
    value: 'mode',
    choices: ['default', 'acceptEdits', 'plan', 'auto', 'dontAsk', 'bypassPermissions'],
    help: 'how much is allowed without asking',
  },
  {
    name: 'allowed-tools',
    aliases: ['allowedTools'],
    value: 'rules',
    many: true,
    help: 'allow by rule, e.g. "Edit Bash(npm test:*)"',
  },
  { name: 'disallowed-tools', aliases: ['disallowedTools'], value: 'rules', many: true, help: 'deny by rule' },
  {
    name: 'check',
    value: 'command',
    many: true,
    help: 'a command that must succeed for the work to count as verified',
  },
  {
    name: 'strategy',
    value: 'name',
    choices: ['single', 'auto', 'explore', 'quantum', 'superposition', 'improvise', 'jazz'],
    help: 'explore: try several candidates side by side and keep only what the checks prove; improvise: with approaches drawn first; auto: where it pays',
  },
  {
    name: 'candidates',
    value: 'n',
    help: 'so many candidates for --strategy explore or improvise (2 to 8, default 3)',
  },
  { name: 'max-turns', value: 'n', help: 'stop after so many model calls' },
  { name: 'max-minutes', value: 'n', help: 'stop after so many minutes' },
  { name: 'max-budget-usd', value: 'usd', help: 'the run may not cost more' },
  cwd,
  { name: 'add-dir', value: 'dir', many: true, help: 'a further folder to read and write' },
  { name: 'worktree', short: 'w', value: 'name', valueOptional: true, help: 'work in a git worktree of its own' },
  { name: 'sandbox', value: 'mode', choices: ['required', 'preferred', 'off'], help: 'how commands are sandboxed' },
  { name: 'network', help: 'commands may use the network' },
  { name: 'allow-domain', value: 'domain', many: true, help: 'commands may reach this domain, e.g. *.example.com' },
  { name: 'settings', value: 'file', help: 'a further settings file' },
  { name: 'ephemeral', help: 'keep no session on disk' },
  { name: 'yolo', help: 'the same as --permission-mode bypassPermissions' },
  { name: 'verbose', help: 'show more of what happens' },
  { name: 'no-color', help: 'no colours (NO_COLOR is honoured too)' },
  { name: 'help', short: 'h', help: 'this text' },
  { name: 'version', short: 'V', aliases: ['v'], help: 'the version' },
];

/** The subcommands. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'undo',
    usage: '[snapshot]',
    help: 'take back the last run (or step), keeping what you changed since',
    options: [
      preview,
      { name: 'step', help: 'only the last step' },
      { name: 'file', value: 'path', help: 'only this file, as it was before the run or the snapshot' },
      json,
      cwd,
    ],
  },
  {
    name: 'redo',
    usage: '[snapshot]',
    help: 'bring back what undo took away',
    options: [preview, { name: 'step', help: 'only one step' }, json, cwd],
  },
  {
    name: 'rewind',
    usage: '[session [number]]',
    help: 'back to before a request: the conversation in a copy, the files by undo',
    options: [
      preview,
      { name: 'only', value: 'what', choices: ['conversation', 'files'], help: 'one of them alone' },
      json,
      cwd,
    ],
  },
  {
    name: 'diff',
    usage: '[snapshot]',
    help: 'what the last run changed',
    options: [cwd, { name: 'no-color', help: 'no colours' }],
  },
  {
    name: 'commit',
    usage: '',
    help: 'commit what is staged, else all changes, with a message made from them; no hook or filter of the repository runs',
    options: [
      { name: 'dry-run', short: 'n', help: 'show message and files, commit nothing' },
      { name: 'message', short: 'm', value: 'text', help: 'this message instead' },
      { name: 'hooks', help: "run the repository's own hooks and filters" },
      json,
      cwd,
    ],
  },
  {
    name: 'pr',
    usage: '',
    help: 'title and body of a pull request, from commits and diff; opens and sends nothing',
    options: [
      { name: 'base', value: 'branch', help: "branch it goes into (the remote's default, main, master)" },
      json,
      cwd,
    ],
  },
  {
    name: 'worktree',
    aliases: ['worktrees'],
    usage: 'list | remove NAME',
    help: 'look after git worktrees; removes one only when nothing in it can be lost',
    options: [{ name: 'with-ignored', help: 'remove: also files that git ignores' }, json, cwd],
  },
  {
    name: 'explore',
    usage: 'list | show NAME | clean [NAME…]',
    help: 'look after the folders of candidates (--strategy explore); removes none that holds what no run recorded',
    options: [
      { name: 'all', help: 'list, clean: of all projects, not of this folder alone' },
      { name: 'force', help: 'clean: also folders that were changed since, or that no session knows of' },
      json,
      cwd,
    ],
  },
  {
    name: 'watch',
    usage: '[--check] [--] COMMAND…',
    help: 'run a command, or the checks of the project, again whenever files change; Ctrl-C ends it',
    options: [
      { name: 'check', help: 'the checks of the project instead of a command' },
      { name: 'sandbox', value: 'mode', choices: ['required', 'preferred', 'off'], help: 'how commands are sandboxed' },
      { name: 'network', help: 'commands may use the network' },
      { name: 'sweep', help: 'compare times instead of using the system’s watches' },
      cwd,
    ],
  },
  {
    name: 'sessions',
    aliases: ['session'],
    usage: 'list | show ID | search TEXT | rename ID TITLE | export ID [FILE] | import FILE | delete ID',
    help: 'look after sessions',
    options: [
      json,
      cwd,
      { name: 'all', short: 'a', help: 'of all folders' },
      { name: 'format', value: 'format', choices: ['jsonl', 'markdown', 'atif'], help: 'of the export' },
    ],
  },
  {
    name: 'models',
    usage: '[text] | health | refresh FILE|URL',
    help: 'known models, prices, and which can be used here; health: how they have been doing; refresh: newer facts',
    options: [json, { name: 'all', short: 'a', help: 'also of providers without a key' }],
  },
  {
    name: 'config',
    usage: '[get KEY | set KEY VALUE | unset KEY | path]',
    help: 'show or change the user settings',
    options: [json, cwd],
  },
  {
    name: 'map',
    usage: '[words]',
    help: 'the definitions of this folder that matter most, for a task in words; no model is asked',
    options: [
      { name: 'tokens', value: 'n', help: 'how long it may be (1024)' },
      { name: 'focus', value: 'file', many: true, help: 'a file the work is about' },
      json,
      cwd,
    ],
  },
  {
    name: 'search',
    usage: 'TEXT',
    help: 'find text, symbols, callers, or code that is about something; no model is asked',
    options: [
      { name: 'regex', help: 'TEXT is a regular expression' },
      { name: 'symbols', help: 'where a name is defined' },
      { name: 'references', aliases: ['callers'], help: 'who uses a name' },
      { name: 'ranked', help: 'pieces of code about these words, best first' },
      { name: 'glob', value: 'glob', help: 'only files like this (text search)' },
      { name: 'ignore-case', short: 'i', help: 'in any case (text search)' },
      { name: 'limit', value: 'n', help: 'at most so many (50)' },
      json,
      cwd,
    ],
  },
  {
    name: 'analyse',
    aliases: ['analyze'],
    usage: '',
    help: 'what kind of project this is, each fact with its place; nothing is executed, no model is asked',
    options: [
      { name: 'near', value: 'file', help: 'count patterns of the files around this one first' },
      json,
      cwd,
      { name: 'no-color', help: 'no colours' },
    ],
  },
  {
    name: 'check',
    usage: '[PATH ...]',
    help: 'syntax, imports, dependencies, format, types, lint, build, tests; no model is asked. Exit code 6 when one fails',
    options: [
      { name: 'changed', help: 'only files that differ from the last commit' },
      {
        name: 'only',
        value: 'kind',
        many: true,
        choices: ['syntax', 'imports', 'dependencies', 'format', 'types', 'lint', 'build', 'tests'],
        help: 'only checks of this kind; may be given several times',
      },
      {
        name: 'fix-format',
        help: "first format with the project's own formatter, else a bundled one; of changed files only changed lines",
      },
      { name: 'mutate', help: 'make changed lines wrong, in a copy, and see whether the tests notice' },
      { name: 'mutants', value: 'n', help: 'try at most so many wrong versions (30)' },
      { name: 'timeout', value: 'seconds', help: 'how long one command may take (600)' },
      { name: 'all', help: 'show what is unsure too' },
      json,
      cwd,
      { name: 'no-color', help: 'no colours' },
    ],
  },
  {
    name: 'context',
    usage: '[session]',
    help: "what fills the model's window, what was taken out, what the cache saved",
    options: [json, cwd],
  },
  {
    name: 'policy',
    usage: '[show | explain TOOL(WHAT) | audit]',
    help: 'what is allowed here and who says so, what would be decided about a call, what was decided',
    options: [json, cwd, { name: 'all', short: 'a', help: 'audit: of all folders' }],
  },
  {
    name: 'memory',
    usage: 'list | add TEXT | forget ID',
    help: 'facts about this folder that are kept for later sessions; the agent may propose one, you decide',
    options: [json, cwd],
  },
  {
    name: 'import',
    usage: 'claude | codex | cursor | gemini | opencode',
    help: 'show what another agent has that could be taken over: rules, agents, skills, commands, hooks, MCP servers',
    options: [
      { name: 'apply', help: 'take it; what is there already stays as it is' },
      { name: 'grants', help: 'with --apply: also rules that allow, hooks and MCP servers' },
      json,
      cwd,
    ],
  },
  {
    name: 'run-command',
    usage: 'NAME [arguments]',
    help: 'run a custom command or a skill, as /NAME does; takes the flags of a run',
    options: [],
    isRun: true,
  },
  {
    name: 'agents',
    aliases: ['agent'],
    usage: 'list | show NAME | enable NAME | disable NAME | pin NAME | unpin NAME | choose "task"',
    help: 'the registry of agents: built in, yours, and the project’s; which text is used, how their runs ended',
    options: [{ name: 'capability', value: 'word', help: 'list: only those that are good at it' }, json, cwd],
  },
  {
    name: 'commands',
    aliases: ['skills'],
    usage: 'list | show NAME',
    help: 'custom commands and skills that can be called here, and where they come from',
    options: [json, cwd],
  },
  {
    name: 'trust',
    usage: '',
    help: 'let the hooks and MCP servers that this folder declares run, after seeing exactly what they are',
    options: [
      { name: 'show', help: 'only show what would run, and what was decided' },
      { name: 'forget', help: 'take the trust back' },
      { name: 'yes', help: 'do not ask' },
      json,
      cwd,
    ],
  },
  { name: 'doctor', usage: '', help: 'check the installation: Node, git, sandbox, keys, state', options: [json, cwd] },
  {
    name: 'login',
    usage: 'PROVIDER',
    help: 'store a key (asked for, or from standard input)',
    options: [
      { name: 'no-check', help: 'do not ask the provider whether the key works' },
      { name: 'replace', help: 'in place of the stored keys; else it is tried before them' },
    ],
  },
  { name: 'logout', usage: 'PROVIDER [FINGERPRINT]', help: 'forget stored keys, or one of them', options: [] },
  { name: 'auth', usage: '', help: 'which keys are known, by fingerprint', options: [json] },
  {
    name: 'route',
    usage: '"task"',
    help: 'explain which models would do a task: candidates, chances, cost, why',
    options: [
      json,
      { name: 'plot', help: 'draw the front of chains and what is believed of the models' },
      { name: 'svg', value: 'file', help: 'the same as an SVG file' },
      { name: 'export', value: 'file', help: 'write all that the router has learnt from, one JSON line a run' },
      cwd,
    ],
  },
  {
    name: 'feedback',
    usage: 'up | down [session]',
    help: 'say whether a result was right; the router learns from it',
    options: [json, cwd],
  },
  {
    name: 'stats',
    usage: '',
    help: 'what was spent, by day, model, cause and run',
    options: [
      json,
      { name: 'csv', help: 'one row for each charge' },
      { name: 'days', value: 'n', help: 'how far back (30)' },
      { name: 'calibration', help: 'how good the quotes were, and the counters of the router' },
      cwd,
    ],
  },
  {
    name: 'completion',
    usage: 'bash | zsh | fish | powershell',
    help: 'a completion script for your shell',
    options: [],
  },
  {
    name: 'demo',
    usage: '[scenario]',
    help: 'watch a whole run on a sample repository, with a scripted model',
    options: [
      { name: 'list', help: 'the scenarios' },
      { name: 'keep', help: 'keep the temporary folder' },
      { name: 'fast', help: 'no pauses' },
      { name: 'no-color', help: 'no colours' },
    ],
  },
  {
    name: 'scripted',
    usage: 'SCENARIO.yaml',
    help: 'serve a scenario as a model provider over HTTP',
    options: [
      { name: 'port', value: 'n', help: 'port on the loopback address (a free one)' },
      { name: 'log', help: 'print every request' },
    ],
  },
];

/** The subcommand of that name, or undefined when the word is not one. */
export function commandOf(word: string | undefined): CommandSpec | undefined {
  return commands.find((command) => command.name === word || command.aliases?.includes(word ?? ''));
}
