// `refactor` is verified when the same tests pass before and after, untouched, and no public name went away or changed its parameters.
import type { WorkEvidence } from '@monkey-coder/protocol';
import { languageOfPath, loadCodeParser } from '@monkey-coder/workspace';
import { isTestFile } from '../outcome/test-files.ts';
import { verify } from '../outcome/verify.ts';
import { runBefore } from './before-after.ts';
import { type ChangedText, changedTexts } from './old-files.ts';
import { brokenNames, publicInterface } from './public-interface.ts';
import { evidence, type JudgeWork, notVerified, reportOf, verificationOf, type WorkGround } from './work-ground.ts';

/** Judges a refactoring. */
export const judgeRefactor: JudgeWork = async (ground) => {
  const still = [sameTests(ground), await sameInterface(ground)];
  const wrong = still.filter(({ result }) => result === 'fails');
  if (wrong.length > 0) {
    const feedback = wrong.map(({ what, detail }) => `${what}: no, ${detail}.`).join('\n');
    return verificationOf(
      reportOf('refactor', still),
      `${feedback}\nPut that back as it was; only the inside may change.`,
    );
  }
  const checks = await verify(ground);
  if (checks.kind !== 'passed') return notVerified('refactor', checks);
  const ofKind = (kind: string) => checks.passed?.find(({ check }) => check.kind === kind);
  const tests = ofKind('tests') ?? ofKind('custom');
  if (tests === undefined)
    return notVerified('refactor', {
      kind: 'unproven',
      reason: 'there are no tests that could hold the behaviour (--check)',
    });
  const { command } = tests.check;
  const before = await runBefore(ground, tests.check);
  const passedBefore = before?.passed
    ? evidence('the tests passed before', 'holds', command, [before])
    : evidence(
        'the tests passed before',
        'unknown',
        `${command} ${before ? 'failed' : 'could not be run'} on the files as they were: nothing held the behaviour`,
        [before],
      );
  const after = evidence('the tests pass after', 'holds', command, [tests.receipt]);
  return verificationOf(reportOf('refactor', [...still, passedBefore, after]));
};

function sameTests({ facts }: WorkGround): WorkEvidence {
  const touched = facts.changes.filter(({ path }) => isTestFile(path));
  const what = 'the tests are the same';
  if (touched.length === 0) return evidence(what, 'holds');
  return evidence(what, 'fails', `${touched.map(({ path, kind }) => `${path} was ${kind}`).join(', ')}`);
}

async function sameInterface(ground: WorkGround): Promise<WorkEvidence> {
  const what = 'the public interface is the same';
  if (ground.work.mayChangeInterface) return evidence('the public interface may change', 'holds', 'as was asked');
  const texts = await changedTexts(ground);
  if (texts === undefined) return evidence(what, 'unknown', 'the files as they were cannot be read');
  const broken = await brokenIn(texts);
  return broken.length === 0 ? evidence(what, 'holds') : evidence(what, 'fails', broken.join('; '));
}

async function brokenIn(texts: readonly ChangedText[]): Promise<string[]> {
  const parser = await loadCodeParser();
  try {
    const broken: string[] = [];
    for (const { path, before, after } of texts) {
      const language = languageOfPath(path);
      if (language === null || before === null || isTestFile(path)) continue;
      const read = async (text: string) => publicInterface(language, text, await parser.outline(language, text));
      const [old, now] = [await read(before), await read(after ?? '')];
      broken.push(...brokenNames(old, now).map((one) => `${path}: ${one}`));
    }
    return broken;
  } finally {
    parser.close();
  }
}
