// Asks the person at the terminal, showing exactly what would be granted; and takes what is typed meanwhile as steering.
import { createInterface, type Interface } from 'node:readline';
import type { Gate, GateAnswer, GateQuestion } from '@monkey-coder/agents';
import type { Event } from '@monkey-coder/protocol';
import { paintDiff, printable, type Style } from '../terminal/style.ts';
import { ProposedChanges } from './proposed-change.ts';

/** A terminal that can be asked and listened to. */
export interface TerminalConversation {
  readonly gate: Gate;
  /** Takes note of what happens, to show with a question what it is about. */
  note(event: Event): void;
  takeSteering(): readonly string[];
  /** Asks for a line; undefined at the end of input. */
  ask(prompt: string): Promise<string | undefined>;
  close(): void;
}

/** Opens the terminal for questions. Lines typed while nothing is asked are steering. */
export function openTerminal(
  input: NodeJS.ReadStream,
  write: (text: string) => void,
  style: Style,
): TerminalConversation {
  const lines: Interface = createInterface({ input, terminal: false });
  const typed: string[] = [];
  const changes = new ProposedChanges();
  let waiting: ((line: string | undefined) => void) | undefined;
  let isClosed = false;
  lines.on('line', (line) => {
    if (waiting) answer(line);
    else if (line.trim() !== '') typed.push(line.trim());
  });
  lines.on('close', () => {
    isClosed = true;
    answer(undefined);
  });
  const answer = (line: string | undefined): void => {
    const resolve = waiting;
    waiting = undefined;
    resolve?.(line);
  };
  const ask = (prompt: string): Promise<string | undefined> => {
    write(prompt);
    if (isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      waiting = resolve;
    });
  };
  return {
    gate: {
      available: true,
      ask: (question, options) => {
        const text = questionText(question, changes.linesOf(question.callId), style);
        return askGate(
          question,
          options,
          () => ask(text),
          () => answer(undefined),
        );
      },
    },
    note: (event) => changes.note(event),
    takeSteering: () => typed.splice(0),
    ask,
    close: () => lines.close(),
  };
}

async function askGate(
  question: GateQuestion,
  options: { readonly deadlineMs?: number; readonly signal: AbortSignal },
  ask: () => Promise<string | undefined>,
  cancel: () => void,
): Promise<GateAnswer> {
  const timer = options.deadlineMs === undefined ? undefined : setTimeout(cancel, options.deadlineMs);
  options.signal.addEventListener('abort', cancel, { once: true });
  try {
    return readAnswer(await ask(), question);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', cancel);
  }
}

function readAnswer(line: string | undefined, question: GateQuestion): GateAnswer {
  if (line === undefined) return { kind: 'expired' };
  const word = line.trim().toLowerCase();
  if (word === 'y' || word === 'yes') return { kind: 'answered', scope: 'once' };
  if ((word === 'a' || word === 'always') && question.alwaysRule) return { kind: 'answered', scope: 'session' };
  const isPlainNo = word === '' || word === 'n' || word === 'no' || word === 'a' || word === 'always';
  return isPlainNo ? { kind: 'denied' } : { kind: 'denied', message: line.trim() };
}

function questionText(question: GateQuestion, change: readonly string[], style: Style): string {
  const always = question.alwaysRule ? `  [a] always in this session: ${printable(question.alwaysRule)}` : '';
  return [
    '',
    `${style.yellow('?')} ${style.bold(`allow ${question.tool}?`)} ${style.dim(printable(question.reason))}`,
    ...question.grants.map((grant) => `    ${printable(grant)}`),
    ...change.map((line) => `    ${paintDiff(line, style)}`),
    `  [y] once${always}  [n] no, or say what to do instead: `,
  ].join('\n');
}
