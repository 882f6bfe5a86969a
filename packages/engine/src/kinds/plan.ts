// `plan` is verified when its steps name files: those to change are there, those to create are not. The estimate is counted from them.
import type { WorkReport } from '@monkey-coder/protocol';
import type { Workspace } from '@monkey-coder/workspace';
import * as z from 'zod/mini';
import { answerJson } from './answer-json.ts';
import { missingReason } from './cited-places.ts';
import { countOf, evidence, type JudgeWork, reportOf, verificationOf } from './work-ground.ts';

const planSchema = z.object({
  goal: z._default(z.string(), ''),
  steps: z
    .array(
      z.object({
        title: z.string(),
        files: z._default(
          z.array(
            z.union([
              z.string(),
              z.object({
                path: z.string(),
                change: z._default(z.enum(['create', 'modify', 'delete', 'read']), 'modify'),
              }),
            ]),
          ),
          [],
        ),
        check: z.optional(z.string()),
      }),
    )
    .check(z.minLength(1)),
  risks: z._default(z.array(z.string()), []),
});

type Plan = NonNullable<WorkReport['plan']>;
type PlanSteps = Plan['steps'];
type Citations = NonNullable<WorkReport['citations']>;

const form =
  'End your answer with one fenced block of JSON: {"goal":"…","steps":[{"title":"…","files":[{"path":"…","change":"modify|create|delete|read"}],"check":"…"}],"risks":["…"]}.';

/** Judges a plan. */
export const judgePlan: JudgeWork = async ({ text, workspace, priceOf }) => {
  const parsed = planSchema.safeParse(answerJson(text));
  if (!parsed.success) {
    const unread = evidence('the answer has a plan with steps', 'fails', 'none could be read');
    return verificationOf(reportOf('plan', [unread]), `No plan could be read. ${form}`);
  }
  const steps: PlanSteps = parsed.data.steps.map(({ files, ...step }) => ({
    ...step,
    files: files.map((file) => (typeof file === 'string' ? { path: file, change: 'modify' as const } : file)),
  }));
  const citations = await filesOfPlan(workspace, steps);
  const estimate = await estimateOf(workspace, steps, priceOf);
  const plan: Plan = { ...parsed.data, steps, estimate };
  const work = reportOf('plan', [judgeFiles(citations)], { citations, plan });
  const reason = `${countOf(steps.length, 'step')}; ${work.reasons.join('; ')}`;
  return work.verdict === 'verified' ? { kind: 'answered', reason, work } : { kind: 'unproven', reason, work };
};

/** A file that an earlier step creates may be changed by a later one. */
async function filesOfPlan(workspace: Workspace, steps: PlanSteps): Promise<Citations> {
  const created = new Set<string>();
  const citations: Citations = [];
  for (const { path, change } of steps.flatMap(({ files }) => files)) {
    const missing = created.has(path) ? '' : await missingReason(workspace, { file: path, line: null });
    const isThere = missing === '';
    if (change === 'create' && !created.has(path)) {
      created.add(path);
      citations.push({ file: path, line: null, exists: !isThere, reason: isThere ? `${path} is there already` : '' });
    } else citations.push({ file: path, line: null, exists: isThere, reason: missing });
  }
  return citations;
}

function judgeFiles(citations: Citations): ReturnType<typeof evidence> {
  const wrong = citations.filter(({ exists }) => !exists);
  const what = 'files to change are there, files to create are not';
  if (citations.length === 0) return evidence('the steps name files', 'unknown', 'none does');
  if (wrong.length === 0) return evidence(what, 'holds', countOf(citations.length, 'file'));
  return evidence(what, 'fails', wrong.map(({ reason }) => reason).join(', '));
}

/** Each file is read once and a fifth of it written, and the conversation is read again for each step: an estimate, no bound. */
async function estimateOf(
  workspace: Workspace,
  steps: PlanSteps,
  priceOf: (input: number, output: number) => number | null,
): Promise<Plan['estimate']> {
  const paths = [...new Set(steps.flatMap(({ files }) => files.map(({ path }) => path)))];
  const texts = await Promise.all(
    paths.map((path) =>
      workspace.readFile(path).then(
        ({ text }) => text,
        () => '',
      ),
    ),
  );
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const lines = texts.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
  const tokens = Math.ceil(characters / 4) + 4_000;
  const [read, written] = [tokens * (steps.length + 1), Math.ceil(characters / 20) + 500 * steps.length];
  return { files: paths.length, lines, tokens: read + written, costMicroUsd: priceOf(read, written) };
}
