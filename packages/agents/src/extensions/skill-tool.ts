// The tool that reads a skill when the work calls for it.
import { relative } from 'node:path';
import { nearestNames } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { clip, failed, succeeded } from '../tools/results.ts';
import type { Tool, ToolContext, ToolResult } from '../tools/tool.ts';
import type { ExtensionPlaces } from './places.ts';
import { findSkills, readSkillFile, type Skill, skillFiles } from './skills.ts';

const parameters = z.object({ name: z.string().check(z.minLength(1)), file: z.optional(z.string()) });
type Arguments = z.infer<typeof parameters>;

/** Name of the tool. */
export const skillToolName = 'skill';

/** Makes the tool. What a skill says is read anew at each call; it grants nothing. */
export function createSkillTool(places: ExtensionPlaces): Tool<Arguments> {
  return {
    name: skillToolName,
    description: 'Read a skill, or one of its files, before work that it is about.',
    parameters,
    intent: ({ name, file }) => ({
      title: `skill ${name}${file === undefined ? '' : ` ${file}`}`,
      effect: 'none',
      paths: [],
    }),
    prepare: async (args, context) => ({ effect: { kind: 'none' }, run: () => read(args, places, context) }),
    resolve: async () => 'run-again',
  };
}

async function read({ name, file }: Arguments, places: ExtensionPlaces, context: ToolContext): Promise<ToolResult> {
  const skills = await findSkills(places);
  const skill = skills.find((one) => one.name === name);
  if (skill === undefined) return failed(unknownSkill(name, skills));
  if (hides(context, places, `${skill.folder}/${file ?? 'SKILL.md'}`)) return failed('A rule forbids to read it.');
  if (file !== undefined) {
    const text = await readSkillFile(skill, file, places);
    return text === undefined ? failed(`${name} has no file ${file}.`) : succeeded(bounded(text, context));
  }
  const files = await skillFiles(skill);
  const more = files.length === 0 ? '' : `\n\nIts files (read with file): ${files.join(', ')}`;
  return succeeded(bounded(`Folder of the skill: ${skill.folder}\n\n${skill.body}${more}`, context));
}

/** Rules name files of the project relative to its root. */
function hides({ isHidden }: ToolContext, { root }: ExtensionPlaces, path: string): boolean {
  const inside = relative(root, path);
  return isHidden(inside.startsWith('..') ? path : inside);
}

function unknownSkill(name: string, skills: readonly Skill[]): string {
  const names = skills.map((skill) => skill.name);
  const near = nearestNames(name, names);
  return `There is no skill ${name}. ${near.length > 0 ? `Did you mean ${near.join(', ')}?` : `Skills: ${names.join(', ')}`}`;
}

function bounded(text: string, { limits }: ToolContext): string {
  return clip(text, limits.outputChars);
}
