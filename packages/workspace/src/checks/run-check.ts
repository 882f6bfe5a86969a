// Runs one check of a project and gives the proof: what ran, on which tree, how it ended.
import type { CheckKind, Receipt } from '@monkey-coder/protocol';
import type { CommandRequest, CommandResult, CommandRunner, NetworkAccess } from '../commands/command-runner.ts';
import type { SnapshotStore } from '../snapshots/snapshot-store.ts';

/** What a check needs of a workspace. */
export interface CheckPlace {
  readonly commands: CommandRunner;
  readonly snapshots: Pick<SnapshotStore, 'treeHash'>;
}

/** A command that decides whether something is right. */
export interface CheckCommand {
  readonly kind: CheckKind;
  /** Shell text. */
  readonly command: string;
  /** Folder relative to the root; `.` for the root. */
  readonly cwd: string;
}

/** Bounds and sources of a check. */
export interface CheckOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Makes the receipt's id. */
  readonly newId: (prefix: 'chk') => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Default `preferred`. */
  readonly sandbox?: CommandRequest['sandbox'];
  /** Default false. */
  readonly network?: NetworkAccess;
  /** The command may not write; enforced where the sandbox can. Default false. */
  readonly readOnly?: boolean;
  /** Bytes of output kept. Default 64 KiB. */
  readonly maxOutputBytes?: number;
  readonly onOutput?: (text: string) => void;
}

/** A check that ran. */
export interface CheckOutcome {
  readonly receipt: Receipt;
  /** What was kept of its output. */
  readonly output: string;
  readonly result: CommandResult;
}

const maxTailCharacters = 4_000;

/**
 * Runs a check. The receipt names the tree as it was when the check started; a check that ended by time-out, cancellation or
 * its output limit has not passed. Throws what `CommandRunner.run` throws when the command could not be started.
 */
export async function runCheck(place: CheckPlace, check: CheckCommand, options: CheckOptions): Promise<CheckOutcome> {
  const startedAt = options.now();
  const run = (): Promise<CommandResult> =>
    place.commands.run({
      command: check.command,
      ...(check.cwd === '.' || check.cwd === '' ? {} : { cwd: check.cwd }),
      timeoutMs: options.timeoutMs,
      maxOutputBytes: options.maxOutputBytes ?? 64 * 1024,
      network: options.network ?? false,
      writable: !options.readOnly,
      sandbox: options.sandbox ?? 'preferred',
      signal: options.signal,
      ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
    });
  const { treeHash, result } = await hashAndRun(place, run, options.readOnly === true);
  const receipt: Receipt = {
    id: options.newId('chk'),
    kind: check.kind,
    command: check.command,
    exitCode: result.exitCode,
    passed: result.exitCode === 0 && result.endedBy === 'itself',
    treeHash,
    startedAt,
    durationMs: result.durationMs,
    tail: result.output.trimEnd().slice(-maxTailCharacters),
  };
  return { receipt, output: result.output, result };
}

/** The hash is of the tree before the command; one that writes nothing may run meanwhile. */
async function hashAndRun(
  place: CheckPlace,
  run: () => Promise<CommandResult>,
  readOnly: boolean,
): Promise<{ readonly treeHash: string; readonly result: CommandResult }> {
  const hashing = place.snapshots.treeHash();
  if (!readOnly) await hashing;
  const [treeHash, result] = await Promise.all([hashing, run()]);
  return { treeHash, result };
}
