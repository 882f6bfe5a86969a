// `monkey workflow`: runs, resumes, checks and draws workflows of several agents.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  cleanCopies,
  drawMermaid,
  drawSvg,
  keptCopies,
  loadWorkflowModule,
  type PlacedProblem,
  type ReadWorkflow,
  readWorkflow,
  type Workflow,
  type WorkflowReport,
} from '@monkey-coder/engine';
import {
  type Event,
  type EventOf,
  errorMessage,
  exitCodes,
  formatMicroUsd,
  type JsonValue,
  MonkeyError,
} from '@monkey-coder/protocol';
import { optionValue } from '../command-line/parse.ts';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { closedGate } from '../run/closed-gate.ts';
import { watchSignals } from '../run/signals.ts';
import { taskOf } from '../run/task.ts';
import { openTerminal } from '../run/terminal-gate.ts';
import { printable, type Style } from '../terminal/style.ts';

/** Runs one of the verbs. */
export const workflow: Command = async (context) => {
  const [verb = '', ...operands] = context.line.operands;
  const work = verbs[verb];
  if (work !== undefined) return work(context, operands[0]);
  throw new MonkeyError(
    'usage.invalid',
    `monkey workflow: say run, resume, validate, graph or clean${verb === '' ? '' : `, not ${verb}`}`,
  );
};

const verbs: Readonly<Record<string, (context: CommandContext, operand: string | undefined) => Promise<number>>> = {
  __proto__: null as never,
  run: async (context, file) => {
    const { definition } = await loadWorkflow(context, file);
    return execute(context, { definition });
  },
  resume: async (context, session) => execute(context, { resume: session ?? newestWorkflow(context) }),
  validate,
  graph,
  clean: async (context) => clean(context),
};

function readText(
  { world }: CommandContext,
  file: string | undefined,
): { readonly path: string; readonly text: string } {
  if (file === undefined) throw new MonkeyError('usage.invalid', 'which workflow? Give its file');
  const path = resolve(world.cwd, file);
  try {
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const text = isMissing ? `there is no file ${file}` : `the workflow cannot be read: ${errorMessage(error)}`;
    throw new MonkeyError('usage.invalid', text);
  }
}

/** YAML, or a module that is run: naming it is asking for that. */
function readDefinition(context: CommandContext, file: string | undefined): Promise<ReadWorkflow> {
  const { path, text } = readText(context, file);
  const library = join(context.cwd(), '.monkey', 'workflows');
  return /\.[cm]?[jt]s$/.test(path) ? loadWorkflowModule(path, library) : readWorkflow(text, { path, library });
}

async function loadWorkflow(context: CommandContext, file: string | undefined): Promise<Workflow> {
  const read = await readDefinition(context, file);
  if (read.kind === 'valid') return read.workflow;
  const [first, ...others] = read.problems;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new MonkeyError('usage.invalid', `${first === undefined ? '' : problemLine(file ?? '', first)}${more}`, {
    advice: `monkey workflow validate ${file} lists all of them.`,
  });
}

