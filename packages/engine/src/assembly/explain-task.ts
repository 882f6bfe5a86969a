// Explains the routing of a task without running it.
import { MonkeyError, type Task } from '@monkey-coder/protocol';
import type { RouteExplanation } from '@monkey-coder/router';
import { createModelFinder } from '../model-calls/find-model.ts';
import type { EngineParts } from '../parts/engine-parts.ts';
import { armOf, choosableModels, routeRequest } from '../parts/plan-models.ts';

/** The explanation. Throws MonkeyError `usage.invalid` when there is nothing to choose. */
export async function explainTask(parts: EngineParts, task: Task): Promise<RouteExplanation> {
  const sources = { ...parts, keys: () => parts.keys.readAll() };
  const candidates = await choosableModels(parts, createModelFinder(sources, new AbortController().signal));
  if (candidates.length < 2) {
    const what = candidates.length === 0 ? 'no model with a known price can' : 'only one model can';
    throw new MonkeyError('usage.invalid', `there is nothing to choose: ${what} be called`, {
      advice:
        'Add keys with `monkey login PROVIDER`, or name the models: monkey config set router \'{"models":["provider/a","provider/b"]}\'.',
    });
  }
  const { createRouterStore, explainDecision } = await import('../routing/lazy.ts');
  const workspace = await parts.openWorkspace(task.cwd, task.addDirs);
  try {
    const store = createRouterStore(parts.homes.state, parts.now);
    return explainDecision(await routeRequest(parts, task, workspace, store), candidates.map(armOf));
  } finally {
    await workspace.close();
  }
}
