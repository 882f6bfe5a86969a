// What user and project add to an agent: skills, and what was learnt before. Only looked for by name; read where there is any.
import { extensionFolders, type Tool } from '@monkey-coder/agents';
import type { EventOf } from '@monkey-coder/protocol';
import { hasMemory } from '../config/memory-path.ts';
import { extensionPlaces } from '../parts/extension-places.ts';
import type { Ingredients } from '../parts/ingredients.ts';
import { knownKeys } from '../parts/known-keys.ts';
import { mcpOf } from './mcp-on-demand.ts';

/** What was found. */
export interface Extensions {
  /** The list for the prompt; undefined where there are no skills. */
  readonly skills: string | undefined;
  /** What is known about the project, for the prompt; undefined where nothing is. */
  readonly facts: string | undefined;
  readonly tools: readonly Tool[];
  /** What a person should know of them. */
  readonly notes: readonly string[];
  /** Values that must not reach the model through what tools say. */
  readonly secrets: readonly string[];
  /** Ends what they started. */
  close(): Promise<void>;
}

/** The extensions of a run. A session keeps the tools it began with, so that its prompts go on beginning alike. */
export async function extensionsOf(given: Ingredients): Promise<Extensions> {
  const first = given.start.prior.find((event): event is EventOf<'run.started'> => event.type === 'run.started');
  const skills = await skillsOf(given, first);
  const memory = await memoryOf(given, first);
  const mcp = await mcpOf(given);
  return {
    skills: skills.text,
    facts: memory.text,
    tools: [...skills.tools, ...memory.tools, ...(mcp?.tools ?? [])],
    notes: mcp?.notes ?? [],
    secrets: mcp?.secrets ?? [],
    close: async () => mcp?.close(),
  };
}

interface Part {
  readonly text?: string | undefined;
  readonly tools: readonly Tool[];
}

const nothing: Part = { tools: [] };

async function skillsOf({ parts, workspace }: Ingredients, first: EventOf<'run.started'> | undefined): Promise<Part> {
  const places = extensionPlaces(parts, workspace.root);
  const mayHave = first?.tools.includes('skill') ?? extensionFolders(places, 'skills').length > 0;
  if (!mayHave) return nothing;
  const { createSkillTool, findSkills, skillList } = await import('./optional-tools.ts');
  const skills = first === undefined ? await findSkills(places) : [];
  if (first === undefined && skills.length === 0) return nothing;
  return { text: skillList(skills), tools: [createSkillTool(places) as unknown as Tool] };
}

/** Facts are proposed only where a person can be asked about them. */
async function memoryOf(given: Ingredients, first: EventOf<'run.started'> | undefined): Promise<Part> {
  const { parts, workspace, connection, found, isEphemeral } = given;
  const { state } = parts.homes;
  // A candidate of an exploration works in a copy: what it learns would be kept for a folder that is gone.
  const isOwnFolder = parts.parentScope === undefined && !isEphemeral;
  const offers = first?.tools.includes('remember') ?? (connection.gate.available && isOwnFolder);
  const known = hasMemory(state, workspace.root);
  if (!offers && !known) return nothing;
  const { createRememberTool, openMemory, factLines, createRedactor } = await import('./optional-tools.ts');
  const memory = openMemory(state, workspace.root);
  const { redact } = createRedactor(knownKeys(parts, found));
  const tool = createRememberTool((fact) => void memory.add(redact(fact), 'agent', parts.now())) as unknown as Tool;
  return { text: known ? factLines(memory.list()) : undefined, tools: offers ? [tool] : [] };
}
