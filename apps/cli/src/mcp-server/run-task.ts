// The tool `run_task`: one run for a client, from its words to an outcome with receipts, diff and cost.
import type { RunReport, SessionChoice } from '@monkey-coder/engine';
import { formatMicroUsd, MonkeyError } from '@monkey-coder/protocol';
import { boundedTask, engineFor, folderOf, type ServerSetting, type WantedRun } from './server-setting.ts';
import type { ToolAnswer, ToolCall } from './server-tool.ts';

const maxDiffChars = 60_000;
const usable: readonly string[] = ['verified', 'answered', 'unverified', 'nothing-done'];

/** Runs a task. What is wrong with the request is thrown as MonkeyError; a run that failed is an answer that says so. */
export async function runTask(
  setting: ServerSetting,
  wanted: WantedRun & { readonly session?: string | undefined },
  { signal, onEvent, gate }: ToolCall,
): Promise<ToolAnswer> {
  const folder = folderOf(setting, wanted.cwd);
  const engine = engineFor(setting, folder);
  try {
    const session = choiceOf(
      wanted.session,
      folder,
      engine.sessions.list({ cwd: folder }).map(({ id }) => id),
    );
    const report = await engine.run(boundedTask(setting, folder, wanted), session, { onEvent, gate, signal });
    const diff = report.outcome.changes.length === 0 ? '' : await engine.diff(folder, { runId: report.runId });
    return answerOf(report, diff);
  } finally {
    await engine.close();
  }
}

/** Only sessions of the folder can be gone on with. */
function choiceOf(session: string | undefined, folder: string, known: readonly string[]): SessionChoice {
  if (session === undefined) return { kind: 'new' };
  if (known.includes(session)) return { kind: 'resume', sessionId: session };
  throw new MonkeyError('session.not-found', `there is no session ${session} of ${folder}`);
}

function answerOf({ sessionId, runId, outcome }: RunReport, diff: string): ToolAnswer {
  const { status, reason, text, receipts, changes, costMicroUsd, turns, durationMs, denials } = outcome;
  const cost = costMicroUsd === null ? 'price unknown' : formatMicroUsd(costMicroUsd);
  const shown =
    diff.length > maxDiffChars ? `${diff.slice(0, maxDiffChars)}\n… (cut; see the diff of run ${runId})` : diff;
  const lines = [
    text,
    '',
    `status: ${status} (${reason}); ${turns} turns, ${cost}; session ${sessionId}`,
    ...receipts.map((receipt) => `check: ${JSON.stringify(receipt)}`),
    ...denials.map((denial) => `denied: ${denial.what} (${denial.reason})`),
    ...(shown === '' ? [] : ['', shown]),
  ];
  return {
    text: lines.join('\n').trim(),
    data: {
      status,
      reason,
      text,
      sessionId,
      runId,
      turns,
      durationMs,
      costUsd: costMicroUsd === null ? null : costMicroUsd / 1e6,
      receipts,
      changes,
      denials,
      diff: shown,
    },
    isError: !usable.includes(status),
  };
}
