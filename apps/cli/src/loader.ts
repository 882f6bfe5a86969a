// Loads a bundle with V8's code cache, kept in the user's cache folder: half the start-up cost of a large bundle.
//
// A cache file is used only for the very build, Node version and platform that wrote it. Any failure is a miss: the bundle is
// then compiled as usual. The cache is written when the process ends, so that functions compiled on the way are in it.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** Runs `<name>.cjs` beside this file. */
export function loadChunk(name: string, buildId: string): void {
  const path = join(__dirname, `${name}.cjs`);
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`;
  const cachePath = join(cacheFolder(), `${name}-${buildId}-${process.version}-${process.arch}.bin`);
  const cachedData = readOrNothing(cachePath);
  const script = new Script(source, { filename: path, ...(cachedData ? { cachedData } : {}) });
  if (!cachedData || script.cachedDataRejected) process.once('exit', () => writeCache(cachePath, script));
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
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
