// Searches text in the files of a project, in path then line order.
import { join } from 'node:path';
import { createContext, Script } from 'node:vm';
import { MonkeyError } from '@monkey-coder/protocol';
import { readRegularFile } from '../files/regular-file.ts';
import { findRepository } from '../git/repository.ts';
import { type RunGit, runGit } from '../git/run-git.ts';
import { compilePattern, type SearchPattern } from './pattern.ts';
import { gitGrepPrefilter, type Prefilter, ripgrepPrefilter } from './prefilter.ts';
import type { FileLister, SearchMatch, TextSearch } from './search.ts';

/** What a search is made of. */
export interface TextSearchOptions {
  readonly lister: FileLister;
  /** Absolute path of a ripgrep binary, where there is one. */
  readonly ripgrep?: string;
  /** How git is run; null to do without git. */
  readonly runGit?: RunGit | null;
  /** From how many files on ripgrep or git are asked first. */
  readonly prefilterFrom?: number;
  /** Milliseconds that matching may take in one slice of files (4 MiB); a pattern that needs more is refused. */
  readonly sliceTimeoutMs?: number;
}

const DEFAULT_PREFILTER_FROM = 2_000;
const DEFAULT_SLICE_TIMEOUT_MS = 2_000;
const MAX_FILE_BYTES = 20 * 1024 * 1024;
const BINARY_SNIFF_BYTES = 8_000;
const SHOWN = 400;
const SLICE_BYTES = 4 * 1024 * 1024;
const SLICE_FILES = 500;

/**
 * A search in the files of a lister. Left out are binary files (a NUL among the first 8,000 bytes, as git has it) and files above 20 MiB. A pattern is
 * matched line by line, never across lines. Enforced: matching 4 MiB takes at most two seconds, even inside one catastrophic
 * expression (`usage.invalid`), and cancellation between such slices. ripgrep or git grep, where present, only say which of many files to read: results are the same.
 */
export function createTextSearch(root: string, options: TextSearchOptions): TextSearch {
  const prefilter = prefilterOf(root, options);
  return {
    async search({ pattern, syntax, caseSensitive, under = '', glob, limit, exclude, signal }) {
      const compiled = compilePattern(pattern, syntax, caseSensitive);
      const cancel = signal === undefined ? {} : { signal };
      const scope = { under, ...(glob === undefined ? {} : { glob }), ...(exclude === undefined ? {} : { exclude }) };
      const { paths } = await options.lister.list({ limit: Number.MAX_SAFE_INTEGER, ...scope, ...cancel });
      const { literals, ignoreCase } = compiled;
      const isWorthAsking = paths.length >= (options.prefilterFrom ?? DEFAULT_PREFILTER_FROM);
      const asked =
        prefilter && literals && isWorthAsking
          ? await prefilter({ literals, ignoreCase, paths, under, ...cancel })
          : null;
      signal?.throwIfAborted();
      const guard = createGuard(pattern, options.sliceTimeoutMs ?? DEFAULT_SLICE_TIMEOUT_MS);
      return scan(root, asked ? paths.filter((path) => asked.has(path)) : paths, { compiled, limit, guard, ...cancel });
    },
  };
}

function prefilterOf(root: string, { ripgrep, runGit: git = runGit }: TextSearchOptions): Prefilter | null {
  if (ripgrep !== undefined) return ripgrepPrefilter(root, ripgrep);
  return git && findRepository(root) !== null ? gitGrepPrefilter(root, git) : null;
}

/** Runs matching under a watchdog. */
type Guard = (work: () => void) => void;

/** V8 ends a regular expression that does not come to an end itself only when a script with a time-out runs it. */
function createGuard(pattern: string, timeout: number): Guard {
  const context = createContext({ work: () => undefined });
  const script = new Script('work()');
  return (work) => {
    context['work'] = work;
    try {
      script.runInContext(context, { timeout });
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const advice = 'make it simpler, search for literal text, or name fewer files';
      throw new MonkeyError(
        'usage.invalid',
        `The pattern \`${pattern.slice(0, 80)}\` takes too long to match: ${advice}.`,
      );
    }
  };
}

interface Results {
  readonly matches: readonly SearchMatch[];
  readonly truncated: boolean;
}

interface Scan {
  readonly compiled: SearchPattern;
  readonly limit: number;
  readonly guard: Guard;
  readonly signal?: AbortSignal;
}

async function scan(
  root: string,
  paths: readonly string[],
  { compiled, limit, guard, signal }: Scan,
): Promise<Results> {
  const matches: SearchMatch[] = [];
  let next = 0;
  const slice = () => {
    const end = Math.min(paths.length, next + SLICE_FILES);
    for (let bytes = 0; next < end && bytes < SLICE_BYTES && matches.length <= limit; next++) {
      const path = paths[next] ?? '';
      const text = textOf(join(root, path), compiled);
      bytes += text?.length ?? 0;
      if (text !== null) addMatches(path, text, compiled.regex, limit, matches);
    }
  };
  while (next < paths.length && matches.length <= limit) {
    guard(slice);
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  return { matches: matches.slice(0, limit), truncated: matches.length > limit };
}

function addMatches(path: string, text: string, regex: RegExp, limit: number, matches: SearchMatch[]): void {
  let [start, number] = [0, 0];
  while (start < text.length && matches.length <= limit) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    number++;
    const line = text.slice(start, end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end);
    const found = regex.exec(line);
    if (found) matches.push({ path, line: number, text: shown(line, found.index) });
    start = end + 1;
  }
}

/** The part of a long line that holds the match. */
function shown(line: string, at: number): string {
  if (line.length <= SHOWN) return line;
  const from = at < SHOWN - 100 ? 0 : Math.min(at - 100, line.length - SHOWN);
  return line.slice(from, from + SHOWN);
}

/** Text of a regular file that may match; null for all others. */
function textOf(file: string, { literals, ignoreCase }: SearchPattern): string | null {
  const bytes = readRegularFile(file, MAX_FILE_BYTES)?.bytes ?? null;
  if (bytes === null || bytes.subarray(0, BINARY_SNIFF_BYTES).includes(0)) return null;
  if (literals !== null && !ignoreCase && !literals.some((literal) => bytes.includes(literal))) return null;
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0);
}
