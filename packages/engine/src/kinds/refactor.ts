// `refactor` is verified when the same tests pass before and after, untouched, and no public name went away or changed its parameters.
//
// A public name that the request itself speaks of may go or change, and the tests may follow it: a rename is a refactoring, too.
import type { WorkEvidence } from '@monkey-coder/protocol';
import { languageOfPath, loadCodeParser } from '@monkey-coder/workspace';
import { isTestFile } from '../outcome/test-files.ts';
import { verify } from '../outcome/verify.ts';
import { differsOnlyIn, isNamedIn } from './asked-names.ts';
import { runBefore } from './before-after.ts';
import { type ChangedText, changedTexts } from './old-files.ts';
import { type BrokenName, brokenNames, publicInterface } from './public-interface.ts';
import { evidence, type JudgeWork, notVerified, reportOf, verificationOf, type WorkGround } from './work-ground.ts';

/** Judges a refactoring. */
export const judgeRefactor: JudgeWork = async (ground) => {
  const still = await sameFromOutside(ground);
  const wrong = still.filter(({ result }) => result === 'fails');
  if (wrong.length > 0) {
    const feedback = wrong.map(({ what, detail }) => `${what}: no, ${detail}.`).join('\n');
    return verificationOf(
      reportOf('refactor', still),
      `${feedback}\nPut that back as it was; only the inside may change, and what the request names.`,
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

async function sameFromOutside(ground: WorkGround): Promise<WorkEvidence[]> {
  const same = 'the public interface is the same';
  const { mayChangeInterface, request } = ground.work;
  const free = evidence('the public interface may change', 'holds', 'as was asked');
  const texts = await changedTexts(ground);
  if (texts === undefined) {
    const unknown = evidence(same, 'unknown', 'the files as they were cannot be read');
    return [sameTests(ground, []), mayChangeInterface ? free : unknown];
  }
  const { broken, added } = await interfaceChanges(texts);
  const asked = broken.filter(({ name }) => isNamedIn(request, name));
  const unasked = broken.filter((one) => !asked.includes(one)).map(({ path, change }) => `${path}: ${change}`);
  const followed = asked.length === 0 ? [] : texts.filter(follows([...asked.map(({ name }) => name), ...added]));
  const named = `names that the request speaks of: ${asked.map(({ change }) => change).join('; ')}`;
  const held = evidence(same, 'holds', asked.length === 0 ? '' : `but for ${named}`);
  const kept = unasked.length === 0 ? held : evidence(same, 'fails', unasked.join('; '));
  return [sameTests(ground, followed), mayChangeInterface ? free : kept];
}

/** Tells texts that differ in these names alone. */
function follows(names: readonly string[]): (text: ChangedText) => boolean {
  return ({ before, after }) => before !== null && after !== null && differsOnlyIn(names, before, after);
}

function sameTests({ facts }: WorkGround, followed: readonly ChangedText[]): WorkEvidence {
  const what = 'the tests are the same';
  const touched = facts.changes.filter(({ path }) => isTestFile(path));
  const wrong = touched.filter(({ path }) => !followed.some((text) => text.path === path));
  if (wrong.length > 0) return evidence(what, 'fails', wrong.map(({ path, kind }) => `${path} was ${kind}`).join(', '));
  return evidence(what, 'holds', touched.length === 0 ? '' : 'but for the names that were changed as asked');
}

interface InterfaceChanges {
  readonly broken: readonly (BrokenName & { readonly path: string })[];
  /** Names that were not there before. */
  readonly added: readonly string[];
}

async function interfaceChanges(texts: readonly ChangedText[]): Promise<InterfaceChanges> {
  const parser = await loadCodeParser();
  try {
    const broken: (BrokenName & { path: string })[] = [];
    const added: string[] = [];
    for (const { path, before, after } of texts) {
      const language = languageOfPath(path);
      if (language === null || before === null || isTestFile(path)) continue;
      const read = async (text: string) => publicInterface(language, text, await parser.outline(language, text));
      const [old, now] = [await read(before), await read(after ?? '')];
      broken.push(...brokenNames(old, now).map((one) => ({ ...one, path })));
      added.push(...[...now.keys()].filter((name) => !old.has(name)));
    }
    return { broken, added };
  } finally {
    parser.close();
  }
}
