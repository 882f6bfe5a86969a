// The approaches that candidates begin with: the usual ones, or, improvising, ideas for this task drawn by one cheap run that changes nothing.
import { orderIdeas, readIdeas } from '@monkey-coder/agents';
import { type Event, errorMessage } from '@monkey-coder/protocol';
import { roundsOf } from '../run/candidates-in-budget.ts';
import { type Exploration, shareOf, sideTask } from './exploration.ts';
import { runHelper } from './helper-run.ts';

const usualApproaches = [
  'Find the most direct change that fulfils the request.',
  'Before changing anything, list the cases at the edges (empty, first, last, equal, missing) and let them lead you.',
  'Write down the rule the tests and the text imply, derive the code from it, and distrust what stands there.',
  'Trace one failing case by hand from input to output, and change where the value first goes wrong.',
];

/** What must hold whatever the approach. */
const theme =
  'What must hold whatever you do: the names and signatures that other code uses, the tests that are there, and every bound that the request sets.';

const ideaTurns = 4;

/** Approaches in the order in which they are tried, at least `count`; what was drawn before a crash is not drawn again. */
export async function approachesOf(
  exploration: Pick<Exploration, 'run' | 'means' | 'spent'>,
  count: number,
): Promise<readonly string[]> {
  const { run } = exploration;
  const usual = Array.from({ length: count }, (_, at) => usualApproaches[at % usualApproaches.length] ?? '');
  if (run.task.strategy !== 'improvise') return usual;
  const known = run.recorder.events.find((event: Event) => event.type === 'approaches.drawn');
  if (known?.type === 'approaches.drawn') return known.approaches;
  const ideas = (await drawIdeas(exploration, count)).map((text) => `Your approach: ${text} ${theme}`);
  const approaches = [...ideas, ...usual.slice(0, Math.max(0, count - ideas.length))];
  if (!run.connection.signal.aborted) run.recorder.record({ type: 'approaches.drawn', approaches });
  return approaches;
}

async function drawIdeas(exploration: Pick<Exploration, 'run' | 'means' | 'spent'>, count: number): Promise<string[]> {
  const { run } = exploration;
  // No more than a turn of a candidate may take.
  const limits = shareOf(exploration, count, roundsOf(run));
  const prompt = `Name ${2 * count} approaches to the request below that differ in what they change and why, not in wording. Do not carry any out. Look at no more than you need. Answer with one line each: how likely it leads to a right change (1 to 10), a bar, and the approach in at most 40 words. Example: 7 | Normalise the input once at the edge, so that the inner functions need no checks.\n\nRequest: ${run.task.prompt}`;
  try {
    const outcome = await runHelper(exploration, 'ideas', {
      ...sideTask(run),
      ...{ permissionMode: 'plan', prompt, checks: [] },
      limits: { ...limits, maxTurns: Math.min(limits.maxTurns, ideaTurns) },
    });
    return orderIdeas(readIdeas(outcome.text)).map((idea) => idea.text);
  } catch (error) {
    const text = `no approaches could be drawn: ${errorMessage(error)}`;
    run.recorder.record({ type: 'notice', level: 'warning', code: 'explore.ideas', text });
    return [];
  }
}
