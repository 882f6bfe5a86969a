// `monkey feedback up|down [session]`: a person's judgement of the last run, for the router.
import { MonkeyError } from '@monkey-coder/protocol';
import { type Command, printJson } from '../configuration/command-context.ts';

/** Records the judgement. Throws MonkeyError `usage.invalid` or `session.not-found`. */
export const feedback: Command = async (context) => {
  const { world, line } = context;
  const [signal, named] = line.operands;
  if (signal !== 'up' && signal !== 'down')
    throw new MonkeyError('usage.invalid', 'say `monkey feedback up` or `monkey feedback down`');
  const engine = context.engine();
  const sessionId = named ?? engine.sessions.list({ cwd: context.cwd() }).find((session) => session.runs > 0)?.id;
  if (sessionId === undefined)
    throw new MonkeyError('session.not-found', `there is no run in ${context.cwd()} to judge`, {
      advice: 'Name a session: `monkey sessions list --all` shows them.',
    });
  const { runId } = await engine.judge(sessionId, signal);
  if (context.asJson) return printJson(world, { sessionId, runId, signal });
  world.out(`noted: ${signal === 'up' ? 'right' : 'wrong'} (run ${runId} of session ${sessionId})\n`);
  return 0;
};
