// Hooks, loaded only by runs whose settings ask for any.

import type { Ingredients } from '../parts/ingredients.ts';
import type { RunHooks } from './hooks.ts';

/** The hooks of a run; undefined where nothing asks for any. `notice` is told what goes wrong with them. */
export async function hooksOf(given: Ingredients, notice: (text: string) => void): Promise<RunHooks | undefined> {
  const { hooks, declaresHooks } = given.parts.settings;
  if (!declaresHooks && Object.keys(hooks).length === 0) return undefined;
  const { openHooks } = await import('./hooks.ts');
  return openHooks(given, notice);
}
