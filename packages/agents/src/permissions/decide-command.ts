// What a command line amounts to for the permission decision: segments against rules, dangers, checks, network.
import { resolve } from 'node:path';
import { isProtectedName } from '@monkey-coder/workspace';
import type { PermissionRequest } from './decision.ts';
import { commandText, type Danger, findDangers } from './destructive.ts';
import { fileWorkOf } from './file-work.ts';
import { readGit } from './git-commands.ts';
import { foldersOf, mayPointOutside, namedPaths, relativePath, writeTargets } from './paths.ts';
import { isHarmless, isReadOnly, isReadOnlyReading } from './read-only.ts';
import {
  commandMatches,
  coversTool,
  globMatches,
  type PermissionRule,
  parseRule,
  pathMatches,
  rulePrefix,
} from './rules.ts';
import { readShell, type ShellCommand, type ShellReading } from './shell-commands.ts';
import { shownShort, shownText } from './shown-command.ts';
import { asksThisMachine, steersRequests } from './this-machine.ts';

/** The findings. Rules are named as the user wrote them. */
export interface CommandJudgement {
  readonly grants: readonly string[];
  /** What could not be understood. */
  readonly problem?: string;
  readonly denied?: string;
  readonly asked?: string;
  /** Set when every segment is free or allowed by a rule. */
  readonly allowed?: string;
  readonly danger?: string;
  readonly isReadOnly: boolean;
  /** Every segment is free or one of the project's checks. */
  readonly isCheck: boolean;
  /** Every segment is free, a check, or makes, copies or moves files that may be edited, in a sandbox. */
  readonly isFileWork: boolean;
  readonly usesNetwork: boolean;
  /** Of several commands, the first that is neither free nor a check nor allowed by a rule. */
  readonly uncovered?: string;
  readonly alwaysRule?: string;
}

/** Judges the command of a call. Pure. */
export function judgeCommand(request: PermissionRequest): CommandJudgement {
  const source = request.intent.command ?? '';
  const reading = readShell(source);
  const rules = commandRules(request);
  const readOnly = isReadOnlyReading(reading, request.facts);
  const danger = findDangers(reading, request.facts).find((found) => !isLifted(found, rules.allow));
  const denied = findDenied(reading, source, request, rules.deny);
  const asked = firstMatch(rules.ask, allTexts(reading, source));
  const problem = reading.problems[0];
  const isCheck = (command: ShellCommand): boolean => isCheckCommand(command, request.facts.checkCommands);
  const isFileWork = fileWorkOf(reading, request);
  return {
    grants:
      reading.segments.length > 1 ? reading.commands.map((command) => `run ${shownText(command)}`) : [`run ${source}`],
    isReadOnly: readOnly,
    isCheck: isAllCovered(reading, request, isCheck),
    isFileWork: isAllCovered(reading, request, (command) => isCheck(command) || isFileWork(command)),
    usesNetwork: reading.commands.some((command) => usesNetwork(command, reading)),
    ...optional('problem', problem),
    ...optional('danger', danger === undefined ? undefined : `\`${danger.command}\` ${danger.reason}`),
    ...optional('denied', denied),
    ...optional('asked', asked),
    ...optional('allowed', findAllowed(reading, source, request, rules.allow)),
    ...optional('uncovered', findUncovered(reading, request, rules.allow)),
    ...optional('alwaysRule', alwaysRule(reading)),
  };
}

function findUncovered(
  reading: ShellReading,
  request: PermissionRequest,
  allow: readonly PermissionRule[],
): string | undefined {
  if (reading.commands.length < 2) return undefined;
  const isCovered = (command: ShellCommand): boolean =>
    isFree(command, request) ||
    isCheckCommand(command, request.facts.checkCommands) ||
    allow.some((rule) => commandMatches(rule.what, wholeText(command)) && isHarmlessOr(command, rule));
  const text = reading.commands.find((command) => !isCovered(command));
  return text === undefined ? undefined : shownShort(text);
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
}

interface CommandRules {
  readonly allow: readonly PermissionRule[];
  readonly deny: readonly PermissionRule[];
  readonly ask: readonly PermissionRule[];
}

function commandRules({ rules, tool }: PermissionRequest): CommandRules {
  const parse = (list: readonly string[]): PermissionRule[] =>
    list.flatMap((source) => {
      const rule = parseRule(source);
      return rule !== undefined && coversTool(rule, tool) ? [rule] : [];
    });
  return { allow: parse(rules.allow), deny: parse(rules.deny), ask: parse(rules.ask) };
}

/** A command as one line, privileges in front. */
function wholeText(command: ShellCommand): string {
  return [...command.privileges, commandText(command)].join(' ');
}

