// What each subcommand takes and says of itself, as data: its parser, help and completion are made from it.
import { type CommandName, commandNames } from './command-names.ts';
import type { OptionSpec } from './option-spec.ts';
import { cwd, permissionModes, runOptions } from './run-options.ts';
import { workSpecs } from './work-commands.ts';

/** One subcommand. */
export interface CommandSpec {
  readonly name: CommandName;
  readonly aliases?: readonly string[];
  /** What follows the name, for help. */
  readonly usage: string;
  readonly help: string;
  /** None for what is a run: those have the flags of one. */
  readonly options: readonly OptionSpec[];
  /** A kind of work: it has the flags of a run besides its own. */
  readonly isWork?: boolean;
}

/** Flags of a run that bound what an MCP client may ask for. */
const serverOptions: readonly string[] = [
  'model',
  'permission-mode',
  'allowed-tools',
  'disallowed-tools',
  'check',
  'max-turns',
  'max-minutes',
  'max-budget-usd',
  'cwd',
  'sandbox',
  'network',
  'allow-domain',
  'settings',
  'mcp-config',
  'strict-mcp-config',
];

const json: OptionSpec = { name: 'json', help: 'print JSON' };
const preview: OptionSpec = { name: 'preview', short: 'n', help: 'show what would change, change nothing' };

/** Flags of a run that hold for all members of a workflow. */
const workflowFlags: readonly string[] = [
  'model',
  'permission-mode',
  'allowed-tools',
  'disallowed-tools',
  'check',
  'max-turns',
  'max-minutes',
  'max-budget-usd',
  'sandbox',
  'network',
  'allow-domain',
  'settings',
  'no-color',
];

