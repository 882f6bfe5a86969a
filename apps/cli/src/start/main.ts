// `monkey "…"`: one run, or one after another at the terminal. The exit code is the outcome's.
import {
  createEngine,
  createWorktree,
  type Engine,
  type LoadedSettings,
  type RunConnection,
  refuseBadSchema,
  type Settings,
  wasCutShort,
} from '@monkey-coder/engine';
import {
  exitCodeOfOutcome,
  interpretSchemas,
  MonkeyError,
  nearestNames,
  type Task,
  type WorkReport,
} from '@monkey-coder/protocol';
import { commandNamed, commandNames } from '../command-line/command-names.ts';
import type { OptionSpec } from '../command-line/option-spec.ts';
import { type CommandLine, optionValue, parseCommandLine } from '../command-line/parse.ts';
import { commandSettings, workingFolder } from '../configuration/command-settings.ts';
import { readWorld, type World } from '../configuration/environment.ts';
import { createHumanOutput } from '../output/human.ts';
import type { OutputListener } from '../output/listener.ts';
import { createJsonOutput, createPrintOutput } from '../output/quiet.ts';
import { createStreamJsonOutput } from '../output/stream-json.ts';
import { closedGate } from '../run/closed-gate.ts';
import { continuedTask } from '../run/continued-task.ts';
import { readPrompt } from '../run/prompt.ts';
import { type SignalWatch, watchSignals } from '../run/signals.ts';
import { sessionChoiceOf, taskOf } from '../run/task.ts';
import type { TerminalConversation } from '../run/terminal-gate.ts';
import { exitWhenDone } from '../terminal/exit.ts';
import { describeFailure } from '../terminal/fail.ts';
import { createStyle, printable, type Style, wantsColor } from '../terminal/style.ts';
import { terminalKind } from './terminal-kind.ts';

interface RunSetting {
  readonly world: World;
  readonly line: CommandLine;
  readonly loaded: LoadedSettings;
  readonly engine: Engine;
  readonly output: OutputListener;
  readonly style: Style;
  readonly cwd: string;
  /** Present when a person can be asked. */
  readonly terminal: TerminalConversation | undefined;
  /** What came for the run that works, where that is read from a stream. */
  readonly takeSteering?: () => readonly string[];
}

interpretSchemas();
exitWhenDone(main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const world = readWorld();
  let output = outputBeforeParsing(world, args);
  try {
    const line = parseCommandLine(args, await workOptions(args[0]));
    if (line.options.has('help')) return await printHelp(world, line);
    if (line.options.has('version')) return printVersion(world);
    refuseMisspeltCommand(line);
    output = outputOf(world, line);
    const cwd = await runFolder(world, line);
    const loaded = commandSettings(world, line, cwd);
    return await withEngine(world, line, loaded, output, cwd);
  } catch (thrown) {
    const failure = describeFailure(thrown);
    if (world.environment['MONKEY_DEBUG'] && thrown instanceof Error) world.err(`${thrown.stack}\n`);
    output.onFailure(failure);
    return failure.exitCode;
  }
}

/** The flags of a kind of work are read only for one. */
async function workOptions(word: string | undefined): Promise<(name: string) => readonly OptionSpec[]> {
  if (commandNamed(word)?.isWork !== true) return () => [];
  return (await import('../command-line/work-commands.ts')).workOptionsOf;
}

async function printHelp(world: World, line: CommandLine): Promise<number> {
  const { commandHelp, mainHelp } = await import('../command-line/help.ts');
  const { commands } = await import('../command-line/command-specs.ts');
  const command = commands.find(({ name }) => name === line.command);
  world.out(command === undefined ? mainHelp(world.version) : commandHelp(command));
  return 0;
}

function printVersion(world: World): number {
  world.out(`monkey ${world.version}\n`);
  return 0;
}

