// `monkey map` and `monkey search`: what is known of the code of a folder, without a model.
import { searchEmbedder } from '@monkey-coder/engine';
import { MonkeyError } from '@monkey-coder/protocol';
import { type CodeIntelligence, createWorkspace, type Workspace } from '@monkey-coder/workspace';
import { optionNumber, optionValue } from '../command-line/parse.ts';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';

/** Shows the definitions that matter most. */
export const map: Command = (context) =>
  withWorkspace(context, async (workspace, signal) => {
    const { world, line } = context;
    const maxTokens = wholeNumber(context, 'tokens', 1024);
    const focus = await Promise.all(
      (line.options.get('focus') ?? []).map(async (file) => (await workspace.check(file, 'read')).path),
    );
    const code = await readyCode(context, workspace, signal);
    const made = code.map({ text: line.operands.join(' '), focus, maxTokens });
    if (context.asJson) return printJson(world, { state: code.state(), tokens: made.tokens, symbols: made.symbols });
    world.out(made.text === '' ? 'no definitions found here\n' : printable(made.text));
    return 0;
  });

/** Finds text, symbols, uses or pieces of code; exit code 1 when there is nothing. */
export const search: Command = (context) =>
  withWorkspace(context, async (workspace, signal) => {
    const { world, line } = context;
    const text = line.operands.join(' ');
    if (text === '') throw new MonkeyError('usage.invalid', 'What to search for is missing: monkey search TEXT');
    const limit = wholeNumber(context, 'limit', 50);
    const found = await find(context, workspace, { text, limit, signal });
    if (context.asJson) printJson(world, found.data);
    else if (found.lines.length === 0) world.err('nothing found\n');
    else world.out(`${found.lines.map(printable).join('\n')}\n`);
    return found.lines.length === 0 ? 1 : 0;
  });

interface Question {
  readonly text: string;
  readonly limit: number;
  readonly signal: AbortSignal;
}

interface Found {
  readonly data: unknown;
  readonly lines: readonly string[];
}

async function find(context: CommandContext, workspace: Workspace, question: Question): Promise<Found> {
  const { options } = context.line;
  if (options.has('symbols')) return symbols(await readyCode(context, workspace, question.signal), question);
  if (options.has('references')) return references(await readyCode(context, workspace, question.signal), question);
  if (options.has('ranked')) return ranked(await readyCode(context, workspace, question.signal), question);
  return textMatches(context, workspace, question);
}

async function textMatches({ line }: CommandContext, workspace: Workspace, question: Question): Promise<Found> {
  const glob = optionValue(line, 'glob');
  const { matches, truncated } = await workspace.search.search({
    pattern: question.text,
    syntax: line.options.has('regex') ? 'regex' : 'literal',
    caseSensitive: !line.options.has('ignore-case'),
    ...(glob === undefined ? {} : { glob }),
    limit: question.limit,
    signal: question.signal,
  });
  return {
    data: { matches, truncated },
    lines: matches.map(({ path, line: number, text }) => `${path}:${number}:${text}`),
  };
}

function symbols(code: CodeIntelligence, { text, ...limits }: Question): Found {
  const places = code.definitions(text, limits);
  const inside = (container: string | null) => (container === null ? '' : `${container}.`);
  return {
    data: { symbols: places },
    lines: places.map(
      ({ path, line, kind, name, container }) => `${path}:${line}: ${kind} ${inside(container)}${name}`,
    ),
  };
}

async function references(code: CodeIntelligence, { text, ...limits }: Question): Promise<Found> {
  const places = await code.references(text, limits);
  return {
    data: { references: places },
    lines: places.map((place) => {
      const inside = place.container === null ? '' : ` [in ${place.container}]`;
      return `${place.path}:${place.line}:${inside} ${place.text}`;
    }),
  };
}

async function ranked(code: CodeIntelligence, { text, ...limits }: Question): Promise<Found> {
  const matches = await code.rank(text, limits);
  return {
    data: { matches },
    lines: matches.map(({ path, firstLine, lastLine, name }) => `${path}:${firstLine}-${lastLine} ${name}`.trimEnd()),
  };
}

async function readyCode(
  { world }: CommandContext,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<CodeIntelligence> {
  const code = await workspace.code();
  const { isComplete } = await code.ready({ waitMs: 700, signal });
  if (isComplete) return code;
  world.err('reading the code, once …\n');
  await code.ready({ signal });
  return code;
}

/** Opens the workspace of the folder for one piece of work, and closes it. */
export async function withWorkspace(
  { world, cwd, loaded }: CommandContext,
  use: (workspace: Workspace, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const { environment, now, newId, homes } = world;
  const embedder = searchEmbedder(loaded().settings, (text) => world.err(`monkey: ${printable(text)}\n`));
  const workspace = createWorkspace({
    root: cwd(),
    addedFolders: [],
    stateFolder: homes.state,
    protectedFolders: [],
    environment,
    now,
    newId,
    ...(embedder === undefined ? {} : { embedder }),
  });
  try {
    return await use(workspace, new AbortController().signal);
  } finally {
    await workspace.close();
  }
}

function wholeNumber({ line }: CommandContext, name: string, otherwise: number): number {
  const value = optionNumber(line, name) ?? otherwise;
  if (Number.isInteger(value) && value > 0) return value;
  throw new MonkeyError('usage.invalid', `--${name} needs a whole number above 0, not ${value}`);
}
