// What people see of each event: one block of text, or nothing.
import {
  type Event,
  type EventOf,
  type Forecast,
  formatMicroUsd,
  type Interval,
  messageText,
  type Receipt,
} from '@monkey-coder/protocol';
import { paintDiff, printable, type Style } from '../terminal/style.ts';

/** How blocks are made. */
export interface BlockOptions {
  readonly style: Style;
  readonly version: string;
  readonly verbose: boolean;
}

const maxDiffLines = 60;
const maxOutputLines = 12;
const todoMark = { pending: '☐', in_progress: '◐', done: '☑' } as const;

/** The block of an event; undefined where there is nothing to show. */
export function blockOf(event: Event, options: BlockOptions): string | undefined {
  const { style } = options;
  switch (event.type) {
    case 'run.started':
      return header(event, options);
    case 'tool.started':
      return `${style.cyan('●')} ${printable(event.title)}`;
    case 'tool.ended':
      return toolEnd(event, options);
    case 'check.started':
      return `${style.cyan('▶')} check (${event.kind}): ${printable(event.command)}`;
    case 'check.finished':
      return receiptBlock(event.receipt, style);
    case 'todo.updated':
      return event.items.map((item) => `  ${todoMark[item.status]} ${printable(item.text)}`).join('\n');
    default:
      return remark(event, options);
  }
}

const helperWords: Readonly<Record<EventOf<'helper.started'>['purpose'], string>> = {
  ideas: 'ideas for approaches are drawn',
  tests: 'tests are written from the request alone',
  review: 'a reviewer reads their changes',
  'last-pass': 'the winner looks at its change once more',
};

/** The idea that a candidate begins with, without what all are told. */
function approachWords(approach: string): string {
  const [, idea = approach] = /^Your approach: (.*) What must hold/s.exec(approach) ?? [];
  const text = printable(idea.replaceAll('\n', ' '));
  return text === '' ? '' : `: ${text.length > 110 ? `${text.slice(0, 109)}…` : text}`;
}

/** What the one that is taken says of its change, why it is taken, and all side by side. */
function chosen({ reason, evidence = '', text = '' }: EventOf<'candidate.chosen'>, style: Style): string {
  const head = `${style.bold('⇒')} ${printable(reason)}`;
  return [printable(text), head, printable(evidence)].filter((part) => part !== '').join('\n');
}

/** What a comparison of candidates does, by the name it has on record. */
function comparisonWords(by: string): string {
  const [, candidate] = /^old tests of candidate (\d+)/.exec(by) ?? [];
  if (candidate !== undefined)
    return `candidate ${candidate} changed existing tests: it is held against them as they were`;
  const [, mutant] = /^mutation (\d+)$/.exec(by) ?? [];
  if (mutant !== undefined) return `whether the tests notice wrong versions of candidate ${mutant}`;
  if (by === 'behaviour') return 'how the proven candidates behave on varied tests';
  if (by === 'review') return 'what a reviewer makes of those that nothing else tells apart';
  if (by === 'tests') return 'tests that candidates wrote, tried on all of them';
  return `comparing: ${by}`;
}

/** Who goes on, why, and what is expected of the rest. */
function takeOver({ from, to, reason, forecast }: EventOf<'route.escalated'>, style: Style): string {
  const line = `${style.yellow('↑')} ${printable(to)} takes over from ${printable(from)}: ${printable(reason)}`;
  return forecast === undefined ? line : `${line}\n${style.dim('expected')} of the rest: ${forecastLine(forecast)}`;
}

/** Events that are shown as a single line. */
function remark(event: Event, { style, verbose }: BlockOptions): string | undefined {
  switch (event.type) {
    case 'route.decided':
      return event.chain === undefined
        ? undefined
        : `${style.dim('route')}    ${printable(event.chain.join(' → '))} · ${printable(event.reason)} (chance of this choice ${event.propensity.toFixed(2)})`;
    case 'route.escalated':
      return takeOver(event, style);
    case 'call.changed':
      return style.yellow(`⤳ a hook changes ${printable(event.name)} to ${printable(event.arguments.slice(0, 200))}`);
    case 'permission.decided':
      return event.decision === 'allowed'
        ? undefined
        : style.yellow(`⊘ ${event.decision}: ${printable(event.what)} (${printable(event.reason)})`);
    case 'model.retried':
      return style.yellow(
        `↻ ${event.failure.code}: ${printable(event.failure.message)}; trying again in ${Math.ceil(event.delayMs / 1000)} s`,
      );
    case 'model.failed':
      return verbose ? style.red(`✗ model: ${printable(event.failure.message)}`) : undefined;
    case 'message.added':
      return addedMessage(event, style);
    case 'notice':
      return verbose || event.level !== 'info' ? style.yellow(`! ${printable(event.text)}`) : undefined;
    case 'context.relieved':
      return style.dim(
        `the conversation was shortened: about ${event.tokensBefore} → ${event.tokensAfter} tokens (monkey context; all of it stays in the log)`,
      );
    case 'run.resumed':
      return style.dim('going on where the last run stopped');
    default:
      return candidateRemark(event, style);
  }
}

