// Ends the process with the exit code of its work, when all output has left.

/** Waits for the work and exits; a throw is a bug and ends with 1. A reader that went away (EPIPE) ends it quietly. */
export function exitWhenDone(work: Promise<number>): void {
  process.stdout.on('error', () => process.exit(1));
  work.then(leave, (bug) => {
    process.stderr.write(`monkey: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}\n`);
    leave(1);
  });
}

function leave(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.exit(code));
}