/** Every text a deny or ask rule may aim at: the line, each segment, each command, with and without its path and wrappers. */
function allTexts(reading: ShellReading, source: string): string[] {
  const segments = reading.segments.map((segment) => segment.words.map((word) => word.text).join(' '));
  const commands = reading.commands.flatMap((command) => {
    const bare = commandText(command);
    const named = [command.name, ...command.words.slice(1).map((word) => word.text)].join(' ');
    return [bare, wholeText(command), named, withoutGitOptions(command)];
  });
  return [source.trim().replace(/\s+/g, ' '), ...segments, ...commands];
}

/** `git -C x push` as `git push`. */
function withoutGitOptions(command: ShellCommand): string {
  if (command.name !== 'git') return '';
  const { verb, args } = readGit(command.words.slice(1).map((word) => word.text));
  return ['git', verb, ...args].join(' ');
}

function firstMatch(rules: readonly PermissionRule[], texts: readonly string[]): string | undefined {
  return rules.find((rule) => texts.some((text) => commandMatches(rule.what, text)))?.source;
}

/** A deny rule for the command itself, or one for reading or writing a file that the command names. */
function findDenied(
  reading: ShellReading,
  source: string,
  request: PermissionRequest,
  deny: readonly PermissionRule[],
): string | undefined {
  const byText = firstMatch(deny, allTexts(reading, source));
  if (byText !== undefined) return byText;
  const pathRules = request.rules.deny
    .map(parseRule)
    .filter((rule) => rule?.what !== undefined && /^(read|edit|write)$/.test(rule.tool));
  const { facts } = request;
  const words = reading.segments.flatMap((segment) => [
    ...segment.words.slice(1),
    ...segment.redirects.map((redirect) => redirect.target),
  ]);
  // Also as seen from the folders the line goes to, and as folders whose files a rule forbids.
  const named = [...words.map((word) => word.text), ...namedPaths(reading, facts)];
  const paths = [...new Set(named.map((path) => relativePath(path, facts)))].flatMap((path) => [path, `${path}/-`]);
  return pathRules.find((rule) =>
    paths.some((path) => pathMatches(rule?.what, path, facts) || mayMeet(path, relativePath(rule?.what ?? '', facts))),
  )?.source;
}