/** One bare word that is nearly a command is more likely a slip than a prompt. */
function refuseMisspeltCommand(line: CommandLine): void {
  const word = line.operands[0];
  if (line.command !== 'run') return;
  if (word === undefined || line.operands.length > 1 || !/^[a-z-]+$/.test(word)) return;
  const near = nearestNames(
    word,
    commandNames.map((command) => command.name),
  );
  if (near.length === 0) return;
  if (near.includes(word))
    throw new MonkeyError('usage.invalid', `the command comes first: monkey ${word} …, then its options`);
  throw new MonkeyError('usage.invalid', `unknown command "${word}"; did you mean ${near.join(' or ')}?`, {
    advice: 'To send it as a prompt, say more than one word.',
  });
}

/** Even a wrong flag is told in the format that was asked for. */
function outputBeforeParsing(world: World, args: readonly string[]): OutputListener {
  const at = args.indexOf('--output-format');
  const format = at < 0 ? args.find((word) => word.startsWith('--output-format='))?.split('=')[1] : args[at + 1];
  if (format === 'stream-json') return createStreamJsonOutput(world, world.version);
  return format === 'json' || args.includes('--json') ? createJsonOutput(world) : createPrintOutput(world);
}

function outputOf(world: World, line: CommandLine): OutputListener {
  const format = optionValue(line, 'output-format') ?? (line.options.has('json') ? 'json' : 'text');
  if (format === 'stream-json') return createStreamJsonOutput(world, world.version);
  if (format === 'json') return createJsonOutput(world);
  // Standard output belongs to the findings then.
  if (optionValue(line, 'sarif') === '-') return createPrintOutput({ ...world, out: world.err });
  if (line.options.has('print')) return createPrintOutput(world);
  return createHumanOutput({
    streams: world,
    style: styleOf(world, line),
    version: world.version,
    verbose: line.options.has('verbose'),
  });
}

function styleOf(world: World, line: CommandLine): Style {
  return createStyle(wantsColor(world.environment, { isTTY: world.outIsTerminal }, line.options.has('no-color')));
}

async function runFolder(world: World, line: CommandLine): Promise<string> {
  const cwd = workingFolder(world, line);
  if (!line.options.has('worktree')) return cwd;
  const made = await createWorktree({
    cwd,
    data: world.homes.data,
    name: optionValue(line, 'worktree') ?? world.newId('run'),
  });
  world.err(`monkey: working in the worktree ${made.folder} (branch ${made.branch})\n`);
  return made.folder;
}

async function withEngine(
  world: World,
  line: CommandLine,
  loaded: LoadedSettings,
  output: OutputListener,
  cwd: string,
): Promise<number> {
  const engine = createEngine({
    homes: world.homes,
    settings: loaded.settings,
    warnings: loaded.warnings,
    productVersion: world.version,
    environment: world.environment,
    now: world.now,
    random: world.random,
    newId: world.newId,
  });
  const isQuiet = ['print', 'output-format', 'input-format', 'json'].some((name) => line.options.has(name));
  const isInteractive = world.inIsTerminal && world.outIsTerminal && !isQuiet;
  const style = styleOf(world, line);
  const isWork = commandNamed(line.command)?.isWork === true;
  const isDrawn = isInteractive && !isWork && terminalKind(world, line, loaded) === 'drawn';
  const terminal = isInteractive && !isDrawn ? await openLines(world, style) : undefined;
  const setting: RunSetting = { world, line, loaded, engine, output, style, cwd, terminal };
  try {
    if (isWork) return await runWork(setting);
    if (isDrawn) return await converseDrawn(setting);
    if (optionValue(line, 'input-format') === 'stream-json') return await runStream(setting);
    return await (terminal && line.operands.length === 0 ? converse(setting, terminal) : runOnce(setting));
  } finally {
    terminal?.close();
    await engine.close();
  }
}

/** The line mode, loaded only where somebody is to be asked. */
async function openLines(world: World, style: Style): Promise<TerminalConversation> {
  const { openTerminal } = await import('../run/terminal-gate.ts');
  return openTerminal(world.stdin, world.out, style);
}

