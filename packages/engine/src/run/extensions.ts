// What user and project add to an agent: skills so far. Only looked for by name; read where there are any.
import { type ExtensionPlaces, extensionFolders, type Tool } from '@monkey-coder/agents';
import type { EngineParts } from './engine-parts.ts';
import type { Ingredients } from './ingredients.ts';

/** What was found. */
export interface Extensions {
  /** The list for the prompt; undefined where there are no skills. */
  readonly skills: string | undefined;
  readonly tools: readonly Tool[];
}

/** Where the extensions of a folder are. */
export function extensionPlaces(
  { homes, environment }: Pick<EngineParts, 'homes' | 'environment'>,
  root: string,
): ExtensionPlaces {
  return { root, userFolder: homes.config, home: environment['HOME'] ?? environment['USERPROFILE'] ?? '' };
}

/** The extensions of a run. A session keeps the tools it began with, so that its prompts go on beginning alike. */
export async function extensionsOf({ parts, start, workspace }: Ingredients): Promise<Extensions> {
  const places = extensionPlaces(parts, workspace.root);
  const first = start.prior.find((event) => event.type === 'run.started');
  const isNew = first?.type !== 'run.started';
  const mayHave = isNew ? extensionFolders(places, 'skills').length > 0 : first.tools.includes('skill');
  if (!mayHave) return { skills: undefined, tools: [] };
  const { createSkillTool, findSkills, skillList } = await import('./skills.ts');
  const skills = isNew ? await findSkills(places) : [];
  if (isNew && skills.length === 0) return { skills: undefined, tools: [] };
  return { skills: isNew ? skillList(skills) : undefined, tools: [createSkillTool(places) as unknown as Tool] };
}