function problemLine(file: string, { line, column, message }: PlacedProblem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** Prints every problem with its place; exit code 2 when there is one. */
async function validate(context: CommandContext, file: string | undefined): Promise<number> {
  const { world, asJson } = context;
  const read = await readDefinition(context, file);
  if (read.kind === 'invalid') {
    if (asJson) printJson(world, read);
    else world.out(`${read.problems.map((problem) => printable(problemLine(file ?? '', problem))).join('\n')}\n`);
    return exitCodes.usage;
  }
  const { workflow: name, version, agents, steps } = read.workflow;
  if (asJson) return printJson(world, { kind: 'valid', name, version });
  world.out(
    `${name} version ${version}: ${counted(Object.keys(agents).length, 'agent')}, ${counted(steps.length, 'step')}, nothing wrong\n`,
  );
  return 0;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Prints a Mermaid chart, or writes a picture. */
async function graph(context: CommandContext, file: string | undefined): Promise<number> {
  const { world, line } = context;
  const loaded = await loadWorkflow(context, file);
  const svg = optionValue(line, 'svg');
  if (svg === undefined) world.out(drawMermaid(loaded));
  else writeFileSync(resolve(world.cwd, svg), drawSvg(loaded));
  return 0;
}

/** Removes the copies of this folder's workflows in which nothing is left that was not taken; with `--all` those of every folder. */
function clean({ world, line, engine, cwd, asJson }: CommandContext): number {
  const all = keptCopies(world.homes.data, engine().sessions);
  const own = line.options.has('all') ? all : all.filter((one) => one.cwd === cwd());
  const done = cleanCopies(own, line.options.has('force'));
  if (asJson) return printJson(world, done);
  world.out(`removed ${done.removed.length} of ${own.length}\n`);
  for (const { folder, why } of done.kept) world.out(printable(`kept ${folder}: ${why}\n`));
  return 0;
}

/** The newest workflow of the folder that has not ended. Throws MonkeyError `session.not-found`. */
function newestWorkflow({ engine, cwd }: CommandContext): string {
  const { sessions } = engine();
  for (const { id } of sessions.list({ cwd: cwd() })) {
    const events = sessions.read(id);
    if (!events.some((event) => event.type === 'workflow.started')) continue;
    const end = events.findLast((event): event is EventOf<'workflow.finished'> => event.type === 'workflow.finished');
    if (end?.status !== 'done' && end?.status !== 'failed') return id;
  }
  throw new MonkeyError('session.not-found', 'there is no workflow of this folder to go on with', {
    advice: 'Start one: monkey workflow run FILE.',
  });
}

async function execute(
  context: CommandContext,
  which: { readonly definition?: Workflow['definition']; readonly resume?: string },
): Promise<number> {
  const { world, line, loaded, engine, style, asJson } = context;
  const task = taskOf(world, line, loaded().settings, context.cwd(), '');
  const canAsk = world.inIsTerminal && world.outIsTerminal && !asJson && !line.options.has('events');
  const terminal = canAsk ? openTerminal(world.stdin, world.out, style) : undefined;
  const watch = watchSignals(world.err);
  const isStream = line.options.has('events');
  const isQuiet = asJson || isStream || line.options.has('quiet');
  try {
    const report = await engine().workflow(
      { task, ...which, inputs: pairs(line.options.get('input')), answers: pairs(line.options.get('answer')) },
      {
        gate: terminal?.gate ?? closedGate,
        signal: watch.signal,
        onEvent: (event) => {
          terminal?.note(event);
          if (isStream) world.out(`${JSON.stringify(event)}\n`);
          const text = isQuiet ? undefined : eventLine(event, style);
          if (text !== undefined) world.err(`${text}\n`);
        },
      },
    );
    tell(context, report);
    return watch.exitCode() ?? exitCodeOf[report.status];
  } finally {
    watch.close();
    terminal?.close();
    await engine().close();
  }
}

/** `name=value`. Throws MonkeyError `usage.invalid`. */
function pairs(values: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    values.map((value) => {
      const at = value.indexOf('=');
      if (at < 1) throw new MonkeyError('usage.invalid', `${value}: write name=value`);
      return [value.slice(0, at), value.slice(at + 1)];
    }),
  );
}

const exitCodeOf: Readonly<Record<WorkflowReport['status'], number>> = {
  done: exitCodes.ok,
  failed: exitCodes.failure,
  waiting: exitCodes.permission,
  'out-of-budget': exitCodes.budget,
  limit: exitCodes.limit,
  interrupted: exitCodes.interrupted,
};

function tell({ world, line, style, asJson }: CommandContext, report: WorkflowReport): void {
  if (line.options.has('events')) return;
  if (asJson) return void printJson(world, report);
  const { status, reason, output, costMicroUsd, sessionId } = report;
  world.out(`${printable(outputText(output))}\n`);
  const cost = costMicroUsd === null ? 'price unknown' : formatMicroUsd(costMicroUsd);
  const [, question] = status === 'waiting' ? (/^(\S+) waits for a person/.exec(reason) ?? []) : [];
  const answer = question === undefined ? '' : ` --answer ${question}=yes`;
  const more = status === 'out-of-budget' ? ' --max-budget-usd MORE' : '';
  const goesOn =
    status === 'done' || status === 'failed' ? '' : `\n  go on: monkey workflow resume ${sessionId}${answer}${more}`;
  world.err(`${style.bold(status)}: ${printable(reason)} ${style.dim(`· ${cost} · ${sessionId}`)}${goesOn}\n`);
}

function outputText(output: JsonValue): string {
  return typeof output === 'string' ? output : JSON.stringify(output, null, 2);
}

const marks = { ok: '✓', failed: '✗', skipped: '·', waiting: '?' } as const;

/** One line for what a person wants to see go by; undefined for the rest. */
function eventLine(event: Event, style: Style): string | undefined {
  switch (event.type) {
    case 'workflow.started':
      return startLine(event, style);
    case 'step.started':
      return style.dim(`… ${event.step}${event.member === undefined ? '' : ` (${event.member})`}`);
    case 'step.finished': {
      const { status, reason, costMicroUsd } = event.result;
      const cost = costMicroUsd === null || costMicroUsd === 0 ? '' : ` · ${formatMicroUsd(costMicroUsd)}`;
      const changed = event.result.changes.length === 0 ? '' : `\n  changed ${event.result.changes.join(', ')}`;
      return `${marks[status]} ${event.step} ${style.dim(`${printable(reason)}${cost}${printable(changed)}`)}`;
    }
    case 'condition.decided':
      return style.dim(
        `  ${event.step.split('?')[0]}: ${printable(event.condition)} ${event.holds ? 'holds' : 'does not hold'}`,
      );
    case 'consensus.reached':
      return `= ${event.step}: ${printable(event.decision ?? 'no decision')} ${style.dim(printable(event.reason))}`;
    case 'task.awarded':
      return `= ${event.step}: ${event.to ?? 'nobody'} ${style.dim(printable(event.reason))}`;
    case 'barrier.passed':
      return event.generation === undefined
        ? undefined
        : style.dim(`  ${barrierName(event.barrier)}: ${event.arrived.join(', ')} arrived`);
    case 'barrier.broken':
      return `✗ ${barrierName(event.barrier)} is broken: ${printable(event.reason)}`;
    case 'workflow.called':
      return style.dim(`  ${event.step} runs ${printable(event.name)} v${event.version}`);
    case 'copies.made':
      return style.dim(
        `  ${event.step}: ${event.copies.map(({ branch }) => branch).join(', ')} work in copies of the files`,
      );
    case 'copies.joined':
      return joinLine(event, style);
    case 'state.handed':
      return style.dim(`  ${event.from} → ${event.to}: ${printable(event.reason)}`);
    default:
      return undefined;
  }
}

/** What is going to run, and what it may cost. */
function startLine(
  { name, version, maxCostMicroUsd, maxDurationMs }: EventOf<'workflow.started'>,
  style: Style,
): string {
  const cap = maxCostMicroUsd === undefined ? 'no cap of its own' : `at most ${formatMicroUsd(maxCostMicroUsd)}`;
  return `${style.bold(`workflow ${printable(name)}`)} v${version} ${style.dim(`· ${cap} · ${Math.round(maxDurationMs / 60_000)} min`)}`;
}

/** As it is named in the file: on record the step it belongs to stands before it. */
function barrierName(barrier: string): string {
  return barrier.slice(barrier.lastIndexOf('!') + 1);
}

function joinLine({ step, files, kept, problem }: EventOf<'copies.joined'>, style: Style): string {
  if (problem !== undefined) return `✗ ${step}: ${printable(problem)}`;
  const names = files.map(({ path }) => path).join(', ');
  const stays = kept.map(
    ({ branch, paths, folder }) => `\n  not taken: ${paths.join(', ')} of ${branch}; it is in ${folder}`,
  );
  return `= ${step}: merged ${printable(names || 'nothing')}${style.dim(printable(stays.join('')))}`;
}