/** The interactive terminal; nothing of it is loaded for other runs. */
async function converseDrawn(setting: RunSetting): Promise<number> {
  const [{ openInteractive }, { interactiveHost }] = await Promise.all([
    import('../interactive/interactive.ts'),
    import('./interactive-host.ts'),
  ]);
  return await openInteractive(interactiveHost(setting));
}

async function runOnce(setting: RunSetting): Promise<number> {
  const { world, line, engine, cwd } = setting;
  const operands = namesCommand(line) ? [calledByName(line.operands)] : line.operands;
  const prompt = await readPrompt(world, operands, (text) => world.err(`monkey: ${text}\n`));
  const session = sessionChoiceOf(line, engine.sessions, cwd);
  if (prompt === '' && session.kind !== 'resume') {
    throw new MonkeyError('usage.invalid', 'no prompt: say what to do, e.g. monkey "fix the failing test"');
  }
  return (await runTask(setting, prompt, session)).exitCode;
}

/** One prompt after another from standard input; ends with the last one's exit code. */
async function runStream(setting: RunSetting): Promise<number> {
  const { world, line, engine, cwd } = setting;
  if (line.operands.length > 0)
    throw new MonkeyError('usage.invalid', 'with --input-format stream-json prompts come from standard input alone');
  const { PromptInput } = await import('../run/input-stream.ts');
  const input = new PromptInput(world.stdin);
  const steered: RunSetting = { ...setting, takeSteering: () => input.takeSteering() };
  let session = sessionChoiceOf(line, engine.sessions, cwd);
  let exitCode: number | undefined;
  for (let prompt = await input.next(); prompt !== undefined; prompt = await input.next()) {
    const done = await runTask(steered, prompt, session);
    exitCode = done.exitCode;
    if (session.kind !== 'ephemeral') session = { kind: 'resume', sessionId: done.sessionId };
  }
  if (exitCode === undefined) throw new MonkeyError('usage.invalid', 'no prompt came on standard input');
  return exitCode;
}

/** One kind of work; what only these need is read only then. */
async function runWork(setting: RunSetting): Promise<number> {
  const { world, line, loaded, engine, cwd } = setting;
  const { planTaskOf, workTaskOf } = await import('../run/work.ts');
  const { auditAlone, refuseBadTarget, writeWorkFiles } = await import('../run/work-report.ts');
  refuseBadTarget(line);
  if (line.options.has('apply')) {
    const { task, session } = planTaskOf(line, loaded.settings, { sessions: engine.sessions, cwd });
    return (await runTask(setting, task.prompt, session, task)).exitCode;
  }
  const task = await workTaskOf(world, line, loaded.settings, cwd);
  if (line.options.has('no-model')) return auditAlone(world, line, { cwd, targets: task.work?.targets ?? [] });
  const session = sessionChoiceOf(line, engine.sessions, cwd);
  const done = await runTask(setting, task.prompt, session, task);
  if (done.work !== undefined) writeWorkFiles(world, line, done.work);
  return done.exitCode;
}

/** `monkey run-command …`, also behind flags; a prompt of one argument is a prompt. */
function namesCommand({ command, operands }: CommandLine): boolean {
  return command === 'run-command' || (operands[0] === 'run-command' && operands.length > 1);
}

/** `run-command review src` is `/review src`. */
function calledByName(operands: readonly string[]): string {
  const [name, ...rest] = operands[0] === 'run-command' ? operands.slice(1) : operands;
  if (name === undefined) throw new MonkeyError('usage.invalid', 'name a command: `monkey commands` lists them');
  return [`/${name.replace(/^\//, '')}`, ...rest.map((word) => (/\s/.test(word) ? `"${word}"` : word))].join(' ');
}

