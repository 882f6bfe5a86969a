// Findings of a review or an audit: those whose place is there are kept, the others dropped and counted; examples are run in a copy.
import { isAtLeast, type ReviewFinding, type Work, type WorkKind, type WorkReport } from '@monkey-coder/protocol';
import type { Verification } from '../outcome/judge.ts';
import { missingReason } from './cited-places.ts';
import type { ClaimedFinding, ClaimedFindings } from './read-findings.ts';
import { deletedSince } from './review-material.ts';
import { runExample } from './run-example.ts';
import { countOf, evidence, reportOf, type WorkGround } from './work-ground.ts';

type Dropped = NonNullable<WorkReport['dropped']>;

/** What became of claimed findings. */
export interface PlacedFindings {
  readonly findings: readonly ReviewFinding[];
  readonly dropped: Dropped;
}

/** Looks every place up; runs examples where that is safe. */
export async function placeFindings(ground: WorkGround, claimed: ClaimedFindings): Promise<PlacedFindings> {
  const findings: ReviewFinding[] = [];
  const dropped: Dropped = [];
  const { workspace, work, runGit } = ground;
  const deleted = await deletedSince({ root: workspace.root, work, runGit });
  for (const one of claimed.findings) {
    const reason = deleted.has(one.file) ? '' : await missingReason(workspace, one);
    if (reason === '') findings.push(await withExample(ground, one));
    else dropped.push({ file: one.file, line: one.line, title: one.title, reason });
  }
  for (let i = 0; i < claimed.unreadable; i++)
    dropped.push({ file: '', line: null, title: 'unreadable', reason: 'it names no file and line' });
  return { findings, dropped };
}

async function withExample(ground: WorkGround, { example, ...finding }: ClaimedFinding): Promise<ReviewFinding> {
  const placed: ReviewFinding = { ...finding, rule: 'model' };
  return example === undefined ? placed : { ...placed, example: await runExample(ground, example) };
}

/** The verification of findings that were placed. */
export function findingsVerification(
  kind: WorkKind,
  { findings, dropped }: PlacedFindings,
  work: Work,
  more: Parameters<typeof reportOf>[1] = [],
): Verification {
  const failing = findings.filter(({ severity }) => isAtLeast(severity, work.failOn ?? 'low')).length;
  const kept = evidence(
    'every finding that is kept names a line that is there',
    'holds',
    countOf(findings.length, 'finding'),
  );
  const lost = evidence(
    `${countOf(dropped.length, 'finding')} dropped`,
    'fails',
    dropped.map(({ file, line, reason }) => `${file}:${line ?? '?'} (${reason})`).join(', '),
  );
  const shown = findings.filter(({ example }) => example?.result === 'fails').length;
  const examples = shown === 0 ? [] : [evidence('examples that fail, as was claimed', 'holds', `${shown}`)];
  const report = reportOf(kind, [kept, ...examples, ...more, ...(dropped.length > 0 ? [lost] : [])], {
    findings: [...findings],
    dropped,
    failing,
  });
  const summary = `${countOf(findings.length, 'finding')}${dropped.length > 0 ? `, ${dropped.length} dropped that cite nothing` : ''}`;
  // Nothing that was claimed is there: that is no clean bill.
  if (findings.length === 0 && dropped.length > 0) return { kind: 'unproven', reason: summary, work: report };
  return { kind: 'answered', reason: summary, work: report };
}