/** What an exploration does. */
function candidateRemark(event: Event, style: Style): string | undefined {
  switch (event.type) {
    case 'candidate.started':
      return `${style.dim('⑂')} candidate ${event.candidate}, round ${event.round}${style.dim(approachWords(event.approach))}`;
    case 'candidate.scored':
      return `${event.outcome.status === 'verified' ? style.green('✓') : style.yellow('✗')} candidate ${event.candidate}: ${event.outcome.status}, ${printable(event.outcome.reason)} (chance of being right by its checks: ${Math.round(event.posterior * 100)} %)`;
    case 'candidate.chosen':
      return chosen(event, style);
    case 'comparison.started':
      return style.dim(`≟ ${printable(comparisonWords(event.by))}`);
    case 'helper.started':
      return style.dim(`… ${helperWords[event.purpose]}`);
    default:
      return undefined;
  }
}

/** Words that reached the model and were not shown otherwise. */
function addedMessage({ origin, message }: EventOf<'message.added'>, style: Style): string | undefined {
  if (origin === 'verification')
    return style.dim(`» handed back to the model: ${printable(beginning(messageText(message)))}`);
  return origin === 'steering' ? style.dim(`» told the model: ${printable(messageText(message))}`) : undefined;
}

/** The first line of a text, as long as one is. */
function beginning(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

function header(
  { quote, sandbox, project }: EventOf<'run.started'>,
  { style, version, verbose }: BlockOptions,
): string {
  const price =
    quote.worstCaseMicroUsd === null ? 'price unknown' : `at most ${formatMicroUsd(quote.worstCaseMicroUsd)}`;
  const next = quote.nextCallMicroUsd === null ? '' : ` (first call ≤ ${formatMicroUsd(quote.nextCallMicroUsd)})`;
  const minutes = Math.round(quote.maxDurationMs / 60_000);
  return [
    `${style.bold(`monkey ${version}`)} · ${printable(project)}`,
    `${style.dim('quote')}    ${quote.provider}/${quote.model} · ${price}${next} · ${quote.maxTurns} turns · ${minutes} min · ${quote.firstRequestTokens} tokens to begin with`,
    `${style.dim('sandbox')}  ${printable(verbose ? sandbox : shortSandbox(sandbox))}`,
    ...(quote.forecast === undefined ? [] : [`${style.dim('expected')} ${forecastLine(quote.forecast)}`]),
    ...quote.notes.map((note) => `${style.yellow('!')} ${printable(note)}`),
  ].join('\n');
}

/** What is expected of the run, with 90 % intervals. */
function forecastLine({ success, costMicroUsd, durationMs }: Forecast): string {
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const minutes = (ms: number): string =>
    ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
  const range = (interval: Interval, text: (value: number) => string): string =>
    `${text(interval.mean)} (${text(interval.low)} to ${text(interval.high)})`;
  return `success ${range(success, percent)} · cost ${range(costMicroUsd, (value) => formatMicroUsd(Math.round(value)))} · time ${range(durationMs, minutes)}`;
}

/** What holds, in a few words; what does not hold is never left out. */
function shortSandbox(sandbox: string): string {
  return sandbox.startsWith('bubblewrap')
    ? 'bubblewrap: writes only here, no secrets, no network unless allowed (--verbose says all)'
    : sandbox;
}

function toolEnd(event: EventOf<'tool.ended'>, { style, verbose }: BlockOptions): string | undefined {
  if (event.status === 'denied') return undefined;
  if (event.diff) return indent(paintDiff(clip(event.diff.trimEnd(), maxDiffLines), style));
  if (event.status === 'ok' && event.exitCode === undefined && !verbose) return undefined;
  const failed = event.status !== 'ok' || Boolean(event.exitCode);
  const exit = event.exitCode ? `, exit ${event.exitCode}` : '';
  // Calls can run beside each other, and one that could not be read has no line above: what failed is named.
  const name = event.exitCode === undefined ? `${printable(event.name)} ` : '';
  const mark = failed ? style.red(`  ${name}${event.status}${exit}\n`) : '';
  return `${mark}${style.dim(indent(clipTail(printable(withoutSchema(event.output)).trimEnd(), maxOutputLines)))}`;
}

/** The schema behind what was wrong with arguments is for the model. */
function withoutSchema(output: string): string {
  return output.replace(/^(Invalid arguments for [^\n]*?\.) Expected: \{.*$/s, '$1');
}

/** What a receipt of a kind of work was made on, when not on the final files. */
const treeNames = {
  before: 'on the files as they were',
  'before-with-tests': 'on the files as they were, with the new tests',
  copy: 'on those files with the change',
} as const;

function receiptBlock(receipt: Receipt, style: Style): string {
  if (receipt.failsBefore === true)
    return style.green('✓ the new tests fail without the change, so they show something');
  if (receipt.failsBefore === false)
    return style.yellow('? the new tests pass without the change too, so they show nothing');
  const seconds = (receipt.durationMs / 1000).toFixed(1);
  const outcome = receipt.passed ? style.green('✓ passed') : style.red('✗ failed');
  const where = receipt.tree === undefined ? '' : ` ${style.dim(`(${treeNames[receipt.tree]})`)}`;
  const head = `${outcome}${where}: ${printable(receipt.command)} · exit ${receipt.exitCode ?? 'none'} · ${seconds} s · tree ${receipt.treeHash.slice(0, 12)}`;
  return receipt.passed
    ? head
    : `${head}\n${style.dim(indent(clipTail(printable(receipt.tail).trimEnd(), maxOutputLines)))}`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

function clip(text: string, lines: number): string {
  const all = text.split('\n');
  return all.length <= lines
    ? text
    : [...all.slice(0, lines), `… ${all.length - lines} more lines (monkey diff shows all)`].join('\n');
}

function clipTail(text: string, lines: number): string {
  const all = text.split('\n');
  return all.length <= lines ? text : [`… ${all.length - lines} lines before`, ...all.slice(-lines)].join('\n');
}
