// The one place of the command line that reads the process: environment, folders, streams, clock, randomness.
import { homedir } from 'node:os';
import { type Homes, resolveHomes } from '@monkey-coder/engine';
import { createIdSource, type IdPrefix, MonkeyError } from '@monkey-coder/protocol';

/** The outside world as plain values, passed down from here. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homes: Homes;
  readonly home: string;
  readonly cwd: string;
  readonly version: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: (prefix: IdPrefix) => string;
  readonly stdin: NodeJS.ReadStream;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly outIsTerminal: boolean;
  readonly inIsTerminal: boolean;
}

/** Reads the process once. Throws MonkeyError `usage.invalid` when the current folder was deleted. */
export function readWorld(): World {
  const environment = process.env;
  const home = homedir();
  return {
    environment,
    homes: resolveHomes(environment, home),
    home,
    cwd: currentFolder(),
    version: PRODUCT_VERSION,
    now: Date.now,
    random: Math.random,
    newId: createIdSource(Date.now, Math.random),
    stdin: process.stdin,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    inIsTerminal: process.stdin.isTTY === true,
  };
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    throw new MonkeyError('usage.invalid', 'the current folder does not exist any more', {
      advice: 'Change into another folder (cd) and try again.',
    });
  }
}
