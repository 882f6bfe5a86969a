// Custom commands: prompts kept as Markdown files, called by name with arguments. Skills can be called the same way.
//
// A command is text for the model and nothing else: a repository's may not grant tools, and no part of any command is executed.
import { readFrontMatter, textOf, textsOf } from './front-matter.ts';
import { markdownFiles } from './markdown-files.ts';
import { type ExtensionPlaces, type ExtensionScope, extensionFolders } from './places.ts';
import { findSkills } from './skills.ts';

/** A command that can be called. */
export interface CustomCommand {
  /** Without the slash; `git:commit` for a file `git/commit.md`. */
  readonly name: string;
  readonly description: string;
  /** What to give it, for people: `[branch]`. */
  readonly argumentHint: string | undefined;
  readonly kind: 'command' | 'skill';
  readonly scope: ExtensionScope;
  readonly path: string;
  readonly body: string;
  readonly model: string | undefined;
  readonly agent: string | undefined;
  /** Rules the user's own command allows while it runs; always empty for a repository's. */
  readonly allowedTools: readonly string[];
}

/** All commands and skills that can be called, by name; of two of one name the user's, and a command before a skill. */
export async function findCommands(places: ExtensionPlaces): Promise<CustomCommand[]> {
  const files = await markdownFiles(extensionFolders(places, 'commands'), places);
  const found = new Map<string, CustomCommand>();
  for (const { path, name: file, scope, text } of files) {
    const name = file.replace(/\.md$/i, '').replaceAll('/', ':');
    if (!/^[\w][\w.:-]*$/.test(name) || found.has(name)) continue;
    const { data, body } = readFrontMatter(text);
    found.set(name, {
      name,
      description: textOf(data, 'description') ?? body.split('\n')[0]?.replace(/^#+\s*/, '') ?? '',
      argumentHint: textOf(data, 'argument-hint') ?? textsOf(data, 'argument-hint')?.join(' '),
      kind: 'command',
      scope,
      path,
      body,
      model: scope === 'user' ? textOf(data, 'model') : undefined,
      agent: textOf(data, 'agent'),
      allowedTools: scope === 'user' ? (textsOf(data, 'allowed-tools') ?? []) : [],
    });
  }
  for (const { name, description, scope, folder, body } of await findSkills(places)) {
    if (found.has(name)) continue;
    const plain = { argumentHint: undefined, model: undefined, agent: undefined, allowedTools: [] };
    found.set(name, { name, description, kind: 'skill', scope, path: `${folder}/SKILL.md`, body, ...plain });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a call of a command comes to. */
export interface ExpandedCommand {
  readonly prompt: string;
  readonly command: CustomCommand;
}

/**
 * The prompt of `/name arguments`; undefined when the text is no call of a command that exists. `$ARGUMENTS` is all of the
 * arguments, `$1` to `$9` one of them (quotes hold words together). Arguments that the text has no place for are put below it.
 */
export async function expandCommand(text: string, places: ExtensionPlaces): Promise<ExpandedCommand | undefined> {
  const call = /^\/([\w][\w.:-]*)(?:\s+([\s\S]*))?$/.exec(text.trim());
  if (call === null) return undefined;
  const command = (await findCommands(places)).find((one) => one.name === call[1]);
  if (command === undefined) return undefined;
  return { prompt: filled(command.body, (call[2] ?? '').trim()), command };
}

/** One pass: what stands in the arguments is never taken for a place itself. */
function filled(body: string, given: string): string {
  const words = splitWords(given);
  let hasPlace = false;
  const text = body.replace(/\$(ARGUMENTS\b|[1-9](?!\d))/g, (_place, what: string) => {
    hasPlace = true;
    return what === 'ARGUMENTS' ? given : (words[Number(what) - 1] ?? '');
  });
  return hasPlace || given === '' ? text : `${text}\n\nArguments: ${given}`;
}

function splitWords(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}
