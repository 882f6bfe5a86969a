// Ends the process with the exit code of its work, when all output has left.
import { isMonkeyError } from '@monkey-coder/protocol';
import { describeFailure } from './fail.ts';

/** Waits for the work and exits; a throw is told, and a bug shows its stack. A reader that went away (EPIPE) ends it quietly. */
export function exitWhenDone(work: Promise<number>): void {
  process.stdout.on('error', () => process.exit(1));
  work.then(leave, (thrown) => {
    const { message, advice, exitCode } = describeFailure(thrown);
    const stack = isMonkeyError(thrown) || !(thrown instanceof Error) ? '' : `${thrown.stack}\n`;
    process.stderr.write(`${stack}monkey: ${message}\n        ${advice}\n`);
    leave(exitCode);
  });
}

function leave(code: number): void {
  process.exitCode = code;
  // A full disk behind standard output is no success, whatever the run came to.
  process.stdout.write('', () => process.exit(code === 0 && process.stdout.errored ? 1 : code));
}
