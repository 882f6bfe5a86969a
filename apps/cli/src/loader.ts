// Loads the pieces of the program with V8's code cache, kept in the user's cache folder: half their start-up cost.
//
// The pieces that every start needs are together in `base.cjs`, one function each; the others are files of their own. How a start
// uses the base differs from command to command, so each kind of start has a cache of its own for it.
// All is ASCII, as the build writes it: V8 keeps such a text at half the size. The base is a function expression already, so that its text is not copied.
// A cache file is used only for the very build, Node version and platform that wrote it. Any failure is a miss: the bundle is
// then compiled as usual. The cache is written when the process ends, so that functions compiled on the way are in it.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** Runs `<name>.cjs` beside this file. */
export function loadChunk(name: string, buildId: string): void {
  const cachePath = (piece: string): string =>
    join(cacheFolder(), `${piece}-${buildId}-${process.version}-${process.arch}.bin`);
  const loaded = new Map<string, { exports: unknown }>();
  const uncached: Uncached[] = [];
  process.once('exit', () => {
    for (const { script, cachePath: path } of uncached) writeCache(path, script);
  });
  const outside = createRequire(join(__dirname, 'monkey.cjs'));
  const base: Record<string, Piece> = {};
  const basePath = join(__dirname, 'base.cjs');
  const runBase = compile({ path: basePath, text: read(basePath), cachePath: cachePath(`base-${name}`) }, uncached);
  runBase(base);
  const load = (piece: string): unknown => {
    const known = loaded.get(piece);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(piece, module);
    const path = join(__dirname, `${piece}.cjs`);
    const need = (wanted: string): unknown => {
      const own = /^\.\/([\w.-]+)\.cjs$/.exec(wanted)?.[1];
      return own === undefined ? outside(wanted) : load(own);
    };
    const run = base[piece] ?? compile({ path, text: asFunction(read(path)), cachePath: cachePath(piece) }, uncached);
    run(module.exports, Object.assign(need, outside), module, path, __dirname);
    return module.exports;
  };
  load(name);
}

type Piece = (...given: unknown[]) => void;

interface Uncached {
  readonly script: Script;
  readonly cachePath: string;
}

interface Source {
  readonly path: string;
  /** A function expression. */
  readonly text: string;
  readonly cachePath: string;
}

function read(path: string): string {
  return readFileSync(path, 'latin1');
}

function asFunction(text: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
}

function compile({ path, text, cachePath }: Source, uncached: Uncached[]): Piece {
  const cachedData = readOrNothing(cachePath);
  const script = new Script(text, { filename: path, ...(cachedData ? { cachedData } : {}) });
  if (!cachedData || script.cachedDataRejected) uncached.push({ script, cachePath });
  return script.runInThisContext();
}

function cacheFolder(): string {
  const own = process.env['MONKEY_HOME'];
  if (own) return join(own, 'cache', 'code');
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'monkey', 'code');
}

function readOrNothing(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function writeCache(path: string, script: Script): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, script.createCachedData(), { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    // A cache that cannot be written is no cache.
  }
}
