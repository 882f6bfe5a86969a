// Commands that do what edits do: make folders and files, copy and move them, inside of the workspace.
import { resolve } from 'node:path';
import { isProtectedName } from '@monkey-coder/workspace';
import type { PermissionRequest } from './decision.ts';
import { foldersOf, mayPointOutside, relativePath } from './paths.ts';
import { coversTool, parseRule } from './rules.ts';
import type { ShellCommand, ShellReading } from './shell-commands.ts';

const programs = /^(mkdir|touch|cp|mv)$/;
const plainOption = /^(?:-[rRpfvna]+|--(?:parents|recursive|verbose|archive|no-clobber|force))$/;

/** Makes the test for the commands of a line. Where rules say what may not be read or edited, none counts as an edit. */
export function fileWorkOf(
  reading: ShellReading,
  { facts, rules }: PermissionRequest,
): (command: ShellCommand) => boolean {
  const folders = foldersOf(reading, facts);
  const isBound = [...rules.deny, ...rules.ask].some((source) => {
    const rule = parseRule(source);
    return rule !== undefined && (coversTool(rule, 'edit') || coversTool(rule, 'read'));
  });
  return ({ name, words, privileges, openEnded, assignments, segment }) => {
    if (isBound || !facts.isSandboxed || !programs.test(name) || openEnded) return false;
    if (privileges.length > 0 || assignments.length > 0) return false;
    const from = folders.get(segment) ?? [facts.root];
    return words
      .slice(1)
      .every(
        (word) =>
          plainOption.test(word.text) ||
          (word.literal &&
            !word.glob &&
            !word.text.startsWith('-') &&
            !mayPointOutside(word, from, facts) &&
            from.every((folder) => !isProtectedName(relativePath(resolve(folder, word.text), facts)))),
      );
  };
}
