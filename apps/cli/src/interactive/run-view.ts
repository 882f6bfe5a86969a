// Follows the events of runs: makes blocks of what is finished, and keeps what is still going on.
import type { RunReport } from '@monkey-coder/engine';
import { type Event, type EventOf, formatMicroUsd, messageText, type TodoItem } from '@monkey-coder/protocol';
import { blockOf } from '../output/blocks.ts';
import { type Lexer, splitFinished } from '../screen/markdown.ts';
import { plainLine } from '../screen/plain-text.ts';
import { createStyle, type Style } from '../terminal/style.ts';
import {
  answerBlock,
  linesBlock,
  paintedBlock,
  receiptBlock,
  reportBlock,
  thoughtBlock,
  toolBlock,
  userBlock,
} from './blocks.ts';
import type { Transcript } from './transcript.ts';

/** A tool call that runs. */
export interface RunningTool {
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Of a sub-agent: what it did so far, newest last. */
  readonly inner: string[];
}

/** What the status line and the panels show. */
export interface RunFacts {
  model: string;
  /** Tokens of the last request and its answer, as the provider counted or estimated. */
  contextTokens: number;
  costMicroUsd: number;
  isCostKnown: boolean;
  /** Of the run that is at work. */
  runCostMicroUsd: number;
  capMicroUsd: number | undefined;
  todos: readonly TodoItem[];
}

/** Of a sub-agent's actions kept. */
const mostInner = 500;

/** The view of the conversation's runs. */
export class RunView {
  readonly facts: RunFacts = {
    model: '',
    contextTokens: 0,
    costMicroUsd: 0,
    isCostKnown: true,
    runCostMicroUsd: 0,
    capMicroUsd: undefined,
    todos: [],
  };
  readonly running = new Map<string, RunningTool>();
  /** What the model does now, for the line with the spinner. */
  activity = 'thinking';
  lexer: Lexer | undefined;
  readonly #transcript: Transcript;
  readonly #style: Style;
  #notesSaid: ReadonlySet<string> = new Set();
  #open = '';
  #thought = '';

  constructor(transcript: Transcript, isColored: boolean) {
    this.#transcript = transcript;
    this.#style = createStyle(isColored);
  }

  /** The part of the answer that may still change. */
  get openText(): string {
    return this.#open;
  }

  /** Takes an event into account. */
  note(event: Event): void {
    if (event.parentCallId !== undefined) {
      this.#noteInner(event, event.parentCallId);
      return;
    }
    switch (event.type) {
      case 'text.delta':
        this.#text(event.text);
        return;
      case 'reasoning.delta':
        this.activity = 'thinking';
        this.#thought += event.text;
        return;
      case 'model.started':
        this.activity = event.purpose === 'compaction' ? 'making room' : 'thinking';
        this.facts.model = `${event.provider}/${event.model}`;
        return;
      case 'model.ended':
      case 'model.failed':
        this.#modelEnd(event);
        return;
      case 'tool.started':
        this.#finishText();
        this.running.set(event.callId, { title: plainLine(event.title), startedAt: event.time, inner: [] });
        this.activity = 'working';
        return;
      case 'tool.ended':
        this.#toolEnd(event);
        return;
      default:
        this.#noteRest(event);
        return;
    }
  }

  /** The run ended. */
  finish(report: RunReport): void {
    this.settle();
    this.#transcript.add(reportBlock(report));
  }

  /** Nothing goes on any more: what was said so far is finished. */
  settle(): void {
    this.#finishText();
    this.running.clear();
    this.facts.runCostMicroUsd = 0;
  }

