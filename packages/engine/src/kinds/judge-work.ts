// Finds the judge of a kind of work; each is read only when a run of its kind ends.
import type { WorkKind } from '@monkey-coder/protocol';
import type { Verification } from '../outcome/judge.ts';
import type { JudgeWork, WorkGround } from './work-ground.ts';

const judges: Readonly<Partial<Record<WorkKind, () => Promise<JudgeWork>>>> = {
  fix: async () => (await import('./fix.ts')).judgeFix,
  test: async () => (await import('./test.ts')).judgeTest,
};

/** What the work of a run came to. */
export async function judgeWork(ground: WorkGround): Promise<Verification> {
  const judge = await judges[ground.work.kind]?.();
  return judge?.(ground) ?? { kind: 'unproven', reason: 'not judged yet' };
}
