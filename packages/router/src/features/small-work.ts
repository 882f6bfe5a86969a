// Tells work that a small model on one's own machine can be given: short, harmless, and answered rather than built.
import type { TaskKind } from '@monkey-coder/protocol';
import { isRisky } from './task-features.ts';
import { workKindOf } from './work-kind.ts';

/** Characters of a request that is still short. */
const shortChars = 300;

/** Whether a request is small work: a short question, an explanation or a word of documentation, nothing that is hard to take back. */
export function isSmallWork(prompt: string, kind: TaskKind): boolean {
  if (prompt.trim().length > shortChars || isRisky(prompt)) return false;
  const work = workKindOf(prompt);
  return kind === 'question' || work === 'docs' || work === 'explain';
}
