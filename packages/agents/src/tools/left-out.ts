// Leaves out files that a rule forbids to read, and says that it did.
import type { ToolContext } from './tool.ts';

/** What is left out of one result. */
export interface LeavingOut {
  /** Whether a path is left out; counted. */
  readonly exclude: (path: string) => boolean;
  /** A line for the end of the result; empty when nothing was left out. */
  note(): string;
}

/** Starts to count for one result. */
export function leavingOut(context: ToolContext): LeavingOut {
  const paths = new Set<string>();
  return {
    exclude(path) {
      const isHidden = context.isHidden(path);
      if (isHidden) paths.add(path);
      return isHidden;
    },
    note: () => {
      if (paths.size === 0) return '';
      return `\n[${paths.size} ${paths.size === 1 ? 'file' : 'files'} left out: a rule forbids to read them]`;
    },
  };
}
