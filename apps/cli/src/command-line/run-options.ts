// The flags of a run, `monkey [flags] "prompt"`, as data.
import type { OptionSpec } from './option-spec.ts';

/** Modes of permission, as they are written. */
export const permissionModes = ['default', 'acceptEdits', 'plan', 'auto', 'dontAsk', 'bypassPermissions'];

/** The folder, of a run and of most subcommands. */
export const cwd: OptionSpec = { name: 'cwd', short: 'C', value: 'dir', help: 'work in this folder' };

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
  {
    name: 'input-format',
    value: 'format',
    choices: ['text', 'stream-json'],
    help: 'stream-json: standard input is one message a line: a prompt of the session, or, while it works, what steers it',
  },
  { name: 'json-schema', value: 'file|json', help: 'the answer must be JSON of this schema' },
  {
    name: 'permission-mode',
    value: 'mode',
    choices: permissionModes,
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
    help: 'explore: several candidates, kept is what checks prove; improvise: approaches are drawn first; auto: where it pays',
  },
  {
    name: 'candidates',
    value: 'n',
    help: 'so many candidates for --strategy explore or improvise (2 to 8, default 3)',
  },
  { name: 'max-turns', value: 'n', help: 'stop after so many model calls' },
  { name: 'max-minutes', value: 'n', help: 'stop after so many minutes' },
  { name: 'max-budget-usd', aliases: ['budget'], value: 'usd', help: 'the run may not cost more' },
  cwd,
  { name: 'add-dir', value: 'dir', many: true, help: 'a further folder to read and write' },
  { name: 'worktree', short: 'w', value: 'name', valueOptional: true, help: 'work in a git worktree of its own' },
  { name: 'sandbox', value: 'mode', choices: ['required', 'preferred', 'off'], help: 'how commands are sandboxed' },
  { name: 'network', help: 'commands may use the network' },
  { name: 'allow-domain', value: 'domain', many: true, help: 'commands may reach this domain, e.g. *.example.com' },
  { name: 'mcp-config', value: 'file|json', many: true, help: 'further MCP servers: {"mcpServers": {…}}' },
  { name: 'strict-mcp-config', help: 'only the MCP servers of --mcp-config' },
  { name: 'settings', value: 'file', help: 'a further settings file' },
  {
    name: 'screen-reader',
    help: 'at a terminal, without a prompt: plain lines from top to bottom, nothing is drawn anew',
  },
  { name: 'ephemeral', help: 'keep no session on disk' },
  { name: 'yolo', help: 'the same as --permission-mode bypassPermissions' },
  { name: 'verbose', help: 'show more of what happens' },
  { name: 'no-color', help: 'no colours (NO_COLOR is honoured too)' },
  { name: 'help', short: 'h', help: 'this text' },
  { name: 'version', short: 'V', aliases: ['v'], help: 'the version' },
];
