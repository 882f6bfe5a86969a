// Ctrl-C once stops cleanly with everything recorded, twice leaves at once; SIGTERM stops cleanly too.
import { exitCodes } from '@monkey-coder/protocol';

/** Watches for signals until closed. */
export interface SignalWatch {
  readonly signal: AbortSignal;
  /** Exit code of the signal that came; undefined for none. */
  exitCode(): number | undefined;
  close(): void;
}

/** Starts watching. */
export function watchSignals(notify: (text: string) => void): SignalWatch {
  const controller = new AbortController();
  let code: number | undefined;
  const stop = (exitCode: number, how: string): void => {
    if (code !== undefined) process.exit(exitCode);
    code = exitCode;
    notify(how);
    controller.abort();
  };
  const onInterrupt = (): void =>
    stop(exitCodes.interrupted, '\nmonkey: stopping; everything so far is recorded (Ctrl-C again leaves at once)\n');
  const onTerminate = (): void => stop(exitCodes.terminated, '\nmonkey: terminated; everything so far is recorded\n');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  process.on('SIGHUP', onTerminate);
  return {
    signal: controller.signal,
    exitCode: () => code,
    close() {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      process.off('SIGHUP', onTerminate);
    },
  };
}
