// The one table of failures: code, exit code, HTTP status, whether trying again helps, and what the user can do.

interface ErrorFacts {
  readonly exitCode: number;
  readonly httpStatus: number;
  readonly retryable: boolean;
  /** What the user can do about it: one sentence. */
  readonly advice: string;
}

const facts = (exitCode: number, httpStatus: number, retryable: boolean, advice: string): ErrorFacts => ({
  exitCode,
  httpStatus,
  retryable,
  advice,
});

/** Every failure code of the product. Exit codes are those of `exitCodes`. */
export const errorTable = {
  'usage.invalid': facts(2, 400, false, 'See `monkey --help`.'),
  'config.invalid': facts(52, 400, false, 'Correct the named file or run `monkey doctor`.'),
  'auth.missing-key': facts(41, 401, false, 'Run `monkey login <provider>` or set its environment variable.'),
  'auth.rejected': facts(41, 401, false, 'Check the key with `monkey auth`, then `monkey login <provider>`.'),
  'model.unknown': facts(2, 404, false, 'See `monkey models`.'),
  'model.failed': facts(1, 502, true, 'Run `monkey --continue` to go on from here.'),
  'model.unreachable': facts(1, 502, true, 'Check the network or the base URL, then `monkey --continue`.'),
  'budget.exceeded': facts(4, 402, false, 'Raise --max-budget-usd, then `monkey --continue`.'),
  'permission.denied': facts(3, 403, false, 'Allow it with --allowed-tools or another --permission-mode.'),
  'workspace.outside': facts(3, 403, false, 'Add the folder with --add-dir if that was meant.'),
  'workspace.protected': facts(3, 403, false, 'This path is never written by the agent.'),
  'workspace.not-found': facts(1, 404, false, 'Check the path.'),
  'workspace.not-a-file': facts(1, 400, false, 'Only regular files are read and written.'),
  'workspace.binary': facts(1, 415, false, 'Binary files are not shown or edited as text.'),
  'workspace.too-large': facts(1, 413, false, 'Read a range of the file instead.'),
  'workspace.stale': facts(1, 409, true, 'Read the file again and repeat the edit.'),
  'workspace.edit-refused': facts(1, 422, true, 'See the closest lines in the message.'),
  'workspace.io': facts(1, 500, true, 'Check free space and permissions of the folder.'),
  'workspace.in-use': facts(1, 409, true, 'Use --worktree, or wait for the other run to end.'),
  'command.failed': facts(1, 500, false, 'See the output of the command.'),
  'session.not-found': facts(2, 404, false, 'See `monkey sessions list`.'),
  'session.corrupt': facts(1, 500, false, 'The readable part was kept; see `monkey doctor`.'),
  'session.version': facts(52, 409, false, 'This session was written by a newer version: update monkey.'),
  'internal.bug': facts(1, 500, false, 'Please report it with the request id.'),
} as const satisfies Record<string, ErrorFacts>;

/** A code of the error table. */
export type ErrorCode = keyof typeof errorTable;

const brand = Symbol.for('monkey-coder.error');

/** The only error class of the product; recognised by `code`, across bundles. */
export class MonkeyError extends Error {
  readonly code: ErrorCode;
  /** What to do, more exact than the table's advice when the thrower knows better. */
  readonly advice: string;
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; advice?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MonkeyError';
    this.code = code;
    this.advice = options.advice ?? errorTable[code].advice;
  }
}

/** Whether a thrown value is a `MonkeyError`, from this copy of the package or another. */
export function isMonkeyError(value: unknown): value is MonkeyError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

/** One readable line for any thrown value. */
export function errorMessage(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}
