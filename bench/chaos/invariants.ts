// What must hold after a run was killed and gone on with.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A session log at one moment. */
export interface LogState {
  /** Whole lines. */
  readonly lines: readonly string[];
  /** Model calls recorded as ended. */
  readonly modelEnds: number;
}

/** What was seen during one trial. */
export interface TrialEvidence {
  kills: number;
  unknownEffects: number;
  torn?: string;
  /** The log after each kill. */
  readonly prefixes: LogState[];
  /** Turns the server was asked for by each process, and how many calls were recorded as ended before it. */
  readonly paid: { readonly turns: readonly number[]; readonly ended: number }[];
}

/** Reads the newest session log of a home folder. */
export function readLog(home: string): LogState {
  const path = logPath(home);
  if (!path) return { lines: [], modelEnds: 0 };
  const text = readFileSync(path, 'utf8');
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return { lines, modelEnds: lines.filter((line) => line.includes('"type":"model.ended"')).length };
}

function logPath(home: string): string | undefined {
  const sessions = join(home, 'state', 'sessions');
  if (!existsSync(sessions)) return undefined;
  const logs = readdirSync(sessions).flatMap((project) =>
    readdirSync(join(sessions, project))
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(sessions, project, name)),
  );
  return logs.sort((a, b) => (a.split('/').at(-1) ?? '').localeCompare(b.split('/').at(-1) ?? '')).at(-1);
}

interface LogEvent {
  readonly seq: number;
  readonly type: string;
  readonly callId?: string;
  readonly status?: string;
}

/** All that is wrong after a trial, one line each. */
export function checkTrial(trial: {
  readonly exit: number | null;
  readonly evidence: TrialEvidence;
  readonly home: string;
  readonly cwd: string;
}): string[] {
  const { evidence, cwd } = trial;
  const final = readLog(trial.home);
  const events = final.lines.map((line) => JSON.parse(line) as LogEvent);
  evidence.unknownEffects = events.filter((event) => event.type === 'tool.ended' && event.status === 'unknown').length;
  return [
    ...(trial.exit === 0 ? [] : [`the last process ended with ${trial.exit}`]),
    ...(evidence.torn ? [evidence.torn] : []),
    ...lostEvents(evidence, final, events),
    ...doublePayments(evidence),
    ...toolProblems(events),
    ...fileProblems(cwd),
  ];
}

function lostEvents(evidence: TrialEvidence, final: LogState, events: readonly LogEvent[]): string[] {
  const sameSession = evidence.prefixes.filter((prefix) => prefix.lines[0] === final.lines[0]);
  const lost = sameSession.filter((prefix) => prefix.lines.some((line, index) => final.lines[index] !== line));
  const gaps = events.filter((event, index) => event.seq !== index);
  return [
    ...(lost.length > 0 ? ['a recorded event was lost'] : []),
    ...(gaps.length > 0 ? ['the order of events has a gap'] : []),
  ];
}

/** A turn whose answer was recorded must never be asked for again. */
function doublePayments(evidence: TrialEvidence): string[] {
  const again = evidence.paid.filter(({ turns, ended }) => turns.some((turn) => turn < ended));
  return again.length > 0 ? ['a finished model call was paid again'] : [];
}

function toolProblems(events: readonly LogEvent[]): string[] {
  const ends = events.filter((event) => event.type === 'tool.ended').map((event) => event.callId);
  return new Set(ends).size === ends.length ? [] : ['a tool call ended twice'];
}

function fileProblems(cwd: string): string[] {
  const problems: string[] = [];
  if (readFileSync(join(cwd, 'a.txt'), 'utf8') !== 'two\n') problems.push('a.txt was not changed');
  const effects = existsSync(join(cwd, 'effects.log'))
    ? readFileSync(join(cwd, 'effects.log'), 'utf8').split('\n')
    : [];
  for (const word of ['first', 'second']) {
    if (effects.filter((line) => line === word).length > 1) problems.push(`the effect "${word}" was repeated`);
  }
  const left = readdirSync(cwd).filter((name) => name.startsWith('.monkey-tmp-'));
  return left.length > 0 ? [...problems, `left behind: ${left.join(', ')}`] : problems;
}