/** Whether a word with wildcards may become a path that a rule names. */
function mayMeet(word: string, what: string): boolean {
  if (!/[*?[]/.test(word)) return false;
  const meet = (one: string, other: string): boolean =>
    /\[/.test(one) ||
    globMatches(one, other) ||
    globMatches(other, one) ||
    (/[*?]/.test(other) && meetsByEnd(one, other));
  const [inWord, inRule] = [word.split('/'), what.split('/')];
  const anyDepth = inRule.indexOf('**');
  if (anyDepth >= 0 && anyDepth < inRule.length - 1) return meet(inWord.at(-1) ?? '', inRule.at(-1) ?? '');
  return inRule.every((part, index) => part === '**' || inWord[index] === undefined || meet(inWord[index], part));
}

/** Two names with wildcards meet unless what stands behind their last wildcards differs. */
function meetsByEnd(one: string, other: string): boolean {
  const [a, b] = [one, other].map((name) => name.slice(Math.max(name.lastIndexOf('*'), name.lastIndexOf('?')) + 1));
  return a !== undefined && b !== undefined && (a.endsWith(b) || b.endsWith(a));
}

function findAllowed(
  reading: ShellReading,
  source: string,
  request: PermissionRequest,
  allow: readonly PermissionRule[],
): string | undefined {
  if (allow.length === 0 || reading.problems.length > 0) return undefined;
  const whole = allow.find(
    (rule) => rule.what !== undefined && !rule.what.includes('*') && commandMatches(rule.what, source.trim()),
  );
  if (whole !== undefined) return whole.source;
  const ruleOf = (command: ShellCommand): PermissionRule | undefined =>
    allow.find((rule) => commandMatches(rule.what, wholeText(command)) && isHarmlessOr(command, rule));
  if (!isAllCovered(reading, request, (command) => ruleOf(command) !== undefined)) return undefined;
  return reading.commands.map(ruleOf).find((rule) => rule !== undefined)?.source;
}

/** `LD_PRELOAD=x npm test` is not what `Bash(npm test)` allows; the tool as a whole is. */
function isHarmlessOr(command: ShellCommand, rule: PermissionRule): boolean {
  return rule.what === undefined || command.assignments.every(isHarmless);
}

/** Whether each command is free or covered, and redirects write only what may be edited. */
function isAllCovered(
  reading: ShellReading,
  request: PermissionRequest,
  covers: (command: ShellCommand) => boolean,
): boolean {
  const writes = reading.segments.flatMap(writeTargets);
  const mayEdit = ['acceptEdits', 'auto', 'bypassPermissions'].includes(request.mode);
  const assigned = reading.segments
    .filter((segment) => segment.words.length === 0)
    .flatMap((segment) => segment.assignments);
  return (
    reading.problems.length === 0 &&
    reading.commands.length > 0 &&
    (writes.length === 0 || (mayEdit && writesInside(reading, request))) &&
    assigned.every(isHarmless) &&
    reading.commands.every((command) => covers(command) || isFree(command, request))
  );
}

/** Whether redirects write only files of the workspace that the edit tools may write, too. */
function writesInside(reading: ShellReading, { facts }: PermissionRequest): boolean {
  const folders = foldersOf(reading, facts);
  return reading.segments.every((segment) =>
    writeTargets(segment).every((target) => {
      const from = folders.get(segment) ?? [facts.root];
      const isKnown = target.literal && !target.glob && !mayPointOutside(target, from, facts);
      return isKnown && from.every((folder) => !isProtectedName(relativePath(resolve(folder, target.text), facts)));
    }),
  );
}

function isFree(command: ShellCommand, request: PermissionRequest): boolean {
  const reading = { commands: [command], segments: [command.segment], problems: [] };
  const readable = { ...command.segment, redirects: [] };
  return isReadOnly(command) && isReadOnlyReading({ ...reading, segments: [readable] }, request.facts);
}

function isCheckCommand(command: ShellCommand, checks: readonly string[]): boolean {
  if (command.privileges.length > 0 || !command.assignments.every(isHarmless)) return false;
  const text = commandText(command);
  return checks.some((check) => text === check || text.startsWith(`${check} `));
}

/** The guard is lifted by a rule that names the dangerous program, and for `git` its verb. */
function isLifted(danger: Danger, allow: readonly PermissionRule[]): boolean {
  if (danger.lead === '') return false;
  return allow.some((rule) => {
    if (rule.what === undefined || !commandMatches(rule.what, danger.command)) return false;
    const prefix = rulePrefix(rule.what);
    return prefix === danger.lead || prefix.startsWith(`${danger.lead} `);
  });
}

const networkPrograms =
  /^(curl|wget|ssh|scp|sftp|rsync|nc|ncat|telnet|ftp|http|aria2c|gh|aws|gcloud|az|kubectl|npx|bunx|uvx|pipx)$/;
const networkVerbs: Readonly<Record<string, RegExp>> = {
  git: /^(clone|fetch|pull|push|ls-remote|submodule)$/,
  npm: /^(i|install|ci|add|update|view|audit|outdated|exec|create|init)$/,
  pnpm: /^(i|install|add|update|dlx|audit)$/,
  yarn: /^(install|add|up|upgrade|dlx)$/,
  bun: /^(install|add|update|x)$/,
  pip: /^(install|download|index)$/,
  pip3: /^(install|download|index)$/,
  uv: /^(sync|add|pip|tool)$/,
  cargo: /^(install|fetch|update|add|search)$/,
  go: /^(get|install)$/,
  docker: /^(pull|push|login|build|run)$/,
  composer: /^(install|require|update)$/,
  gem: /^(install|update)$/,
  bundle: /^(install|update)$/,
  apt: /./,
  'apt-get': /./,
  brew: /./,
};

function usesNetwork(command: ShellCommand, reading: ShellReading): boolean {
  if (asksThisMachine(command) && !steersRequests(reading)) return false;
  if (networkPrograms.test(command.name)) return true;
  const verb = command.words.slice(1).find((word) => !word.text.startsWith('-'))?.text ?? '';
  return networkVerbs[command.name]?.test(verb) ?? false;
}

const verbPrograms = /^(npm|pnpm|yarn|bun|cargo|go|git|make|gradle|gradlew|mvn|dotnet|composer|bundle|uv|poetry|deno)$/;

/** "Always" grants a program with its verb, never an interpreter as a whole; only for a single plain command. */
function alwaysRule(reading: ShellReading): string | undefined {
  const command = reading.commands[0];
  const isSingle = reading.segments.length === 1 && reading.commands.length === 1 && reading.problems.length === 0;
  if (command === undefined || !isSingle || command.privileges.length > 0) return undefined;
  const words = command.words.map((word) => word.text);
  if (words.some((word) => /[()*\n]/.test(word))) return undefined;
  const count = words[1] === 'run' ? 3 : 2;
  const isVerb =
    verbPrograms.test(command.name) && /^[a-z][\w:-]*$/.test(words[count - 1] ?? '') && words[0] === command.name;
  return isVerb ? `Bash(${words.slice(0, count).join(' ')}:*)` : `Bash(${words.join(' ')})`;
}
