// The seam to running commands: bounded, sandboxed where possible, and nothing left behind.

/** What of the network a command may use: all, none, or some domains (`example.org`, `*.example.org`, `example.org:8443`). */
export type NetworkAccess = boolean | { readonly domains: readonly string[] };

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
  readonly network: NetworkAccess;
  /** Whether files may be written; a read-only run mounts the tree read-only where the sandbox can. */
  readonly writable: boolean;
  readonly sandbox: 'required' | 'preferred' | 'off';
  /** Gives the command a terminal of 120 by 40, through the system's `script`; `command.failed` where there is none. */
  readonly terminal?: boolean;
  /** Given on standard input, which then ends; without it there is none. */
  readonly input?: string;
  /** Called with decoded text as it comes, ANSI sequences removed. */
  readonly onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
  readonly signal: AbortSignal;
}

/** How a command ended. */
export interface CommandResult {
  /** Null when it was ended by a signal. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly endedBy: 'itself' | 'timeout' | 'cancelled' | 'output-limit' | 'resource-limit';
  /** What was exceeded, when it was ended by `resource-limit`. */
  readonly exceeded?: string;
  readonly durationMs: number;
  /** Standard output and standard error as they came, head and tail with the omission said between. */
  readonly output: string;
  readonly omittedBytes: number;
  /** File with the whole output (bounded at 32 MiB), when something was omitted; readable until the workspace is closed. */
  readonly outputFile?: string;
}

/** What bounds a command here. */
export interface SandboxStatus {
  readonly kind: 'bubblewrap' | 'seatbelt' | 'none';
  /** What is enforced, one phrase each. */
  readonly enforced: readonly string[];
  /** What is not, one phrase each, with the reason. */
  readonly notEnforced: readonly string[];
}

/** A command that goes on by itself. */
export type BackgroundStatus = {
  /** Short, such as `bg1`. */
  readonly id: string;
  readonly command: string;
  /** On the runner's clock, in milliseconds. */
  readonly startedAt: number;
} & (
  | { readonly state: 'running' }
  | { readonly state: 'ended'; readonly exitCode: number | null; readonly endedBy: CommandResult['endedBy'] }
  | { readonly state: 'failed'; readonly problem: string }
);

/**
 * Commands in the background. At most eight run at once; all end with the runner. An unknown id is `command.failed`.
 */
export interface BackgroundCommands {
  /** `signal` and `onOutput` of the request are not used. */
  start(request: CommandRequest): Promise<BackgroundStatus>;
  list(): readonly BackgroundStatus[];
  /** Output from a character on (the newest 256 Ki are kept), and where to go on. */
  read(id: string, from: number): { readonly status: BackgroundStatus; readonly text: string; readonly next: number };
  /** Ends it and all its processes. */
  stop(id: string): Promise<BackgroundStatus>;
}

/**
 * Runs commands in one tree.
 *
 * Contract:
 * - `run` resolves when the command has ended and its whole process tree is gone, or rejects with MonkeyError
 *   `command.failed` when it could not be started (and `permission.denied` when a required sandbox is missing).
 * - Time-out, cancellation, the output limit and the resource limits end the whole tree: SIGTERM, two seconds, SIGKILL.
 * - Standard input is empty. Provider keys and other secrets are removed from the environment; CI=1, NO_COLOR=1, no pager.
 */
export interface CommandRunner {
  run(request: CommandRequest): Promise<CommandResult>;
  readonly background: BackgroundCommands;
  /** Probed once, then remembered. */
  sandbox(): Promise<SandboxStatus>;
  /** Ends what commands of agents that died have left behind; one look at a folder where there is nothing. Never rejects. */
  recover(): Promise<void>;
}
