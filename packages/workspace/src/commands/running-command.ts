// One shell command from spawn to the end of its last process.
import { type ChildProcess, spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { MonkeyError } from '@monkey-coder/protocol';
import { createAnsiStripper } from './ansi.ts';
import type { CommandRequest, CommandResult } from './command-runner.ts';
import { OutputCollector, outputFolder } from './output-collector.ts';
import { hasLiveGroup, isSandboxProcess, markedProcesses, signalGroup, signalProcesses } from './process-tree.ts';
import { type ResourceLimits, watchResources } from './resource-watch.ts';
import { createReturnStripper } from './terminal-line.ts';

/** What a running command takes from its runner. */
export interface RunningCommandOptions {
  readonly folder: string;
  readonly now: () => number;
  readonly outputLimitBytes?: number;
  readonly graceMs?: number;
  /** What the command's processes may use together. */
  readonly resources?: ResourceLimits;
}

const defaultOutputLimit = 64 * 1024 * 1024;
/** Milliseconds the output may stay open after the command's own process ended. */
const drainMs = 150;
/** Milliseconds a process left behind has between SIGTERM and SIGKILL after its command ended by itself. */
const leftoverGraceMs = 100;
const pollMs = 10;

/** How the process is started. */
export interface Launch {
  readonly line: readonly string[];
  readonly cwd: string;
  readonly environment: Record<string, string>;
  /** In a process namespace of its own, that ends with its first process. */
  readonly sandboxed: boolean;
  /** How the sandbox's own failures begin on the error stream; null without one. */
  readonly failurePrefix: string | null;
}

/** How the command ended. */
export interface Finished {
  readonly result: CommandResult;
  /** Set when bubblewrap itself failed and the command never began. */
  readonly sandboxProblem: string | null;
}

/** One command from spawn to the end of its last process. */
export class RunningCommand {
  readonly finished: Promise<Finished>;
  readonly #request: CommandRequest;
  readonly #options: RunningCommandOptions;
  readonly #marker: string;
  readonly #launch: Launch;
  readonly #collector: OutputCollector;
  readonly #startedAt: number;
  readonly #child: ChildProcess;
  #endedBy: CommandResult['endedBy'] = 'itself';
  #exceeded: string | undefined;
  #receivedBytes = 0;
  #rawError = '';
  #heardOutput = false;
  #hasExited = false;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(request: CommandRequest, options: RunningCommandOptions, marker: string, launch: Launch) {
    this.#request = request;
    this.#options = options;
    this.#marker = marker;
    this.#launch = launch;
    this.#startedAt = options.now();
    this.#collector = new OutputCollector(request.maxOutputBytes, outputFolder(options.folder), marker);
    const [file = 'sh', ...rest] = launch.line;
    this.#child = spawn(file, rest, {
      cwd: launch.sandboxed ? '/' : launch.cwd,
      env: launch.environment,
      stdio: [request.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    // Who does not read its input is not at fault for that.
    this.#child.stdin?.on('error', () => undefined).end(request.input);
    this.finished = this.#follow();
  }

  async cancel(): Promise<void> {
    this.#end('cancelled');
    await this.finished;
  }

  async #follow(): Promise<Finished> {
    const { timeoutMs, signal } = this.#request;
    const timer = setTimeout(() => this.#end('timeout'), timeoutMs);
    const stopWatching = this.#watchResources();
    const onAbort = (): void => this.#end('cancelled');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const closed = Promise.all([this.#read(this.#child.stdout), this.#read(this.#child.stderr)]);
    try {
      const exit = await this.#exit();
      this.#hasExited = true;
      await Promise.all([this.#reap(), atMost(drainMs, closed)]);
      return this.#result(exit);
    } finally {
      stopWatching();
      clearTimeout(timer);
      clearTimeout(this.#killTimer);
      signal.removeEventListener('abort', onAbort);
      this.#child.stdout?.destroy();
      this.#child.stderr?.destroy();
    }
  }

  #watchResources(): () => void {
    const { resources } = this.#options;
    if (resources === undefined || process.platform !== 'linux') return () => undefined;
    const onExceeded = (why: string): void => {
      this.#exceeded = why;
      this.#end('resource-limit');
    };
    return watchResources(this.#marker, this.#child.pid ?? 0, { limits: resources, onExceeded });
  }

  #exit(): Promise<{ code: number | null; signal: string | null }> {
    return new Promise((resolve, reject) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
      this.#child.once('error', (error) => {
        const where = `in ${this.#launch.cwd}`;
        reject(
          new MonkeyError('command.failed', `the command could not be started ${where}: ${error.message}`, {
            cause: error,
          }),
        );
      });
    });
  }

  #result(exit: { code: number | null; signal: string | null }): Finished {
    const prefix = this.#launch.failurePrefix;
    const failedSandbox = prefix !== null && !this.#heardOutput && this.#rawError.startsWith(prefix);
    const collected = this.#collector.finish();
    const killed = this.#endedBy !== 'itself';
    return {
      sandboxProblem:
        failedSandbox && !killed && exit.code !== 0
          ? `${sandboxName(prefix)} failed: ${this.#rawError.slice(prefix.length).trim()}`
          : null,
      result: {
        exitCode: killed ? null : exit.code,
        signal: killed ? (exit.signal ?? 'SIGTERM') : exit.signal,
        endedBy: this.#endedBy,
        ...(this.#exceeded === undefined ? {} : { exceeded: this.#exceeded }),
        durationMs: Math.max(0, this.#options.now() - this.#startedAt),
        ...collected,
      },
    };
  }

  #read(stream: NodeJS.ReadableStream | null): Promise<void> {
    return new Promise((resolve) => {
      if (stream === null) return resolve();
      const decoder = new StringDecoder('utf8');
      const stripAnsi = createAnsiStripper();
      const stripReturns = this.#request.terminal === true ? createReturnStripper() : (text: string) => text;
      const strip = (text: string): string => stripReturns(stripAnsi(text));
      const name = stream === this.#child.stdout ? 'stdout' : 'stderr';
      stream.on('data', (chunk: Buffer) => {
        if (name === 'stdout') this.#heardOutput = true;
        else if (this.#rawError.length < 2_000) this.#rawError += chunk.toString('utf8');
        this.#receivedBytes += chunk.length;
        this.#take(strip(decoder.write(chunk)), name);
        if (this.#receivedBytes > (this.#options.outputLimitBytes ?? defaultOutputLimit)) this.#end('output-limit');
      });
      stream.once('end', () => {
        this.#take(strip(decoder.end()), name);
        resolve();
      });
      stream.once('close', () => resolve());
      stream.once('error', () => resolve());
    });
  }

  #take(text: string, stream: 'stdout' | 'stderr'): void {
    if (text === '') return;
    this.#collector.add(text);
    this.#request.onOutput?.(text, stream);
  }

  #end(why: CommandResult['endedBy']): void {
    if (this.#endedBy !== 'itself' || this.#hasExited) return;
    this.#endedBy = why;
    // Reading stops, so that endless output neither fills memory nor keeps this process busy.
    if (why === 'output-limit') this.#child.stdout?.pause();
    this.#signalTree('SIGTERM');
    this.#killTimer = setTimeout(() => this.#signalTree('SIGKILL'), this.#graceMs());
  }

  #signalTree(signal: 'SIGTERM' | 'SIGKILL'): void {
    const pid = this.#child.pid;
    if (pid === undefined) return;
    if (process.platform === 'win32') {
      spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
        'error',
        () => undefined,
      );
      return;
    }
    // Inside a sandbox a polite end goes to the command's own processes; ending bubblewrap would kill them at once.
    if (this.#launch.sandboxed && signal === 'SIGTERM') {
      signalProcesses(
        this.#escaped().filter((one) => !isSandboxProcess(one)),
        signal,
      );
      return;
    }
    signalGroup(pid, signal);
    signalProcesses(this.#escaped(), signal);
  }

  #escaped(): number[] {
    return markedProcesses(this.#marker, this.#child.pid ?? 0);
  }

  // What a command leaves behind is ended with it. In a sandbox the kernel does so with the namespace's first process.
  async #reap(): Promise<void> {
    const pid = this.#child.pid;
    if (pid === undefined || process.platform === 'win32') return;
    if (this.#launch.sandboxed) {
      signalGroup(pid, 'SIGKILL');
      // The kernel ends the namespace before bubblewrap is reaped, so nothing is left once the output is at its end.
      if (this.#child.stdout?.readableEnded !== true) await this.#isGone(50, () => this.#escaped().length === 0);
      return;
    }
    const isGone = (): boolean => !hasLiveGroup(pid) && this.#escaped().length === 0;
    if (isGone()) return;
    this.#signalTree('SIGTERM');
    const grace = this.#endedBy === 'itself' ? leftoverGraceMs : this.#graceMs();
    if (await this.#isGone(grace / pollMs, isGone)) return;
    await this.#isGone(20, () => {
      this.#signalTree('SIGKILL');
      return isGone();
    });
  }

  async #isGone(rounds: number, look: () => boolean): Promise<boolean> {
    for (let round = 0; round < rounds; round += 1) {
      if (look()) return true;
      await pause(pollMs);
    }
    return false;
  }

  #graceMs(): number {
    return this.#options.graceMs ?? 2_000;
  }
}

function sandboxName(prefix: string): string {
  return prefix.startsWith('bwrap') ? 'bubblewrap' : 'sandbox-exec';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// The timer is cleared, so that it never keeps the program from ending.
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    work,
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    }),
  ]);
  clearTimeout(timer);
}
