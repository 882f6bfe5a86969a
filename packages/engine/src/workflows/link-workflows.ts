// Puts the files that a workflow calls into its definition, so that one value holds all that will run: it is checked, hashed and
// recorded as a whole, and going on never depends on a file that was changed since.
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { errorMessage, isMonkeyError, MonkeyError } from '@monkey-coder/protocol';
import type { ReadWorkflow } from './read-result.ts';
import type { WorkflowProblem } from './workflow.ts';

/** Which files may be called. */
export interface Linking {
  /** The file that calls. */
  readonly path: string;
  /** Folder of workflows of the project; need not exist. */
  readonly library: string;
  /** Files that called it, outermost first, as real paths. */
  readonly callers?: readonly string[];
  /** Files read for the outermost one so far, each as often as it is called: what they hold becomes one value. */
  readonly read?: { count: number };
}

/** A definition with what it calls. */
export interface LinkedDefinition {
  readonly definition: unknown;
  readonly problems: readonly WorkflowProblem[];
}

type Path = WorkflowProblem['path'];
type Read = (text: string, linking: Linking) => Promise<ReadWorkflow>;

const maxDepth = 8;
const maxCalls = 64;
const maxBytes = 512 * 1024;

/** Reads what steps call by file names. Names that `workflows` has already are left as they are. */
export async function linkWorkflows(
  definition: unknown,
  linking: Linking | undefined,
  read: Read,
): Promise<LinkedDefinition> {
  if (linking === undefined || typeof definition !== 'object' || definition === null)
    return { definition, problems: [] };
  const { steps, workflows } = definition as { readonly steps?: unknown; readonly workflows?: unknown };
  const known: Record<string, unknown> = typeof workflows === 'object' && workflows !== null ? { ...workflows } : {};
  const calls = callsIn(steps, ['steps']).filter(({ file }) => !Object.hasOwn(known, file));
  if (calls.length > maxCalls) {
    const path = calls[maxCalls]?.path ?? [];
    return { definition, problems: [{ path, message: `more than ${maxCalls} files are called` }] };
  }
  const problems = await addCalled(known, calls, { ...linking, read: linking.read ?? { count: 0 } }, read);
  if (Object.keys(known).length === 0) return { definition, problems };
  return { definition: { ...definition, workflows: known }, problems };
}

type Counting = Linking & Required<Pick<Linking, 'read'>>;

async function addCalled(
  known: Record<string, unknown>,
  calls: readonly Call[],
  linking: Counting,
  read: Read,
): Promise<WorkflowProblem[]> {
  const problems: WorkflowProblem[] = [];
  for (const { file, path } of calls) {
    if (Object.hasOwn(known, file)) continue;
    try {
      known[file] = await called(file, linking, read);
    } catch (error) {
      if (!isMonkeyError(error)) throw error;
      problems.push({ path, message: error.message });
    }
  }
  return problems;
}

/** Both, without what the second says of places of the first. */
export function unrepeated(
  first: readonly WorkflowProblem[],
  second: readonly WorkflowProblem[],
): readonly WorkflowProblem[] {
  const places = new Set(first.map(({ path }) => JSON.stringify(path)));
  return [...first, ...second.filter(({ path }) => !places.has(JSON.stringify(path)))];
}

interface Call {
  readonly file: string;
  readonly path: Path;
}

function callsIn(value: unknown, path: Path): Call[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => callsIn(one, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  const { workflow, steps, parallel } = value as Readonly<Record<string, unknown>>;
  const own =
    typeof workflow === 'string' && /\.[A-Za-z]+$/.test(workflow)
      ? [{ file: workflow, path: [...path, 'workflow'] }]
      : [];
  return [...own, ...callsIn(steps, [...path, 'steps']), ...callsIn(parallel, [...path, 'parallel'])];
}

/** The definition in a file. Throws MonkeyError `usage.invalid` with what is wrong with it. */
async function called(
  file: string,
  { path, library, callers = [], read: reading }: Counting,
  read: Read,
): Promise<unknown> {
  if (!/\.(ya?ml|json)$/.test(file)) throw invalid(`only workflows in YAML can be called, and ${file} is none`);
  const own = await realpath(path).catch(() => resolve(path));
  const found = await find(file, [dirname(own), library]);
  const chain = [...callers, own];
  if (chain.includes(found)) throw invalid(`${file} calls itself: ${[...chain, found].map(shortName).join(' → ')}`);
  if (chain.length >= maxDepth) throw invalid(`workflows call each other more than ${maxDepth} deep`);
  if (++reading.count > maxCalls)
    throw invalid(`more than ${maxCalls} files are called, counting those that they call`);
  const linking = { path: found, library, callers: chain, read: reading };
  const result = await read(await readFile(found, 'utf8'), linking);
  if (result.kind === 'valid') return result.workflow.definition;
  const [first, ...others] = result.problems;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw invalid(`${file}:${first?.line}:${first?.column}: ${first?.message}${more}`);
}

/** The real path of a file in one of the folders, and nowhere else. */
async function find(file: string, folders: readonly string[]): Promise<string> {
  if (isAbsolute(file))
    throw invalid(`${file} is named from the root: name it from the folder of the file that calls it`);
  const looks = await Promise.all(folders.map((folder) => lookIn(folder, file)));
  const found = looks.find((look) => look.kind === 'found');
  if (found?.kind === 'found') return found.path;
  const [why] = looks.flatMap((look) => (look.kind === 'refused' ? [look.why] : []));
  throw invalid(why ?? `there is no file ${file} beside this one or in .monkey/workflows`);
}

type Look =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly why: string };

async function lookIn(folder: string, file: string): Promise<Look> {
  try {
    const root = await realpath(folder);
    const path = await realpath(resolve(root, file));
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep))
      return { kind: 'refused', why: `${file} lies outside of the folder of the file that calls it` };
    const { size } = await stat(path);
    return size > maxBytes
      ? { kind: 'refused', why: `${file} is larger than ${maxBytes} bytes` }
      : { kind: 'found', path };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'missing' };
    return { kind: 'refused', why: `${file} cannot be read: ${errorMessage(error)}` };
  }
}

function shortName(path: string): string {
  return path.split(sep).at(-1) ?? path;
}

function invalid(message: string): MonkeyError {
  return new MonkeyError('usage.invalid', message);
}
