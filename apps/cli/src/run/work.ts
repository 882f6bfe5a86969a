// `monkey fix`, `test`, `review` and their like: the work that the command line asks for, and the task made of it.
import { existsSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { reviewMaterial, type SessionChoice, type SessionStore, type Settings, workPrompt } from '@monkey-coder/engine';
import {
  MonkeyError,
  type PermissionMode,
  readingKinds,
  type Severity,
  type Task,
  type Work,
  type WorkKind,
  workKindSchema,
} from '@monkey-coder/protocol';
import { createGitRunner } from '@monkey-coder/workspace';
import { type CommandLine, optionNumber, optionValue } from '../command-line/parse.ts';
import type { World } from '../configuration/environment.ts';
import { readPrompt } from './prompt.ts';
import { revisionAmong } from './review-base.ts';
import { newestPlan, planText } from './work-report.ts';

/** What a command line of a kind of work came to: parts of the task. */
export type WorkTask = Pick<Task, 'work' | 'prompt' | 'permissionMode'>;

/** Kinds whose words are a request in words, not paths. */
const spokenKinds: ReadonlySet<WorkKind> = new Set(['fix', 'plan', 'refactor']);

/** Makes the parts of the task. Throws MonkeyError `usage.invalid`. */
export async function workTaskOf(world: World, line: CommandLine, settings: Settings, cwd: string): Promise<WorkTask> {
  refuseExploration(line);
  const kind = workKindSchema.parse(line.command);
  const piped = await pipedText(world, kind);
  const runGit = createGitRunner(world.environment['PATH']);
  const revision = kind === 'review' ? await revisionAmong(line.operands, { cwd, runGit }) : undefined;
  const operands = line.operands.filter((word) => word !== revision?.word);
  const base = revision === undefined ? {} : { base: revision.base };
  const work = checked({ ...askedWork(kind, { ...line, operands }, cwd), ...base, ...optionsOf(kind, line) }, piped);
  const diff = kind === 'review' && piped === '' ? await reviewMaterial({ root: cwd, work, runGit }) : '';
  const input = piped === '' ? '' : `<input>\n${piped}\n</input>`;
  const material = [input, diff].filter((text) => text !== '').join('\n\n');
  return { work, prompt: workPrompt(work, material), permissionMode: modeOf(kind, line, settings) };
}

/** The newest plan of the folder as a task that carries it out, in the session it was made in. Throws MonkeyError `session.not-found`. */
export function planTaskOf(
  line: CommandLine,
  settings: Settings,
  { sessions, cwd }: { readonly sessions: SessionStore; readonly cwd: string },
): { readonly task: Pick<Task, 'prompt' | 'permissionMode'>; readonly session: SessionChoice } {
  const { sessionId, plan } = newestPlan(sessions, cwd);
  const said = line.operands.join(' ').trim();
  const prompt = `Carry out this plan, step by step; say where it turns out to be wrong.${said === '' ? '' : ` ${said}`}\n\n${planText(plan)}`;
  return {
    task: { prompt, permissionMode: changingMode(line, settings) },
    session: { kind: 'resume', sessionId },
  };
}

function refuseExploration(line: CommandLine): void {
  const strategy = optionValue(line, 'strategy') ?? 'single';
  if (strategy !== 'single' || line.options.has('candidates'))
    throw new MonkeyError(
      'usage.invalid',
      `--strategy ${strategy} is for tasks without a kind; \`monkey ${line.command}\` makes one attempt`,
    );
}

/** A short word stands for the arguments: an input that has no end is then given up after a while. */
async function pipedText(world: World, kind: WorkKind): Promise<string> {
  const text = await readPrompt(world, [kind], (notice) => world.err(`monkey: ${notice}\n`));
  return /^\w+\n\n<input>\n([\s\S]*)\n<\/input>$/.exec(text)?.[1]?.trim() ?? '';
}

type AskedWork = Pick<Work, 'kind' | 'targets' | 'request' | 'dependency'>;

function askedWork(kind: WorkKind, line: CommandLine, cwd: string): AskedWork {
  const about = optionValue(line, 'about') ?? '';
  if (kind === 'upgrade') return { kind, targets: [], request: about, dependency: dependencyOf(line.operands) };
  if (spokenKinds.has(kind)) return { kind, targets: [], request: line.operands.join(' ').trim() };
  const isPath = (word: string): boolean => existsSync(resolve(cwd, word));
  const words = line.operands.filter((word) => !isPath(word));
  const missing = words.find((word) => !/\s/.test(word));
  if (missing !== undefined && kind !== 'explain')
    throw new MonkeyError(
      'usage.invalid',
      `there is no ${kind === 'review' ? 'file, folder or commit' : 'file or folder'} ${missing}`,
      {
        advice: `What the work is about, in words: --about "…", or a quoted sentence. See \`monkey ${kind} --help\`.`,
      },
    );
  const targets = line.operands.filter(isPath).map((word) => insidePath(word, cwd));
  return { kind, targets, request: [...words, about].join(' ').trim() };
}

function insidePath(word: string, cwd: string): string {
  const path = relative(cwd, resolve(cwd, word)).split(sep).join('/');
  if (path === '..' || path.startsWith('../'))
    throw new MonkeyError('workspace.outside', `${word} is outside of ${cwd}`);
  return path === '' ? '.' : path;
}

/** `name@version`; a scope begins with an at sign of its own. */
function dependencyOf(operands: readonly string[]): NonNullable<Work['dependency']> {
  const match = /^(@?[^@\s]+)(?:@(\S+))?$/.exec(operands[0] ?? '');
  if (operands.length !== 1 || match?.[1] === undefined)
    throw new MonkeyError('usage.invalid', 'upgrade: name one dependency, e.g. monkey upgrade express@5.1.0');
  return { name: match[1], ...(match[2] === undefined ? {} : { version: match[2] }) };
}

function optionsOf(kind: WorkKind, line: CommandLine): Partial<Work> {
  const base = optionValue(line, 'base');
  const most = optionNumber(line, 'mutants') ?? 30;
  const minKilledPercent = optionNumber(line, 'min-killed') ?? 100;
  if (minKilledPercent > 100) throw new MonkeyError('usage.invalid', '--min-killed: at most 100');
  return {
    ...(base === undefined ? {} : { base }),
    ...(kind === 'review' || kind === 'audit'
      ? { failOn: (optionValue(line, 'fail-on') ?? 'low') as Severity | 'never' }
      : {}),
    ...(kind === 'test' ? { mutants: { most, minKilledPercent } } : {}),
    ...(line.options.has('interface') ? { mayChangeInterface: true } : {}),
    ...(line.options.has('run-examples') ? { mayRunExamples: true } : {}),
  };
}

function checked(work: Work, piped: string): Work {
  if ((work.kind === 'plan' || work.kind === 'refactor') && work.request === '' && piped === '')
    throw new MonkeyError('usage.invalid', `say what to ${work.kind}, e.g. monkey ${work.kind} "…"`);
  return work;
}

/** What reads stays with reading, whatever else is allowed. What changes may edit and run the project's checks, unless something else is said. */
function modeOf(kind: WorkKind, line: CommandLine, settings: Settings): PermissionMode {
  return readingKinds.has(kind) ? 'plan' : changingMode(line, settings);
}

function changingMode(line: CommandLine, { permissions, policies }: Settings): PermissionMode {
  const isSaid = line.options.has('permission-mode') || line.options.has('yolo') || permissions.mode !== 'default';
  const isForbidden = policies.some(({ modes }) => modes !== undefined && !modes.includes('acceptEdits'));
  return isSaid || isForbidden ? permissions.mode : 'acceptEdits';
}
