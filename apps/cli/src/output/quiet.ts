// `-p` in text and json format: the answer (or one JSON object) on standard output, one status line on standard error.
import { printable } from '../terminal/style.ts';
import type { OutputListener, OutputStreams } from './listener.ts';
import { ModelUsageCounter } from './model-usage.ts';
import { failureDocument, resultDocument } from './result-document.ts';
import { carryOutCommand, plans } from './summary.ts';

/** Prints the answer alone; the status goes to standard error, so that success is never silent and failure never hidden. */
export function createPrintOutput(streams: OutputStreams): OutputListener {
  let isPlan = false;
  return {
    onEvent(event) {
      isPlan ||= event.parentCallId === undefined && plans(event);
      if (event.type === 'notice' && event.level !== 'info') streams.err(`monkey: ${printable(event.text)}\n`);
    },
    onReport({ outcome, sessionId }, exitCode) {
      const text = streams.outIsTerminal ? printable(outcome.text) : outcome.text;
      if (text !== '') streams.out(text.endsWith('\n') ? text : `${text}\n`);
      const hint = exitCode === 0 ? '' : ` (monkey --resume ${sessionId})`;
      streams.err(`monkey: ${outcome.status}: ${printable(outcome.reason)}${hint}\n`);
      if (isPlan && exitCode === 0) streams.err(`monkey: to carry it out: ${carryOutCommand(sessionId)}\n`);
    },
    onFailure: ({ message, advice }) => streams.err(`monkey: ${printable(message)}\n        ${advice}\n`),
  };
}

/** Prints one JSON object. */
export function createJsonOutput(streams: OutputStreams): OutputListener {
  const used = new ModelUsageCounter();
  return {
    onEvent: (event) => used.add(event),
    onReport: (report, exitCode) =>
      streams.out(`${JSON.stringify(resultDocument(report, exitCode, used.byModel()))}\n`),
    onFailure: (failure) => streams.out(`${JSON.stringify(failureDocument(failure))}\n`),
  };
}
