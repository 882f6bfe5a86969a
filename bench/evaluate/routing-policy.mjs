// The product's router as a policy that a routing evaluation can load: `create({K, models, lambda, seed, mode, prior})`.
//
// Works under plain `node`: the router's TypeScript is bundled once per process. The settings are those of the product, the same for every
// data set. Public priors that the product ships are used for models it knows by name, unless MONKEY_ROUTER_PRIORS=off.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { createEvaluated } = await loadRouter();

export const name = 'monkey router';

/** Makes a policy; see the README of the evaluation data for what it must offer. */
export function create(options) {
  return createEvaluated({ ...options, usePublicPriors: process.env.MONKEY_ROUTER_PRIORS !== 'off' });
}

async function loadRouter() {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-router-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { outputFiles } = await build({
    entryPoints: [join(root, 'bench', 'evaluate', 'evaluated-router.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['source'],
    logLevel: 'error',
  });
  const file = join(folder, 'router.mjs');
  writeFileSync(file, outputFiles[0].text);
  return await import(pathToFileURL(file).href);
}
