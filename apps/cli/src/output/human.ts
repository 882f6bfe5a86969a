// The output for people: what happens, as it happens, and at the end the evidence, the price and the way back.
import type { RunReport } from '@monkey-coder/engine';
import type { Event, WorkKind } from '@monkey-coder/protocol';
import { printable, type Style } from '../terminal/style.ts';
import { blockOf } from './blocks.ts';
import { HeldJson } from './held-json.ts';
import type { OutputListener, OutputStreams } from './listener.ts';
import { plans, summary } from './summary.ts';

/** What the listener shows. */
export interface HumanOptions {
  readonly streams: OutputStreams;
  readonly style: Style;
  readonly version: string;
  readonly verbose: boolean;
}

/** Makes the listener for people. */
export function createHumanOutput(options: HumanOptions): OutputListener {
  const view = new HumanView(options);
  return {
    onEvent: (event) => view.show(event),
    onReport: (report) => view.finish(report),
    onFailure: ({ message, advice }) =>
      options.streams.err(`${options.style.red('monkey:')} ${printable(message)}\n        ${printable(advice)}\n`),
  };
}

/** Kinds whose answer ends with JSON that their report says in words. */
const endsInJson: ReadonlySet<WorkKind> = new Set(['review', 'audit', 'plan']);

/** Keeps track of the column, so that streamed text and blocks do not run into each other. */
class HumanView {
  readonly #options: HumanOptions;
  #atLineStart = true;
  #lastWasText = false;
  #worstCase: number | null = null;
  #isPlan = false;
  #held: HeldJson | undefined;

  constructor(options: HumanOptions) {
    this.#options = options;
  }

  show(event: Event): void {
    if (event.parentCallId !== undefined) {
      this.#subAgent(event);
      return;
    }
    if (event.type === 'run.started') {
      this.#worstCase = event.quote.worstCaseMicroUsd;
      this.#isPlan = plans(event);
      const { work } = event.task;
      if (work !== undefined && endsInJson.has(work.kind)) this.#held = new HeldJson();
    }
    if (event.type === 'text.delta') this.#text(printable(this.#held?.take(event.text) ?? event.text));
    else if (event.type === 'reasoning.delta') {
      if (this.#options.verbose) this.#text(this.#options.style.dim(printable(event.text)));
    } else {
      this.#text(printable(this.#held?.end() ?? ''));
      this.#block(blockOf(event, this.#options) ?? '');
    }
  }

  finish(report: RunReport): void {
    const { work } = report.outcome;
    // JSON in which nothing was found that a report could say is shown as it came.
    if (work?.plan === undefined && work?.findings === undefined) this.#text(printable(this.#held?.kept ?? ''));
    this.#block(summary(report, this.#worstCase, this.#options.style, this.#isPlan));
  }

  /** Of sub-agents only what they do is shown, not what they say: their report is. */
  #subAgent(event: Event): void {
    const isShown = event.type === 'tool.started' || event.type === 'permission.decided' || event.type === 'notice';
    const block = isShown ? blockOf(event, this.#options) : undefined;
    if (block !== undefined) this.#block(`  ${this.#options.style.dim('└')} ${block}`);
  }

  #text(text: string): void {
    if (text === '') return;
    if (!this.#lastWasText && !this.#atLineStart) this.#write('\n');
    if (!this.#lastWasText) this.#write('\n');
    this.#lastWasText = true;
    this.#write(text);
  }

  #block(text: string): void {
    if (text === '') return;
    if (!this.#atLineStart) this.#write('\n');
    if (this.#lastWasText) this.#write('\n');
    this.#lastWasText = false;
    this.#write(`${text}\n`);
  }

  #write(text: string): void {
    this.#options.streams.out(text);
    this.#atLineStart = text.endsWith('\n');
  }
}
