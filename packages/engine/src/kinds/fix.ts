// `fix` is verified when a check that fails on the files as they were passes with the change, and with nothing but the change.
import type { WorkEvidence } from '@monkey-coder/protocol';
import type { PassedCheck } from '../outcome/judge.ts';
import { verify } from '../outcome/verify.ts';
import { type BeforeAfter, runBeforeAndAfter } from './before-after.ts';
import { evidence, type JudgeWork, notVerified, reportOf, verificationOf, type WorkGround } from './work-ground.ts';

/** Judges a fix. */
export const judgeFix: JudgeWork = async (ground) => {
  const checks = await verify(ground);
  if (checks.kind !== 'passed' && checks.kind !== 'unproven') return notVerified('fix', checks);
  const passed = checks.passed ?? [];
  if (passed.length === 0) return notVerified('fix', checks);
  const after = evidence(
    'the checks pass on the final files',
    'holds',
    passed.map(({ check }) => check.command).join(', '),
    passed.map(({ receipt }) => receipt),
  );
  const report = reportOf('fix', [after, await failedBefore(ground, passed)]);
  return verificationOf(report);
};

/** Whether one of the checks that pass now failed before; the first one that did is enough. */
async function failedBefore(ground: WorkGround, passed: readonly PassedCheck[]): Promise<WorkEvidence> {
  const looked: BeforeAfter[] = [];
  for (const { check } of passed) {
    if (ground.signal.aborted) break;
    const runs = await runBeforeAndAfter(ground, check);
    if (runs === undefined) continue;
    looked.push(runs);
    if (runs.after?.passed) return shown(runs);
  }
  return notShown(looked);
}

function shown({ check, before, after }: BeforeAfter): WorkEvidence {
  const tests = before.tree === 'before-with-tests' ? " with today's tests" : '';
  const detail = `exit ${before.exitCode ?? 'none'} before${tests}, exit 0 with the change`;
  return evidence(`${check.command} failed before the change and passes with it`, 'holds', detail, [before, after]);
}

function notShown(looked: readonly BeforeAfter[]): WorkEvidence {
  const receipts = looked.flatMap(({ before, after }) => [before, after]);
  const undefinedBefore = looked.find(({ after }) => after !== undefined);
  if (looked.length === 0)
    return evidence('no check could be run on the files as they were', 'unknown', 'nothing shows that anything failed');
  if (undefinedBefore !== undefined)
    return evidence(
      `${undefinedBefore.check.command} fails without a change to what defines it (${undefinedBefore.check.evidence.file})`,
      'fails',
      'a check that was redefined proves nothing',
      receipts,
    );
  return evidence(
    'no check failed on the files as they were',
    'fails',
    `${looked.map(({ check }) => check.command).join(', ')} passed before the change too; a test that shows the fault is missing`,
    receipts,
  );
}
