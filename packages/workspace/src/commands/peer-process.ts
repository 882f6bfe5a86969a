// A program that stays and talks over its standard streams: started in a group of its own, bounded, ended with everything it started.
//
// Unlike a command it is not in a sandbox: a person named it. It gets an environment without secrets, but for what the person
// gave it. What it writes to its error stream is kept only by its end. When the agent dies without a word, the next one finds the
// program by its marker and ends it (`recoverCommands`).
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { errorMessage, MonkeyError } from '@monkey-coder/protocol';
import { commandMarkerName, scrubEnvironment } from './environment.ts';
import { claimFolder, noteCommand, removeFolder } from './left-behind.ts';
import { hasLiveGroup, signalGroup } from './process-tree.ts';

/** What is started, and with what. */
export interface PeerProcessOptions {
  /** Program and arguments; run without a shell. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** The user's environment; secrets are taken out. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Put in as it is. */
  readonly given: Readonly<Record<string, string>>;
  /** State folder of the agent, where it is noted that the program runs. */
  readonly stateFolder: string;
  /** A name that nothing else has. */
  readonly marker: string;
}

/** A program that was started. */
export interface PeerProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves when it has ended, to one line for a person. */
  readonly ended: Promise<string>;
  /** The end of what it wrote to its error stream, at most 8,192 characters. */
  lastWords(): string;
  /** Ends it: end of input, then SIGTERM, then SIGKILL to its group. */
  close(): Promise<void>;
}

const keptChars = 8192;
/** What a program is given to leave by itself, and after SIGTERM. */
const politeMs = 500;
const pollMs = 20;

/** Starts a program. Throws MonkeyError `command.failed` when there is no such program. */
export async function startPeerProcess(options: PeerProcessOptions): Promise<PeerProcess> {
  const [program, ...args] = options.command;
  const folder = join(options.stateFolder, 'commands', options.marker);
  claimFolder(folder);
  const noteEnd = noteCommand(folder, options.marker);
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...scrubEnvironment(options.environment), ...options.given, [commandMarkerName]: options.marker },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const forget = (): void => {
    noteEnd();
    removeFolder(folder);
  };
  try {
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  } catch (error) {
    forget();
    throw new MonkeyError('command.failed', `${program} cannot be started: ${errorMessage(error)}`, {
      advice: 'Check its name and that it is on the PATH.',
    });
  }
  return new RunningPeer(child, forget);
}

class RunningPeer implements PeerProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly ended: Promise<string>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #onExit: () => void;
  readonly #forget: () => void;
  #errors = '';

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>, forget: () => void) {
    this.#child = child;
    this.#forget = forget;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    // A program that leaves while it is written to is seen by its end.
    child.stdin.on('error', () => undefined);
    child.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-keptChars);
    });
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`),
      );
    });
    // However this process leaves, short of being killed, the program leaves with it.
    this.#onExit = () => this.#signal('SIGKILL');
    process.setMaxListeners(Math.max(process.getMaxListeners(), process.listenerCount('exit') + 10));
    process.once('exit', this.#onExit);
  }

  lastWords(): string {
    return this.#errors;
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    if (!(await this.#isGoneWithin(politeMs))) {
      this.#signal('SIGTERM');
      if (!(await this.#isGoneWithin(politeMs))) this.#signal('SIGKILL');
    }
    await this.ended;
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    process.off('exit', this.#onExit);
    this.#forget();
  }

  async #isGoneWithin(milliseconds: number): Promise<boolean> {
    for (let waited = 0; waited <= milliseconds; waited += pollMs) {
      if (!this.#isAlive()) return true;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    return false;
  }

  #isAlive(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    if (process.platform === 'win32' || pid === undefined) return exitCode === null && signalCode === null;
    return hasLiveGroup(pid);
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (process.platform === 'win32' || pid === undefined) this.#child.kill(signal);
    else signalGroup(pid, signal);
  }
}
