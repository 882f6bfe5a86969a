// Skills: instructions for kinds of work, of which the prompt has only names and descriptions until one is needed.
import { readdir } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { readFrontMatter, textOf } from './front-matter.ts';
import { markdownFiles, readOwn } from './markdown-files.ts';
import { type ExtensionPlaces, type ExtensionScope, extensionFolders } from './places.ts';

/** One skill. */
export interface Skill {
  readonly name: string;
  readonly description: string;
  readonly scope: ExtensionScope;
  /** Absolute path of its folder. */
  readonly folder: string;
  readonly body: string;
}

/** Skills named in a prompt at most, and characters of that list. */
const maxListed = 40;
const maxListChars = 1_000;
const maxDescriptionChars = 160;

/** All skills, by name; of two of one name the user's. A skill without a description is left out: nobody could choose it. */
export async function findSkills(places: ExtensionPlaces): Promise<Skill[]> {
  const folders = extensionFolders(places, 'skills');
  const files = await markdownFiles(folders, places, (name) => /(^|\/)SKILL\.md$/i.test(name));
  const skills = new Map<string, Skill>();
  for (const { path, name: place, scope, text } of files) {
    const { data, body } = readFrontMatter(text);
    const name = textOf(data, 'name') ?? place.split('/').at(-2) ?? '';
    const description = textOf(data, 'description') ?? '';
    if (!/^[\w][\w.:-]{0,63}$/.test(name) || description === '' || skills.has(name)) continue;
    skills.set(name, { name, description, scope, folder: dirname(path), body });
  }
  return [...skills.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The list for the prompt, bounded; what has no room is counted. */
export function skillList(skills: readonly Pick<Skill, 'name' | 'description'>[]): string {
  const lines: string[] = [];
  let chars = 0;
  for (const { name, description } of skills.slice(0, maxListed)) {
    const line = `- ${name}: ${shortened(description)}`;
    if (chars + line.length > maxListChars) break;
    chars += line.length + 1;
    lines.push(line);
  }
  const left = skills.length - lines.length;
  return left === 0 ? lines.join('\n') : `${lines.join('\n')}\n- (${left} more)`;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > maxDescriptionChars ? `${line.slice(0, maxDescriptionChars - 1)}…` : line;
}

/** Names of further files of a skill, relative to its folder. */
export async function skillFiles({ folder }: Skill): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, encoding: 'utf8' }).catch(() => []);
  return names
    .map((name) => name.split(sep).join('/'))
    .filter((name) => !/^skill\.md$/i.test(name) && /\.[A-Za-z0-9]+$/.test(name))
    .sort()
    .slice(0, 50);
}

/** The text of a further file of a skill; undefined when it is none, or lies elsewhere. */
export async function readSkillFile(skill: Skill, name: string, places: ExtensionPlaces): Promise<string | undefined> {
  const inside = normalize(name);
  if (inside.startsWith('..') || inside.startsWith(sep)) return undefined;
  const own = await readOwn(join(skill.folder, inside), skill.folder);
  return own === undefined || skill.scope === 'user' ? own : readOwn(join(skill.folder, inside), places.root);
}
