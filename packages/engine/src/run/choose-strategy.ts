// Where it is left to foresight whether several candidates work on a task: decides, and says with the quote what and why.
import { formatMicroUsd, type Task } from '@monkey-coder/protocol';
import type { WayForecast } from '@monkey-coder/router';
import type { Ingredients } from '../parts/ingredients.ts';
import { armOf, choosableModels, routeRequest } from '../parts/plan-models.ts';

/** The task with the candidates that pay; without any where they do not. */
export async function chooseStrategy(
  given: Pick<Ingredients, 'parts' | 'workspace' | 'finder' | 'found' | 'plan'>,
  task: Task,
): Promise<{ readonly task: Task; readonly strategyNotes: readonly string[] }> {
  const { parts, workspace, finder, found, plan } = given;
  const single = (why: string) => ({ task, strategyNotes: [`one attempt, no candidates: ${why}`] });
  if (task.permissionMode === 'plan') return single('nothing is changed');
  const { createRouterStore, decideStrategy } = await import('../routing/lazy.ts');
  const store = createRouterStore(parts.homes.state, parts.now);
  const arms = (plan.route === undefined ? [found] : await choosableModels(parts, finder)).map(armOf);
  if (found.price === undefined) return single('the price of the model is unknown');
  const answer = decideStrategy(await routeRequest(parts, task, workspace, store), arms, {
    budgetMicroUsd: task.limits.maxCostMicroUsd ?? Number.POSITIVE_INFINITY,
    repairs: parts.settings.repairs,
  });
  if (answer === undefined) return single('no check is known that could prove one right (--check)');
  const { team, usual } = answer;
  if (!answer.pays || team === undefined) return single(`${answer.reason}${usual ? ` (${wayText(usual)})` : ''}`);
  const text = `${team.models.length} candidates: ${wayText(team)}; ${answer.reason}${usual ? `: ${wayText(usual)}` : ''}`;
  return {
    task: { ...task, candidates: team.models.length, candidateModels: [...team.models] },
    strategyNotes: [text],
  };
}

function wayText({ models, success, costMicroUsd }: WayForecast): string {
  return `${counted(models)}: ${Math.round(success * 100)} % right for ${formatMicroUsd(Math.round(costMicroUsd))}`;
}

/** `3 × a, b`. */
function counted(models: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const model of models) counts.set(model, (counts.get(model) ?? 0) + 1);
  return [...counts].map(([model, count]) => (count === 1 ? model : `${count} × ${model}`)).join(', ');
}
