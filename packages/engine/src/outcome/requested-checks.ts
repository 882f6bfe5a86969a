// Finds the check that the user's own words ask for: "then check it with grep", "make sure `make lint` passes".
//
// Only commands that the agent really ran after its last change are candidates, so nothing is run that was not permitted
// before. The engine then repeats the matching part itself: its exit code is the evidence, not the model's report of it.
import { parseShell } from '@monkey-coder/agents';
import type { RunFacts } from './run-facts.ts';

const verifying = String.raw`\b(?:check|checks|checked|verify|confirm|validate|prove|test|make sure|ensure)\b`;
const byProgram = new RegExp(
  String.raw`${verifying}[^.;\n]{0,80}?\b(?:with|using|by running|via)\s+(?!\`)(?:the\s+)?([a-z][\w-]*(?:\.[\w-]+)*)`,
  'gi',
);
const quoted = new RegExp(
  String.raw`(?:${verifying}|\b(?:run|running|with|using|execute)\b)[^\`\n]{0,40}\`([^\`\n]+)\``,
  'gi',
);

/** Programs and whole commands that the request names as checks. */
export function namedChecks(prompt: string): readonly string[] {
  const programs = [...prompt.matchAll(byProgram)].map((match) => match[1] ?? '');
  const commands = [...prompt.matchAll(quoted)].map((match) => (match[1] ?? '').trim());
  return [...new Set([...programs, ...commands].filter((name) => name !== ''))];
}

/** Shell text of the checks that were asked for and that the agent ran with success after its last change. */
export function requestedChecks(prompt: string, facts: RunFacts): readonly string[] {
  const names = namedChecks(prompt);
  if (names.length === 0) return [];
  const ran = facts.commands.filter((command) => command.exitCode === 0 && command.seq > facts.lastChangeSeq);
  const candidates = ran.flatMap((command) => simpleCommands(command.command));
  return names.flatMap((name) => {
    const match = candidates.find((words) => words[0] === name || words.join(' ') === name);
    return match ? [match.map(quote).join(' ')] : [];
  });
}

/** The words of each command that stands on its own: nothing expanded, no input from a pipe. Redirects are left out. */
function simpleCommands(command: string): string[][] {
  const parsed = parseShell(command);
  if (parsed.problems.length > 0) return [];
  return parsed.segments
    .filter((segment) => segment.joinedBy !== '|' && !segment.nested && segment.words.length > 0)
    .filter((segment) => segment.input === undefined && segment.words.every((word) => word.literal && !word.glob))
    .map((segment) => segment.words.map((word) => word.text));
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