/** The task of a custom command, where the prompt calls one. */
async function expanded(
  task: Task,
  { world, line, settings }: { readonly world: World; readonly line: CommandLine; readonly settings: Settings },
): Promise<Task> {
  if (!task.prompt.startsWith('/')) return task;
  const { customTask } = await import('../run/custom-task.ts');
  return customTask(task, world, {
    settings,
    mustExist: namesCommand(line),
    hasModel: line.options.has('model'),
  });
}

async function runTask(
  setting: RunSetting,
  prompt: string,
  session: Parameters<Engine['run']>[1],
  work: Partial<Task> = {},
): Promise<{ exitCode: number; sessionId: string; work?: WorkReport }> {
  const { world, line, loaded, engine, output, cwd, terminal } = setting;
  const asked = { ...taskOf(world, line, loaded.settings, cwd, prompt), ...work };
  const given = work.work === undefined ? await expanded(asked, { world, line, settings: loaded.settings }) : asked;
  const task = continuedTask(given, line, engine.sessions, session);
  if (task.outputSchema) await refuseBadSchema(task.outputSchema);
  const watch: SignalWatch = watchSignals(world.err);
  try {
    const report = await engine.run(task, session, {
      onEvent: (event) => {
        terminal?.note(event);
        output.onEvent(event);
      },
      gate: terminal?.gate ?? closedGate,
      signal: watch.signal,
      ...(setting.takeSteering === undefined ? {} : { takeSteering: setting.takeSteering }),
      ...(terminal ? { takeSteering: () => terminal.takeSteering(), elicit: elicitAt(terminal, setting) } : {}),
    });
    const exitCode = watch.exitCode() ?? exitCodeOfOutcome(report.outcome);
    output.onReport(report, exitCode);
    const { work: workReport } = report.outcome;
    return { exitCode, sessionId: report.sessionId, ...(workReport ? { work: workReport } : {}) };
  } finally {
    watch.close();
  }
}

/** Forms of MCP servers are filled in line by line. */
function elicitAt(
  terminal: TerminalConversation,
  { style, world }: Pick<RunSetting, 'style' | 'world'>,
): NonNullable<RunConnection['elicit']> {
  return async (question) => {
    const { fillForm } = await import('../run/fill-form.ts');
    const tell = (text: string): void => world.err(`monkey: ${text}\n`);
    return fillForm({ ask: (prompt) => terminal.ask(prompt), tell, style }, question);
  };
}

/** One task after another in one session, until the end of input. */
async function converse(setting: RunSetting, terminal: TerminalConversation): Promise<number> {
  const { world, style } = setting;
  world.out(
    `${style.bold(`monkey ${world.version}`)} ${style.dim('· say what to do; what you type while it works steers it; Ctrl-D ends, monkey undo takes back')}\n`,
  );
  let session = sessionChoiceOf(setting.line, setting.engine.sessions, setting.cwd);
  let goesOn = session.kind === 'resume' && wasCutShort(setting.engine.sessions, session.sessionId);
  let exitCode = 0;
  for (;;) {
    const prompt = goesOn ? '' : await nextPrompt(setting, terminal);
    if (prompt === '' && !goesOn) continue;
    goesOn = false;
    if (prompt === undefined || prompt === '/exit' || prompt === '/quit') return exitCode;
    try {
      const done = await runTask(setting, prompt, session);
      session = { kind: 'resume', sessionId: done.sessionId };
      exitCode = done.exitCode;
    } catch (thrown) {
      const failure = describeFailure(thrown);
      setting.output.onFailure(failure);
      exitCode = failure.exitCode;
    }
  }
}

/** What was typed too late to steer the last run is the next prompt. Undefined at the end of input. */
async function nextPrompt({ world, style }: RunSetting, terminal: TerminalConversation): Promise<string | undefined> {
  const late = terminal.takeSteering().join('\n');
  if (late !== '') {
    world.out(`${style.bold('\n›')} ${printable(late)}\n`);
    return late;
  }
  const prompt = await terminal.ask(style.bold('\n› '));
  if (prompt === undefined) world.out('\n');
  return prompt?.trim();
}
