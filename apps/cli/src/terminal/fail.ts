// Turns any failure into one clear line and an exit code.
import { errorMessage, errorTable, isMonkeyError } from '@monkey-coder/protocol';

/** A failure as people and programs see it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly exitCode: number;
}

/** Describes a thrown value; what is not ours is a bug and says so. */
export function describeFailure(thrown: unknown): Failure {
  if (isMonkeyError(thrown)) {
    return {
      code: thrown.code,
      message: thrown.message,
      advice: thrown.code === 'auth.missing-key' ? `${thrown.advice} \`monkey demo\` works without.` : thrown.advice,
      exitCode: errorTable[thrown.code].exitCode,
    };
  }
  if (isFileTrouble(thrown)) {
    const { exitCode, advice } = errorTable['workspace.io'];
    return {
      code: 'workspace.io',
      message: thrown.message,
      advice: `${advice} \`monkey doctor\` looks at its own.`,
      exitCode,
    };
  }
  const facts = errorTable['internal.bug'];
  return {
    code: 'internal.bug',
    message: `unexpected: ${errorMessage(thrown)}`,
    advice: 'This is a bug of monkey; please report it (MONKEY_DEBUG=1 shows where).',
    exitCode: facts.exitCode,
  };
}

const fileTroubles: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EMFILE', 'EIO'];

/** The file system said no, with a path: trouble of the machine, not a bug. */
function isFileTrouble(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'path' in thrown && 'code' in thrown && fileTroubles.includes(thrown.code);
}
