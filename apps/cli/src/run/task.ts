// Makes the engine's task out of the command line and the settings.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SessionChoice, SessionStore, Settings } from '@monkey-coder/engine';
import { errorMessage, MonkeyError, microUsd, parseJson, type Task } from '@monkey-coder/protocol';
import { type CommandLine, optionValue } from '../command-line/parse.ts';
import { realFolder } from '../configuration/command-settings.ts';
import type { World } from '../configuration/environment.ts';

/** The task. Throws MonkeyError `usage.invalid`. */
export function taskOf(world: World, line: CommandLine, settings: Settings, cwd: string, prompt: string): Task {
  const { limits } = settings;
  const schema = optionValue(line, 'json-schema');
  const agent = optionValue(line, 'agent');
  return {
    prompt,
    cwd,
    addDirs: (line.options.get('add-dir') ?? []).map((dir) => realFolder(resolve(world.cwd, dir), '--add-dir')),
    ...(settings.model === undefined ? {} : { model: settings.model }),
    ...(agent === undefined ? {} : { agent }),
    permissionMode: settings.permissions.mode,
    allowedTools: splitRules(line.options.get('allowed-tools')),
    disallowedTools: splitRules(line.options.get('disallowed-tools')),
    limits: {
      maxTurns: limits.maxTurns,
      maxDurationMs: limits.maxMinutes * 60_000,
      ...(limits.maxBudgetUsd === null ? {} : { maxCostMicroUsd: microUsd(limits.maxBudgetUsd) }),
    },
    checks: [...settings.checks, ...(line.options.get('check') ?? [])],
    ...strategyOf(line, settings),
    ...(schema === undefined ? {} : { outputSchema: readSchema(world, schema) }),
  };
}

/** Names of the roadmap for what the code calls otherwise. */
const strategyAliases: Readonly<Record<string, 'explore' | 'improvise'>> = {
  quantum: 'explore',
  superposition: 'explore',
  jazz: 'improvise',
};

function strategyOf(line: CommandLine, settings: Settings): Pick<Task, 'strategy' | 'candidates'> {
  const named = optionValue(line, 'strategy') ?? settings.router.strategy;
  const strategy = strategyAliases[named] ?? named;
  const given = optionValue(line, 'candidates');
  if (strategy !== 'explore' && strategy !== 'improvise') {
    if (given === undefined) return strategy === 'auto' ? { strategy } : {};
    throw new MonkeyError('usage.invalid', '--candidates needs --strategy explore or improvise');
  }
  const candidates = Number(given ?? 3);
  if (Number.isInteger(candidates) && candidates >= 2 && candidates <= 8) return { strategy, candidates };
  throw new MonkeyError('usage.invalid', `--candidates: a whole number from 2 to 8, not ${given}`);
}

/** Rules are separated by commas or blanks outside of parentheses: `Edit Bash(npm test:*),Read`. */
export function splitRules(values: readonly string[] = []): string[] {
  return values.flatMap((value) => value.match(/[^\s,(]+(?:\([^)]*\))?/g) ?? []);
}

function readSchema(world: World, source: string): Record<string, unknown> {
  const text = source.trimStart().startsWith('{') ? source : readSchemaFile(resolve(world.cwd, source));
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new MonkeyError('usage.invalid', '--json-schema: not a JSON Schema object');
}

function readSchemaFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new MonkeyError('usage.invalid', `--json-schema: ${errorMessage(error)}`);
  }
}

/** Which session the run belongs to. Throws MonkeyError `session.not-found` when there is none to go on with. */
export function sessionChoiceOf(line: CommandLine, sessions: SessionStore, cwd: string): SessionChoice {
  const wantsOld = line.options.has('continue') || line.options.has('resume');
  if (!wantsOld) return line.options.has('ephemeral') ? { kind: 'ephemeral' } : { kind: 'new' };
  const named = optionValue(line, 'resume');
  if (named !== undefined) refuseForeignSession(sessions, named, cwd);
  const sessionId = named ?? sessions.list({ cwd }).find(({ runs, partOf }) => runs > 0 && partOf === undefined)?.id;
  if (!sessionId) {
    throw new MonkeyError('session.not-found', `there is no session of ${cwd} to go on with`, {
      advice: 'Start one with monkey "what to do"; `monkey sessions list --all` shows those of other folders.',
    });
  }
  return { kind: line.options.has('fork-session') ? 'fork' : 'resume', sessionId };
}

/** A session goes on in the folder it was begun in: its history speaks of those files. */
function refuseForeignSession(sessions: SessionStore, id: string, cwd: string): void {
  if (sessions.list({ cwd }).some((session) => session.id === id)) return;
  const foreign = sessions.list().find((session) => session.id === id);
  if (!foreign || foreign.cwd === cwd) return;
  throw new MonkeyError('usage.invalid', `session ${id} belongs to ${foreign.cwd}, not to ${cwd}`, {
    advice: `Go on there: monkey --cwd ${foreign.cwd} --resume ${id}; or take a copy here: monkey sessions export and import.`,
  });
}
