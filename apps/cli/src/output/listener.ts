// What an output format is: a listener of the run's events, and its last word.

import type { RunReport } from '@monkey-coder/engine';
import type { Event } from '@monkey-coder/protocol';

/** Where output goes. */
export interface OutputStreams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly outIsTerminal: boolean;
}

/** One output format. */
export interface OutputListener {
  onEvent(event: Event): void;
  /** The run ended with an outcome. */
  onReport(report: RunReport, exitCode: number): void;
  /** The run could not start. */
  onFailure(failure: {
    readonly code: string;
    readonly message: string;
    readonly advice: string;
    readonly exitCode: number;
  }): void;
}
