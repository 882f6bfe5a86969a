// Shows that it was the change that made a check pass: it fails on the files as they were, and passes on those files with the change.
//
// Both runs happen in one place of their own, a copy of the state before the run's first change, so that nothing but the change
// differs between them. Today's tests are laid over the old source first: a check that passes then was made to pass by its tests,
// not by the source. The file that defines the check stays as it was in both runs: a check that was redefined proves nothing.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseJson, type Receipt } from '@monkey-coder/protocol';
import { type ProjectCheck, runCheck } from '@monkey-coder/workspace';
import { isTestFile } from '../outcome/test-files.ts';
import { inTreeBefore, overlay } from '../outcome/tree-before.ts';
import type { WorkGround } from './work-ground.ts';

/** The two runs of a check; `after` is absent when it passed before already. */
export interface BeforeAfter {
  readonly check: ProjectCheck;
  readonly before: Receipt;
  readonly after?: Receipt;
}

/** Runs a check before and after the change; undefined when there is no state before. Records both receipts. */
export function runBeforeAndAfter(ground: WorkGround, check: ProjectCheck): Promise<BeforeAfter | undefined> {
  const changed = ground.facts.changes.map(({ path }) => path);
  const tests = changed.filter(isTestFile);
  return inTreeBefore(ground, async (tree) => {
    const definition = check.evidence.file;
    const isSame = hasSameScripts(ground.workspace.root, tree.root, definition);
    const rest = changed.filter((path) => !isTestFile(path) && (isSame || path !== definition));
    const run = async (where: NonNullable<Receipt['tree']>): Promise<Receipt> => {
      const { receipt } = await runCheck(tree, check, ground);
      const kept = { ...receipt, tail: ground.redact(receipt.tail), tree: where };
      ground.record({ type: 'check.finished', receipt: kept });
      return kept;
    };
    overlay(ground.workspace.root, tree.root, tests);
    const before = await run(tests.length === 0 ? 'before' : 'before-with-tests');
    if (before.passed) return { check, before };
    overlay(ground.workspace.root, tree.root, rest);
    return { check, before, after: await run('copy') };
  });
}

/** Whether a manifest was changed in other things than its scripts: only those define checks. */
function hasSameScripts(root: string, before: string, file: string): boolean {
  if (basename(file) !== 'package.json') return false;
  const [now, then] = [root, before].map((folder) => {
    const path = join(folder, file);
    const manifest = existsSync(path) ? parseJson(readFileSync(path, 'utf8')) : undefined;
    return JSON.stringify((manifest as Record<string, unknown> | undefined)?.['scripts']);
  });
  return now === then;
}

/** Runs a check on the files as they were, today's tests not among them; undefined when there is no state before. Records the receipt. */
export function runBefore(ground: WorkGround, check: ProjectCheck): Promise<Receipt | undefined> {
  return inTreeBefore(ground, async (tree) => {
    const { receipt } = await runCheck(tree, check, ground);
    const before: Receipt = { ...receipt, tail: ground.redact(receipt.tail), tree: 'before' };
    ground.record({ type: 'check.finished', receipt: before });
    return before;
  });
}