  /** Shows an old session again: what was said and done, without what only passed by. */
  replay(events: readonly Event[]): void {
    for (const event of events) {
      if (event.type === 'message.added' && event.origin === 'user' && event.parentCallId === undefined)
        this.#transcript.add(userBlock(messageText(event.message)));
      if (event.type === 'model.ended' && event.parentCallId === undefined && event.purpose === undefined)
        this.#text(messageText(event.message));
      if (event.type !== 'run.started') this.note(event);
      if (event.type === 'run.finished')
        this.#transcript.add(
          reportBlock({ sessionId: event.sessionId, runId: event.runId ?? '', outcome: event.outcome }),
        );
    }
    this.settle();
  }

  #text(text: string): void {
    this.activity = 'writing';
    this.#finishThought();
    this.#open += text;
    if (this.lexer === undefined || !text.includes('\n')) return;
    const { finished, open } = splitFinished(this.#open, this.lexer);
    if (finished.trim() === '') return;
    this.#transcript.add(answerBlock(finished));
    this.#open = open;
  }

  #finishText(): void {
    this.#finishThought();
    if (this.#open.trim() !== '') this.#transcript.add(answerBlock(this.#open));
    this.#open = '';
  }

  #finishThought(): void {
    if (this.#thought.trim() !== '') this.#transcript.add(thoughtBlock(this.#thought));
    this.#thought = '';
  }

  #modelEnd(event: EventOf<'model.ended'> | EventOf<'model.failed'>): void {
    const { facts } = this;
    if (event.costMicroUsd === null) facts.isCostKnown = false;
    facts.costMicroUsd += event.costMicroUsd ?? 0;
    facts.runCostMicroUsd += event.costMicroUsd ?? 0;
    if (event.type === 'model.ended' && event.purpose === undefined)
      facts.contextTokens = event.usage.inputTokens + event.usage.outputTokens;
    this.#finishText();
  }

  #toolEnd(event: EventOf<'tool.ended'>): void {
    const running = this.running.get(event.callId);
    this.running.delete(event.callId);
    this.activity = 'thinking';
    if (event.name === 'todo' && event.status === 'ok') return;
    // A refusal has a line of its own, said when it was decided.
    if (event.status === 'denied') return;
    this.#finishText();
    // The call's own duration has the time in it that a person thought about it.
    const durationMs = running === undefined ? event.durationMs : event.time - running.startedAt;
    this.#transcript.add(toolBlock(running?.title ?? event.name, { ...event, durationMs }, running?.inner));
  }

  #noteInner(event: Event, parent: string): void {
    const tool = this.running.get(parent);
    if (event.type === 'model.ended' || event.type === 'model.failed') {
      this.facts.costMicroUsd += event.costMicroUsd ?? 0;
      this.facts.runCostMicroUsd += event.costMicroUsd ?? 0;
    }
    if (tool === undefined) return;
    if (event.type === 'tool.started') tool.inner.push(plainLine(event.title));
    else if (event.type === 'permission.decided' && event.decision !== 'allowed')
      tool.inner.push(`${event.decision}: ${plainLine(event.what)}`);
    if (tool.inner.length > mostInner) tool.inner.shift();
  }

  #noteRest(event: Event): void {
    switch (event.type) {
      case 'run.started':
        this.#started(event);
        return;
      case 'todo.updated':
        this.facts.todos = event.items;
        return;
      case 'check.started':
        this.#finishText();
        this.running.set('check', {
          title: `check ${plainLine(event.command)}`,
          startedAt: event.time,
          inner: [],
        });
        this.activity = 'checking';
        return;
      case 'check.finished':
        this.running.delete('check');
        this.#transcript.add(receiptBlock(event.receipt));
        return;
      case 'permission.decided':
        this.#decided(event);
        return;
      case 'context.relieved':
        this.facts.contextTokens = event.tokensAfter;
        this.#remark(event);
        return;
      default:
        this.#remark(event);
        return;
    }
  }

  #started({ task, quote }: EventOf<'run.started'>): void {
    this.facts.model = `${quote.provider}/${quote.model}`;
    // Where the price is unknown no cap is kept.
    this.facts.capMicroUsd = quote.worstCaseMicroUsd === null ? undefined : task.limits.maxCostMicroUsd;
    this.facts.runCostMicroUsd = 0;
    const price =
      quote.worstCaseMicroUsd === null ? 'price unknown' : `at most ${formatMicroUsd(quote.worstCaseMicroUsd)}`;
    // What was said already of the last run is not said again.
    const notes = quote.notes.filter((note) => !this.#notesSaid.has(note)).map(plainLine);
    this.#notesSaid = new Set(quote.notes);
    this.#transcript.add(
      linesBlock(
        ({ theme }) => [
          theme.paint(
            'dim',
            `${plainLine(`${quote.provider}/${quote.model}`)} · ${price} · ${quote.firstRequestTokens} tokens to begin with`,
          ),
          ...notes.map((note) => `${theme.paint('warn', '!')} ${note}`),
        ],
        false,
      ),
    );
  }

  /** Asked and allowed, refused by a person, nobody answered, and refused by a rule are told apart. */
  #decided({ decision, by, what, reason }: EventOf<'permission.decided'>): void {
    if (decision === 'allowed' && by !== 'person') return;
    const title = plainLine(what);
    const why = plainLine(reason);
    this.#finishText();
    this.#transcript.add(
      linesBlock(({ theme }) => {
        if (decision === 'allowed') {
          const scope = why.startsWith('allowed for this session') ? why : 'allowed once';
          return [theme.paint('dim', `↳ ${scope}: ${title}`)];
        }
        if (decision === 'expired') return [`${theme.paint('warn', '⊘ nobody answered:')} ${title}`];
        const who = by === 'person' ? 'you said no:' : `denied (${by}):`;
        return [`${theme.paint('warn', `⊘ ${who}`)} ${title} ${by === 'person' ? '' : theme.paint('dim', why)}`];
      }, false),
    );
  }

  #remark(event: Event): void {
    if (event.type === 'run.finished' || event.type === 'permission.requested') return;
    const text = blockOf(event, { style: this.#style, version: '', verbose: false });
    if (text === undefined) return;
    this.#finishText();
    this.#transcript.add(paintedBlock(text, false));
  }
}
