// Where the prompt comes from: arguments, standard input, or both. Never waits on an input that has no end.
import { MonkeyError } from '@monkey-coder/protocol';
import type { World } from '../configuration/environment.ts';

const maxInputBytes = 4 * 1024 * 1024;
const silenceMs = 1500;
/** Longer once something came: who writes in pieces may take a while between them. */
const pauseMs = 5_000;

/**
 * The prompt of a run. Standard input is read when it is no terminal: alone it is the prompt, with arguments it is added to them.
 * With arguments, an input that has no end is given up after 1.5 s without a byte, or 5 s without a further one; without
 * arguments it is waited for. Each time a notice says so.
 * Throws MonkeyError `usage.invalid` when the input is larger than 4 MiB.
 */
export async function readPrompt(
  world: Pick<World, 'stdin' | 'inIsTerminal'>,
  operands: readonly string[],
  notify: (text: string) => void,
): Promise<string> {
  const spoken = operands.join(' ').trim();
  if (world.inIsTerminal) return spoken;
  const piped = await readInput(world.stdin, spoken !== '', notify);
  if (piped.trim() === '') return spoken;
  return spoken === '' ? piped.trim() : `${spoken}\n\n<input>\n${piped.trimEnd()}\n</input>`;
}

const waitingNotice = 'waiting for the prompt on standard input (Ctrl-D ends it)';
const silentNotice = 'standard input sent nothing and stays open; going on without it (use </dev/null to say so)';
const pausedNotice = 'standard input stays open without sending more; going on with what came';

/** Reads to the end; with `mayGiveUp`, stops listening after a time of silence. */
function readInput(stdin: NodeJS.ReadStream, mayGiveUp: boolean, notify: (text: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let timer = setTimeout(() => (mayGiveUp ? giveUp() : notify(waitingNotice)), silenceMs);
    const finish = (): void => {
      clearTimeout(timer);
      stdin.off('data', onData);
      stdin.pause();
      if ('unref' in stdin) (stdin as { unref(): void }).unref();
      resolve(Buffer.concat(chunks).toString('utf8'));
    };
    const giveUp = (): void => {
      notify(size === 0 ? silentNotice : pausedNotice);
      finish();
    };
    const onData = (chunk: Buffer): void => {
      clearTimeout(timer);
      if (mayGiveUp) timer = setTimeout(giveUp, pauseMs);
      size += chunk.length;
      if (size > maxInputBytes)
        reject(
          new MonkeyError('usage.invalid', 'standard input is larger than 4 MiB', {
            advice: 'Put it into a file and name the file in the prompt.',
          }),
        );
      chunks.push(chunk);
    };
    stdin.on('data', onData);
    stdin.once('end', finish);
    stdin.once('error', finish);
  });
}
