// What a run did, folded from its events: the ground on which its outcome is judged. Works the same after a crash.
import { type Event, type FileChange, noUsage, type Outcome, type Receipt, type Usage } from '@monkey-coder/protocol';

/** A command the agent ran. */
export interface RanCommand {
  readonly command: string;
  readonly exitCode: number | null;
  readonly readOnly: boolean;
  /** Order of its end among the run's events. */
  readonly seq: number;
  /** The end of what it printed, as the model was told. */
  readonly tail: string;
}

/** The facts of one run. */
export interface RunFacts {
  readonly changes: readonly FileChange[];
  /** Order of the last change of a file; -1 for none. */
  readonly lastChangeSeq: number;
  /** Snapshot before the first change. */
  readonly firstSnapshotId: string | undefined;
  readonly commands: readonly RanCommand[];
  readonly denials: Outcome['denials'];
  readonly receipts: readonly Receipt[];
  readonly usage: Usage;
  /** Micro-dollars; null when a call's price was unknown. */
  readonly costMicroUsd: number | null;
  readonly turns: number;
  readonly startedAt: number;
}

/** Folds the events of one run. */
export function foldRunFacts(events: readonly Event[]): RunFacts {
  const fold = new RunFold();
  for (const event of events) fold.add(event);
  return fold.facts();
}

const mostOfTail = 2000;

class RunFold {
  readonly #changes = new Map<string, FileChange>();
  readonly #openCommands = new Map<string, { command: string; readOnly: boolean }>();
  readonly #commands: RanCommand[] = [];
  readonly #denials: Outcome['denials'] = [];
  readonly #receipts: Receipt[] = [];
  #lastChangeSeq = -1;
  #firstSnapshotId: string | undefined;
  #usage: Usage = noUsage;
  #cost: number | null = 0;
  #turns = 0;
  #startedAt = 0;

  add(event: Event): void {
    switch (event.type) {
      case 'run.started':
        this.#startedAt = event.time;
        break;
      case 'model.ended':
      case 'model.failed':
        this.#turns += event.type === 'model.ended' && event.purpose === undefined ? 1 : 0;
        this.#usage = addUsage(this.#usage, event.usage);
        this.#cost = this.#cost === null || event.costMicroUsd === null ? null : this.#cost + event.costMicroUsd;
        break;
      case 'file.changed':
        // What a check wrote is not the agent's work; undo takes it back all the same.
        if (event.callId !== undefined) this.#change(event.change, event.seq, event.snapshotId);
        break;
      case 'permission.decided':
        if (event.decision !== 'allowed')
          this.#denials.push({ tool: event.tool, what: event.what, reason: event.reason, by: event.by });
        break;
      case 'check.finished':
        this.#receipts.push(event.receipt);
        break;
      case 'tool.started':
      case 'tool.ended':
        this.#tool(event);
        break;
      default:
    }
  }

  #tool(event: Extract<Event, { type: 'tool.started' | 'tool.ended' }>): void {
    if (event.type === 'tool.started') {
      if (event.effect.kind === 'command') this.#openCommands.set(event.callId, event.effect);
      return;
    }
    const command = this.#openCommands.get(event.callId);
    if (command && event.status !== 'denied')
      this.#commands.push({
        ...command,
        exitCode: event.exitCode ?? null,
        seq: event.seq,
        tail: event.output.slice(-mostOfTail),
      });
  }

  #change(change: FileChange, seq: number, snapshotId: string): void {
    const before = this.#changes.get(change.path);
    const merged = before ? mergeChange(before, change) : change;
    if (merged) this.#changes.set(change.path, merged);
    else this.#changes.delete(change.path);
    this.#lastChangeSeq = seq;
    this.#firstSnapshotId ??= snapshotId;
  }

  facts(): RunFacts {
    return {
      changes: [...this.#changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
      lastChangeSeq: this.#lastChangeSeq,
      firstSnapshotId: this.#firstSnapshotId,
      commands: this.#commands,
      denials: this.#denials,
      receipts: this.#receipts,
      usage: this.#usage,
      costMicroUsd: this.#cost,
      turns: this.#turns,
      startedAt: this.#startedAt,
    };
  }
}

/** Two changes of one file as one; `undefined` when a created file was deleted again. */
function mergeChange(first: FileChange, second: FileChange): FileChange | undefined {
  if (first.kind === 'created' && second.kind === 'deleted') return undefined;
  const kind = first.kind === 'created' ? 'created' : second.kind === 'deleted' ? 'deleted' : 'modified';
  if (first.added === undefined || second.added === undefined) return { path: second.path, kind };
  return {
    path: second.path,
    kind,
    added: first.added + second.added,
    removed: (first.removed ?? 0) + (second.removed ?? 0),
  };
}

/** Tokens of both. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    estimated: a.estimated || b.estimated,
  };
}