const specs: Readonly<Record<CommandName, Omit<CommandSpec, 'name' | 'aliases'>>> = {
  undo: {
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
  redo: {
    usage: '[snapshot]',
    help: 'bring back what undo took away',
    options: [preview, { name: 'step', help: 'only one step' }, json, cwd],
  },
  rewind: {
    usage: '[session [number]]',
    help: 'back to before a request: the conversation in a copy, the files by undo',
    options: [
      preview,
      { name: 'only', value: 'what', choices: ['conversation', 'files'], help: 'one of them alone' },
      json,
      cwd,
    ],
  },
  diff: {
    usage: '[snapshot]',
    help: 'what the last run changed',
    options: [cwd, { name: 'no-color', help: 'no colours' }],
  },
  commit: {
    usage: '',
    help: 'commit what is staged, else all changes; the message is made from them, hooks do not run',
    options: [
      { name: 'dry-run', short: 'n', help: 'show message and files, commit nothing' },
      { name: 'message', short: 'm', value: 'text', help: 'this message instead' },
      { name: 'model', value: 'model', help: 'let this model write the message, from the diff' },
      { name: 'hooks', help: "run the repository's own hooks and filters" },
      json,
      cwd,
    ],
  },
  pr: {
    usage: '',
    help: 'title and body of a pull request, from commits and diff; opens and sends nothing',
    options: [
      { name: 'base', value: 'branch', help: "branch it goes into (the remote's default, main, master)" },
      { name: 'model', value: 'model', help: 'let this model write title and reasons, from the diff' },
      json,
      cwd,
    ],
  },
  worktree: {
    usage: 'list | remove NAME',
    help: 'look after git worktrees; removes one only when nothing in it can be lost',
    options: [{ name: 'with-ignored', help: 'remove: also files that git ignores' }, json, cwd],
  },
  explore: {
    usage: 'list | show NAME | clean [NAME…]',
    help: 'look after the folders of candidates (--strategy explore); removes none that holds what no run recorded',
    options: [
      { name: 'all', help: 'list, clean: of all projects, not of this folder alone' },
      { name: 'force', help: 'clean: also folders that were changed since, or that no session knows of' },
      json,
      cwd,
    ],
  },
  watch: {
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
  sessions: {
    usage: 'list | show ID | search TEXT | rename ID TITLE | export ID [FILE] | import FILE | delete ID',
    help: 'look after sessions',
    options: [
      json,
      cwd,
      { name: 'all', short: 'a', help: 'of all folders' },
      { name: 'format', value: 'format', choices: ['jsonl', 'markdown', 'atif'], help: 'of the export' },
    ],
  },
  models: {
    usage: '[text] | health | refresh FILE|URL',
    help: 'known models, prices, and which can be used here; health: how they have been doing; refresh: newer facts',
    options: [json, { name: 'all', short: 'a', help: 'also of providers without a key' }],
  },
  config: {
    usage: '[get KEY | set KEY VALUE | unset KEY | path]',
    help: 'show or change the user settings',
    options: [json, cwd],
  },
  map: {
    usage: '[words]',
    help: 'the definitions of this folder that matter most, for a task in words; no model is asked',
    options: [
      { name: 'tokens', value: 'n', help: 'how long it may be (1024)' },
      { name: 'focus', value: 'file', many: true, help: 'a file the work is about' },
      json,
      cwd,
    ],
  },
  search: {
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
  analyse: {
    usage: '',
    help: 'what kind of project this is, each fact with its place; nothing is executed, no model is asked',
    options: [
      { name: 'near', value: 'file', help: 'count patterns of the files around this one first' },
      json,
      cwd,
      { name: 'no-color', help: 'no colours' },
    ],
  },
  check: {
    usage: '[PATH ...]',
    help: 'syntax, imports, dependencies, format, types, lint, build, tests; exit code 6 when one fails',
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
  context: {
    usage: '[session]',
    help: "what fills the model's window, what was taken out, what the cache saved",
    options: [json, cwd],
  },
  policy: {
    usage: '[show | explain TOOL(WHAT) | audit]',
    help: 'what is allowed here and who says so, what would be decided about a call, what was decided',
    options: [json, cwd, { name: 'all', short: 'a', help: 'audit: of all folders' }],
  },
  mcp: {
    usage: 'add NAME (URL | -- COMMAND …) | list | get NAME | remove NAME | tools [NAME] | auth NAME',
    help: 'MCP servers: add, show, what each costs, what it offers, log in',
    options: [
      {
        name: 'scope',
        value: 'scope',
        choices: ['user', 'project'],
        help: 'your settings (default), or .mcp.json of the folder',
      },
      {
        name: 'transport',
        value: 'kind',
        choices: ['stdio', 'http', 'sse'],
        help: 'how it is reached; else by what is given',
      },
      {
        name: 'env',
        value: 'NAME=VALUE',
        many: true,
        help: 'a variable for its program; the value may name variables of yours',
      },
      {
        name: 'header',
        value: 'NAME: VALUE',
        many: true,
        help: 'a header for its requests; likewise',
      },
      { name: 'forget', help: 'with auth: log out' },
      { name: 'no-browser', help: 'with auth: print the address instead of opening it' },
      json,
      cwd,
    ],
  },
  'mcp-server': {
    usage: '',
    help: 'serve this folder to another agent as MCP tools; no client can widen what the flags allow',
    options: runOptions.filter(({ name }) => serverOptions.includes(name)),
  },
  acp: {
    usage: '',
    help: 'serve an editor by the Agent Client Protocol over standard input and output',
    options: [
      { name: 'model', short: 'm', value: 'model', help: 'as for a run' },
      { name: 'permission-mode', value: 'mode', choices: permissionModes, help: 'mode a session begins with' },
      { name: 'max-budget-usd', value: 'usd', help: 'no prompt may cost more' },
      { name: 'settings', value: 'file', help: 'one more settings file' },
      cwd,
    ],
  },
  memory: {
    usage: 'list | add TEXT | forget ID',
    help: 'facts about this folder that are kept for later sessions; the agent may propose one, you decide',
    options: [json, cwd],
  },
  import: {
    usage: 'claude | codex | cursor | gemini | opencode',
    help: 'show what another agent has that could be taken over: rules, agents, skills, commands, hooks, MCP servers',
    options: [
      { name: 'apply', help: 'take it; what is there already stays as it is' },
      { name: 'grants', help: 'with --apply: also rules that allow, hooks and MCP servers' },
      json,
      cwd,
    ],
  },
  'run-command': {
    usage: 'NAME [arguments]',
    help: 'run a custom command or a skill, as /NAME does; takes the flags of a run',
    options: [],
  },
  agents: {
    usage: 'list | show NAME | enable NAME | disable NAME | pin NAME | unpin NAME | choose "task"',
    help: 'the registry of agents: built in, yours, and the project’s; which text is used, how their runs ended',
    options: [{ name: 'capability', value: 'word', help: 'list: only those that are good at it' }, json, cwd],
  },
  commands: {
    usage: 'list | show NAME',
    help: 'custom commands and skills that can be called here, and where they come from',
    options: [json, cwd],
  },
  trust: {
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
  doctor: { usage: '', help: 'check the installation: Node, git, sandbox, keys, state', options: [json, cwd] },
  login: {
    usage: 'PROVIDER',
    help: 'store a key (asked for, or from standard input)',
    options: [
      { name: 'no-check', help: 'do not ask the provider whether the key works' },
      { name: 'replace', help: 'in place of the stored keys; else it is tried before them' },
    ],
  },
  logout: { usage: 'PROVIDER [FINGERPRINT]', help: 'forget stored keys, or one of them', options: [] },
  auth: { usage: '', help: 'which keys are known, by fingerprint', options: [json] },
  route: {
    usage: '"task"',
    help: 'explain which models would do a task: candidates, chances, cost, why',
    options: [
      json,
      { name: 'plot', help: 'draw the front of chains and what is believed of the models' },
      { name: 'svg', value: 'file', help: 'the same as an SVG file' },
      {
        name: 'export',
        value: 'file',
        help: 'write all that the router has learnt from, one JSON line a run: no prompts, no paths',
      },
      { name: 'import', value: 'file', help: 'learn from such a file too, as of somebody in your team' },
      cwd,
    ],
  },
  feedback: {
    usage: 'up | down [session]',
    help: 'say whether a result was right; the router learns from it',
    options: [json, cwd],
  },
  stats: {
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
  workflow: {
    usage: 'run FILE | resume [SESSION] | validate FILE | graph FILE | clean',
    help: 'several agents at work by a plan in YAML: run it, go on after a stop, check it, draw it',
    options: [
      { name: 'input', short: 'i', value: 'name=value', many: true, help: 'a value for one of its inputs' },
      { name: 'answer', value: 'step=text', many: true, help: 'what a person answers to a checkpoint' },
      ...runOptions.filter(({ name }) => workflowFlags.includes(name)),
      { name: 'svg', value: 'file', help: 'graph: as an SVG file instead of Mermaid' },
      { name: 'force', help: 'clean: also copies of which something was not taken' },
      { name: 'all', help: 'clean: of all folders, and those that no session knows of' },
      { name: 'quiet', short: 'q', help: 'only the end' },
      { name: 'events', help: 'every event of the workflow and its members as a JSON line' },
      json,
      cwd,
    ],
  },
  completion: {
    usage: 'bash | zsh | fish | powershell',
    help: 'a completion script for your shell',
    options: [],
  },
  demo: {
    usage: '[scenario]',
    help: 'watch a whole run on a sample repository, with a scripted model',
    options: [
      { name: 'list', help: 'the scenarios' },
      { name: 'keep', help: 'keep the temporary folder' },
      { name: 'fast', help: 'no pauses' },
      { name: 'no-color', help: 'no colours' },
    ],
  },
  scripted: {
    usage: 'SCENARIO.yaml',
    help: 'serve a scenario as a model provider over HTTP',
    options: [
      { name: 'port', value: 'n', help: 'port on the loopback address (a free one)' },
      { name: 'log', help: 'print every request' },
    ],
  },
  ...workSpecs,
};

/** The subcommands, in the order of the help. */
export const commands: readonly CommandSpec[] = commandNames.map((named) => ({ ...named, ...specs[named.name] }));

/** The flags of a subcommand. */
export function optionsOf(name: CommandName): readonly OptionSpec[] {
  return specs[name].options;
}
