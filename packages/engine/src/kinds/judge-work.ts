// Finds the judge of a kind of work; each is read only when a run of its kind ends.
import type { WorkKind } from '@monkey-coder/protocol';
import type { Verification } from '../outcome/judge.ts';
import type { JudgeWork, WorkGround } from './work-ground.ts';

const judges: Readonly<Record<WorkKind, () => Promise<JudgeWork>>> = {
  fix: async () => (await import('./fix.ts')).judgeFix,
  test: async () => (await import('./test.ts')).judgeTest,
  review: async () => (await import('./review.ts')).judgeReview,
  explain: async () => (await import('./explain.ts')).judgeExplain,
  plan: async () => (await import('./plan.ts')).judgePlan,
  refactor: async () => (await import('./refactor.ts')).judgeRefactor,
  docs: async () => (await import('./docs.ts')).judgeDocs,
  upgrade: async () => (await import('./upgrade.ts')).judgeUpgrade,
  audit: async () => (await import('./audit.ts')).judgeAudit,
};

/** What the work of a run came to. */
export async function judgeWork(ground: WorkGround): Promise<Verification> {
  const judge = await judges[ground.work.kind]();
  return judge(ground);
}
