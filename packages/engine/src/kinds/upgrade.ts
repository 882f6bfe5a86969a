// `upgrade` is verified when manifest and lock file have the version that was asked for, no other declared dependency changed, and tests
// pass before and after.
import type { WorkEvidence } from '@monkey-coder/protocol';
import type { Dependency } from '@monkey-coder/workspace';
import { inTreeBefore } from '../outcome/tree-before.ts';
import { verify } from '../outcome/verify.ts';
import { runBefore } from './before-after.ts';
import { type DependencyChange, dependencyChanges, isVersion } from './compare-dependencies.ts';
import { evidence, type JudgeWork, notVerified, reportOf, verificationOf, type WorkGround } from './work-ground.ts';

/** Judges an upgrade. */
export const judgeUpgrade: JudgeWork = async (ground) => {
  const changes = await changesOf(ground);
  if (changes === undefined)
    return notVerified('upgrade', { kind: 'unproven', reason: 'the manifest as it was cannot be read' });
  const found = [isThere(ground, changes), othersAreSame(ground, changes)];
  const wrong = found.filter(({ result }) => result === 'fails');
  if (wrong.length > 0)
    return verificationOf(
      reportOf('upgrade', found),
      wrong.map(({ what, detail }) => `${what}: no, ${detail}.`).join('\n'),
    );
  const checks = await verify(ground);
  if (checks.kind !== 'passed') return notVerified('upgrade', checks);
  const tests = checks.passed?.find(({ check }) => check.kind === 'tests' || check.kind === 'custom');
  if (tests === undefined)
    return notVerified('upgrade', {
      kind: 'unproven',
      reason: 'there are no tests that could show that it works (--check)',
    });
  const before = await runBefore(ground, tests.check);
  // What is installed is today's: the old code on it may rightly fail.
  const old = evidence(
    'the tests on the files as they were, with what is installed now',
    'holds',
    before === undefined ? 'could not be run' : before.passed ? 'pass' : 'fail',
    [before],
  );
  const after = evidence('the tests pass after', 'holds', tests.check.command, [tests.receipt]);
  return verificationOf(reportOf('upgrade', [...found, old, after]));
};

async function changesOf(ground: WorkGround): Promise<readonly DependencyChange[] | undefined> {
  const { signal } = ground;
  const old = await inTreeBefore(
    ground,
    async (tree): Promise<readonly Dependency[]> => (await (await tree.checks()).profile({ signal })).dependencies,
  );
  if (old === undefined) return undefined;
  const checks = await ground.workspace.checks();
  return dependencyChanges(old, (await checks.profile({ signal })).dependencies);
}

function isThere({ work }: WorkGround, changes: readonly DependencyChange[]): WorkEvidence {
  const { name = '', version } = work.dependency ?? {};
  const what = `${name} has the version that was asked for${version === undefined ? '' : ` (${version})`}, in manifest and lock file`;
  const own = changes.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (own === undefined) return evidence(what, 'fails', 'neither manifest nor lock file changed for it');
  const { before, after } = own;
  if (after === null) return evidence(what, 'fails', 'it is declared no more');
  const states = `declared ${before?.declared ?? 'nowhere'} → ${after.declared ?? 'nothing'}, locked ${before?.locked ?? 'nowhere'} → ${after.locked ?? 'nowhere'}`;
  if (before?.locked && before.locked === after.locked)
    return evidence(what, 'fails', `the lock file was left behind: ${states}`);
  const isRight = version === undefined || isVersion(version, after.locked ?? after.declared);
  const isDeclared = version === undefined || after.locked !== null || isVersion(version, after.declared);
  return evidence(what, isRight && isDeclared ? 'holds' : 'fails', states);
}

function othersAreSame({ work }: WorkGround, changes: readonly DependencyChange[]): WorkEvidence {
  const name = work.dependency?.name.toLowerCase();
  const others = changes.filter((one) => one.name.toLowerCase() !== name);
  const what = 'no other declared dependency changed';
  if (others.length === 0) return evidence(what, 'holds');
  const list = others.map(
    ({ name: other, before, after }) =>
      `${other} ${before?.locked ?? before?.declared ?? 'none'} → ${after?.locked ?? after?.declared ?? 'none'}`,
  );
  return evidence(what, 'fails', list.join(', '));
}
