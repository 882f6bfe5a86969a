// `monkey context`: what fills the model's window in a session, what was taken out, and how much the provider's cache saved.
import { type ContextShare, contextShares, rebuildState } from '@monkey-coder/agents';
import { type Event, type EventOf, MonkeyError } from '@monkey-coder/protocol';
import { type Command, printJson } from '../configuration/command-context.ts';
import { formatTable } from '../terminal/table.ts';

/** The window of one session. Tokens are estimated by characters / 4 but for what providers counted. */
export interface ContextReport {
  readonly sessionId: string;
  readonly systemTokens: number;
  /** System text, tools and the first prompt, as the quote of the newest run had it. */
  readonly firstRequestTokens: number;
  readonly shares: readonly ContextShare[];
  readonly conversationTokens: number;
  readonly reliefs: readonly {
    readonly reason: string;
    readonly stubbed: number;
    readonly summarised: number;
    readonly tokensBefore: number;
    readonly tokensAfter: number;
  }[];
  /** As providers counted, over all turns. */
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
}

/** Reports on the named or the newest session of the folder. */
export const context: Command = async (command) => {
  const { sessions } = command.engine();
  const id = command.line.operands[0] ?? sessions.list({ cwd: command.cwd() })[0]?.id;
  if (id === undefined)
    throw new MonkeyError('session.not-found', `no session of ${command.cwd()} yet`, {
      advice: 'Run a task first, or name a session: monkey context ID.',
    });
  const report = contextReport(id, sessions.read(id));
  if (command.asJson) return printJson(command.world, report);
  command.world.out(`${describe(report)}\n`);
  return 0;
};

/** Folds a session's events into the report. */
export function contextReport(sessionId: string, events: readonly Event[]): ContextReport {
  const started = events.findLast((event): event is EventOf<'run.started'> => event.type === 'run.started');
  const shares = contextShares(rebuildState(events).messages);
  const turns = events.filter((event): event is EventOf<'model.ended'> => event.type === 'model.ended');
  return {
    sessionId,
    systemTokens: Math.ceil((started?.system.length ?? 0) / 4),
    firstRequestTokens: started?.quote.firstRequestTokens ?? 0,
    shares,
    conversationTokens: shares.reduce((sum, share) => sum + share.tokens, 0),
    reliefs: events.flatMap((event) =>
      event.type === 'context.relieved'
        ? [
            {
              reason: event.reason,
              stubbed: event.relief.stubbed.length,
              summarised: event.relief.summary?.before ?? 0,
              tokensBefore: event.tokensBefore,
              tokensAfter: event.tokensAfter,
            },
          ]
        : [],
    ),
    inputTokens: turns.reduce((sum, turn) => sum + turn.usage.inputTokens, 0),
    cachedInputTokens: turns.reduce((sum, turn) => sum + turn.usage.cachedInputTokens, 0),
  };
}

function describe(report: ContextReport): string {
  const rows = report.shares.map((share) => [
    share.what,
    String(share.count),
    String(share.tokens),
    share.stubs === 0 ? '' : `${share.stubs} taken out`,
  ]);
  const cached = report.inputTokens === 0 ? 0 : Math.round((100 * report.cachedInputTokens) / report.inputTokens);
  return [
    `session ${report.sessionId}: about ${report.systemTokens + report.conversationTokens} tokens besides the tools`,
    formatTable([['', '', 'tokens', ''], ['system text', '', String(report.systemTokens), ''], ...rows], [1, 2]),
    ...report.reliefs.map(
      (one) =>
        `room was made (${one.reason}): ${one.stubbed} results left out, ${one.summarised} messages summarised, ${one.tokensBefore} → ${one.tokensAfter} tokens`,
    ),
    `providers counted ${report.inputTokens} input tokens, ${cached} % of them from their cache`,
  ].join('\n');
}
