// Decides how a run ended, from facts alone. The model's own words are never evidence.
import type { AgentStop } from '@monkey-coder/agents';
import type { Receipt, RunStatus, TaskKind, WorkReport } from '@monkey-coder/protocol';
import type { ProjectCheck } from '@monkey-coder/workspace';
import type { RunFacts } from './run-facts.ts';

/** A check that passed on the final files, with its proof. */
export interface PassedCheck {
  readonly check: ProjectCheck;
  readonly receipt: Receipt;
}

/** What the checks said; `work` where a kind of work had more to say. */
export type Verification = (
  | { readonly kind: 'passed'; readonly reason: string; readonly passed?: readonly PassedCheck[] }
  /** `isOld`: what failed had failed before the change, too, and nothing else did. */
  | { readonly kind: 'failed'; readonly reason: string; readonly feedback: string; readonly isOld?: boolean }
  /** Nothing could be proven: no checks, checks that could not run, tests that cannot fail. `passed`: what did pass. */
  | { readonly kind: 'unproven'; readonly reason: string; readonly passed?: readonly PassedCheck[] }
  /** Work that only reads: what it says was held against the files. */
  | { readonly kind: 'answered'; readonly reason: string }
  /** There was nothing to verify. */
  | { readonly kind: 'none' }
) & { readonly work?: WorkReport };

/** A status and the sentence that explains it. */
export interface Judgement {
  readonly status: RunStatus;
  readonly reason: string;
}

/** Judges a run. `verification` is `none` when no file changed. */
export function judge(kind: TaskKind, stop: AgentStop, facts: RunFacts, verification: Verification): Judgement {
  if (stop.kind !== 'finished') return judgeStop(stop);
  switch (verification.kind) {
    case 'passed':
      return { status: 'verified', reason: verification.reason };
    case 'failed':
      return { status: verification.isOld ? 'unverified' : 'verification-failed', reason: verification.reason };
    case 'unproven':
      return { status: 'unverified', reason: verification.reason };
    case 'answered':
      return { status: 'answered', reason: verification.reason };
    case 'none':
      return judgeWithoutChanges(kind, stop.text, facts);
  }
}

function judgeStop(stop: Exclude<AgentStop, { kind: 'finished' }>): Judgement {
  switch (stop.kind) {
    case 'turn-limit':
      return { status: 'limit', reason: 'the limit of turns was reached (raise --max-turns and resume)' };
    case 'time-limit':
      return { status: 'limit', reason: 'the time limit was reached (raise --max-minutes and resume)' };
    case 'budget':
      return { status: 'out-of-budget', reason: stop.message };
    case 'loop':
      return { status: 'failed', reason: stop.message };
    case 'interrupted':
      return { status: 'interrupted', reason: 'stopped by the user; everything up to here is recorded' };
    case 'denied':
      return { status: 'denied', reason: stop.message };
    case 'model-failed':
      return stop.code === 'auth' || stop.code === 'permission'
        ? {
            status: 'auth-failed',
            reason: `the provider refused the key: ${stop.message} (\`monkey auth\` shows which key is used, \`monkey login PROVIDER\` stores another)`,
          }
        : { status: 'failed', reason: stop.message };
  }
}

function judgeWithoutChanges(kind: TaskKind, text: string, facts: RunFacts): Judgement {
  const denied = facts.denials.at(-1);
  if (denied && !facts.commands.some((command) => command.exitCode === 0)) {
    return { status: 'denied', reason: `not permitted: ${denied.what} (${denied.reason})` };
  }
  if (kind === 'question' && text.trim() !== '')
    return { status: 'answered', reason: 'an answer was wanted, no file was changed' };
  const acted = facts.commands.filter((command) => !command.readOnly);
  if (acted.length > 0) {
    return {
      status: 'unverified',
      reason: `${acted.length} command${acted.length === 1 ? '' : 's'} ran and no file changed; nothing here proves the result`,
    };
  }
  const nothing = 'no file was changed and no command was run';
  return {
    status: 'nothing-done',
    reason: asks(text) ? `${nothing}: it asks you something, answer to go on` : nothing,
  };
}

/** Whether an answer ends with a question. */
function asks(text: string): boolean {
  return /[?？]["'*_)\s]*$/.test(text);
}
