// Who works in a run: the agent that was named, the one the session began with, or the one its first task calls for.
import { extensionFolders } from '@monkey-coder/agents';
import type { EventOf, Task } from '@monkey-coder/protocol';
import type { RunConnection } from '../engine.ts';
import type { EngineParts } from '../parts/engine-parts.ts';
import { extensionPlaces } from '../parts/extension-places.ts';
import type { RunStart } from '../parts/open-session.ts';
import type { RunAgent } from '../parts/registry.ts';

/** One look that most tasks end with: only where some role's word stands are the roles loaded and weighed. */
const mayCallForRole =
  /review|critique|feedback on|look over|find (?:bugs|problems|issues)|what is wrong with|design|architect|trade-?off|propose|structure|\bplan\b|\btests\b|coverage|flaky|secur|vulnerab|exploit|threat|owasp|\bcve|penetration|injection|\bxss|csrf|audit|document|\bdocs?\b|readme|changelog|docstring|tutorial|how-to|release|jsdoc|deploy|ci\/cd|pipeline|docker|kubernetes|helm|terraform|github action|gitlab|infrastructure|perform|\bslow|speed ?up|faster|latency|throughput|profil|benchmark|memory (?:leak|usage)|optimi[sz]|@\w|\bas (?:an? |the )?\w/i;

/** The agent of a run; undefined for the default one. Throws MonkeyError `usage.invalid` for a name that cannot be used. */
export async function agentOfRun(
  parts: EngineParts,
  task: Task,
  start: RunStart,
  connection: RunConnection,
): Promise<RunAgent | undefined> {
  const last = start.prior.findLast((event): event is EventOf<'run.started'> => event.type === 'run.started');
  const setting = parts.settings.agent;
  const named = task.agent ?? (last === undefined && setting !== 'auto' ? setting : undefined);
  if (named !== undefined) {
    const { namedAgent } = await import('../parts/registry.ts');
    const definition = await namedAgent(parts, task.cwd, named);
    return {
      definition,
      chosenBy: 'user',
      confidence: 1,
      reason: task.agent === undefined ? 'the settings name it' : 'it was named',
    };
  }
  if (last !== undefined) {
    if (last.agent === undefined) return undefined;
    const { namedAgent } = await import('../parts/registry.ts');
    return { ...last.agent, definition: await namedAgent(parts, task.cwd, last.agent.name) };
  }
  // Candidates of an exploration are developers: nobody is asked for each of them.
  if (parts.parentScope !== undefined) return undefined;
  const prompt = await askedWords(task);
  const isFree = !mayCallForRole.test(prompt);
  if (isFree && extensionFolders(extensionPlaces(parts, task.cwd), 'agents').length === 0) return undefined;
  const { agentByTask } = await import('../parts/registry.ts');
  return agentByTask(parts, { prompt, root: task.cwd }, connection);
}

/** What was asked for: a diff under review, or what a kind of work demands, says nothing about who should do it. */
async function askedWords({ prompt, work }: Task): Promise<string> {
  return work === undefined ? prompt : (await import('../kinds/work-prompt.ts')).workRequest(work);
}
