// Commands that go on while the agent does something else: started, listed, read, stopped, and ended with their runner.
//
// What is left after a crash is found by the notes that every unsandboxed command leaves (`left-behind.ts`); a sandboxed one
// dies with the agent.
import { MonkeyError } from '@monkey-coder/protocol';
import type { BackgroundCommands, BackgroundStatus, CommandRequest, CommandResult } from './command-runner.ts';

const maxRunning = 8;
const maxKept = 24;
/** Characters of the newest output that are kept. */
const keptCharacters = 256 * 1024;

interface Entry {
  readonly id: string;
  readonly command: string;
  readonly startedAt: number;
  readonly stop: AbortController;
  readonly finished: Promise<void>;
  text: string;
  /** Characters before `text`. */
  dropped: number;
  result: CommandResult | null;
  problem: string | null;
}

/** What runs one command to its end. */
export type RunToEnd = (request: CommandRequest) => Promise<CommandResult>;

/** The background commands of one runner. */
export class BackgroundList implements BackgroundCommands {
  readonly #run: RunToEnd;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  #count = 0;

  constructor(run: RunToEnd, now: () => number) {
    this.#run = run;
    this.#now = now;
  }

  async start(request: CommandRequest): Promise<BackgroundStatus> {
    const running = [...this.#entries.values()].filter(({ result, problem }) => result === null && problem === null);
    if (running.length >= maxRunning)
      throw new MonkeyError('command.failed', `${maxRunning} commands run in the background already`, {
        advice: `Stop one first: ${running.map(({ id }) => id).join(', ')}.`,
      });
    this.#count += 1;
    const entry = this.#begin(`bg${this.#count}`, request);
    this.#entries.set(entry.id, entry);
    this.#forgetOld();
    return statusOf(entry);
  }

  list(): readonly BackgroundStatus[] {
    return [...this.#entries.values()].map(statusOf);
  }

  read(id: string, from: number): { readonly status: BackgroundStatus; readonly text: string; readonly next: number } {
    const entry = this.#entry(id);
    const start = Math.max(0, from - entry.dropped);
    const lost = from < entry.dropped ? `[… ${entry.dropped - from} characters are no longer kept …]\n` : '';
    return { status: statusOf(entry), text: lost + entry.text.slice(start), next: entry.dropped + entry.text.length };
  }

  async stop(id: string): Promise<BackgroundStatus> {
    const entry = this.#entry(id);
    entry.stop.abort();
    await entry.finished;
    return statusOf(entry);
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    for (const { stop } of this.#entries.values()) stop.abort();
    await Promise.all([...this.#entries.values()].map(({ finished }) => finished));
  }

  #begin(id: string, request: CommandRequest): Entry {
    const stop = new AbortController();
    const onOutput = (text: string): void => {
      entry.text += text;
      const excess = entry.text.length - keptCharacters;
      if (excess <= 0) return;
      entry.text = entry.text.slice(excess);
      entry.dropped += excess;
    };
    const settle = (result: CommandResult | null, problem: string | null): void => {
      entry.result = result;
      entry.problem = problem;
    };
    const finished = this.#run({ ...request, signal: stop.signal, onOutput }).then(
      (result) => settle(result, null),
      (error: unknown) => settle(null, error instanceof Error ? error.message : String(error)),
    );
    const about = { id, command: request.command, startedAt: this.#now(), stop, finished };
    const entry: Entry = { ...about, text: '', dropped: 0, result: null, problem: null };
    return entry;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    const known = [...this.#entries.keys()].join(', ');
    throw new MonkeyError('command.failed', `there is no background command ${id}`, {
      advice: known === '' ? 'None was started.' : `Known: ${known}.`,
    });
  }

  #forgetOld(): void {
    for (const [id, { result, problem }] of this.#entries) {
      if (this.#entries.size <= maxKept) return;
      if (result !== null || problem !== null) this.#entries.delete(id);
    }
  }
}

function statusOf({ id, command, startedAt, result, problem }: Entry): BackgroundStatus {
  const about = { id, command, startedAt };
  if (problem !== null) return { ...about, state: 'failed', problem };
  if (result === null) return { ...about, state: 'running' };
  return { ...about, state: 'ended', exitCode: result.exitCode, endedBy: result.endedBy };
}
