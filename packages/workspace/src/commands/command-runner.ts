// The seam to running commands: bounded, sandboxed where possible, and nothing left behind.

/** What to run. */
export interface CommandRequest {
  /** Shell text; run by `bash` where present, else `sh` (PowerShell on Windows). */
  readonly command: string;
  /** Checked path of the folder to run in; the root when absent. */
  readonly cwd?: string;
  readonly timeoutMs: number;
  /** Bytes of output kept for the result, half from the head and half from the tail; the whole goes to `outputFile`. */
  readonly maxOutputBytes: number;
  /** Whether the network may be used; enforced where the sandbox can. */
  readonly network: boolean;
  /** Whether files may be written; a read-only run mounts the tree read-only where the sandbox can. */
  readonly writable: boolean;
  readonly sandbox: 'required' | 'preferred' | 'off';
  /** Called with decoded text as it comes, ANSI sequences removed. */
  readonly onOutput?: (text: string) => void;
  readonly signal: AbortSignal;
}

/** How a command ended. */
export interface CommandResult {
  /** Null when it was ended by a signal. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly endedBy: 'itself' | 'timeout' | 'cancelled' | 'output-limit';
  readonly durationMs: number;
  /** Standard output and standard error as they came, head and tail with the omission said between. */
  readonly output: string;
  readonly omittedBytes: number;
  /** File with the whole output (bounded at 32 MiB), when something was omitted; readable until the workspace is closed. */
  readonly outputFile?: string;
}

/** What bounds a command here. */
export interface SandboxStatus {
  readonly kind: 'bubblewrap' | 'none';
  /** What is enforced, one phrase each. */
  readonly enforced: readonly string[];
  /** What is not, one phrase each, with the reason. */
  readonly notEnforced: readonly string[];
}

/**
 * Runs commands in one tree.
 *
 * Contract:
 * - `run` resolves when the command has ended and its whole process tree is gone, or rejects with MonkeyError
 *   `command.failed` when it could not be started (and `permission.denied` when a required sandbox is missing).
 * - Time-out, cancellation and the output limit end the whole tree: SIGTERM, two seconds, SIGKILL.
 * - Standard input is empty. Provider keys and other secrets are removed from the environment; CI=1, NO_COLOR=1, no pager.
 */
export interface CommandRunner {
  run(request: CommandRequest): Promise<CommandResult>;
  /** Probed once, then remembered. */
  sandbox(): Promise<SandboxStatus>;
  /** Ends what commands of agents that died have left behind; one look at a folder where there is nothing. Never rejects. */
  recover(): Promise<void>;
}
