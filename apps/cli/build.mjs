// Builds the published command line: a tiny entry and one CommonJS bundle per group of commands, plus the demo's examples.
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const repository = dirname(dirname(here));
const dist = join(here, 'dist');
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  conditions: ['source'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
  supported: { 'dynamic-import': false },
};

/** Libraries that few runs need: each becomes a file of its own, read when it is first asked for. */
const lazyLibraries = ['yaml', 'smol-toml', 'ignore'];
/** Own code that few runs need, by the end of the path that is imported. */
const lazyParts = { router: { path: 'routing/lazy.ts', entry: '../../packages/engine/src/routing/lazy.ts' } };
const lazyPartsPlugin = {
  name: 'lazy-parts',
  setup({ onResolve }) {
    for (const [name, { path }] of Object.entries(lazyParts)) {
      const filter = new RegExp(`${path.replaceAll('.', '\\.')}$`);
      onResolve({ filter }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: `./part-${name}.cjs`, external: true } : undefined,
      );
    }
  },
};
const lazyLibrariesPlugin = {
  name: 'lazy-libraries',
  setup({ onResolve }) {
    const filter = new RegExp(`^(${lazyLibraries.join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path: `./library-${path}.cjs`, external: true }));
  },
};

const chunks = new Map([
  ...(await bundle({ run: 'src/run/main.ts', commands: 'src/commands/main.ts' }, {}, [
    lazyLibrariesPlugin,
    lazyPartsPlugin,
  ])),
  ...(await bundle(
    Object.fromEntries(Object.entries(lazyParts).map(([name, { entry }]) => [`part-${name}`, entry])),
    {},
    [lazyLibrariesPlugin],
  )),
  ...(await bundle(Object.fromEntries(lazyLibraries.map((name) => [`library-${name}`, name])), {}, [])),
]);
const buildId = createHash('sha256')
  .update([...chunks.values()].join(''))
  .digest('hex')
  .slice(0, 16);
const entry = await bundle({ monkey: 'src/entry.ts' }, { BUILD_ID: JSON.stringify(buildId) }, [], 'node12');

mkdirSync(dist, { recursive: true });
for (const [name, text] of chunks) writeFileSync(join(dist, `${name}.cjs`), text);
writeFileSync(join(dist, 'monkey.cjs'), `#!/usr/bin/env node\n${entry.get('monkey')}`);
chmodSync(join(dist, 'monkey.cjs'), 0o755);
rmSync(join(dist, 'examples'), { recursive: true, force: true });
cpSync(join(repository, 'examples'), join(dist, 'examples'), { recursive: true });

/** esbuild has said what is wrong; its stack says nothing more. */
async function buildOrStop(options) {
  try {
    return await build(options);
  } catch {
    process.exit(1);
  }
}

async function bundle(entries, define, plugins, target = common.target) {
  const built = new Map();
  for (const [name, path] of Object.entries(entries)) {
    const result = await buildOrStop({
      ...common,
      ...(path.endsWith('.ts')
        ? { entryPoints: [join(here, path)] }
        : {
            stdin: {
              contents: `module.exports = require('${path}');`,
              resolveDir: join(repository, 'packages', 'workspace'),
            },
          }),
      plugins,
      // The entry must get as far as saying that a Node is too old.
      target,
      define: { PRODUCT_VERSION: JSON.stringify(version), ...define },
    });
    built.set(name, result.outputFiles[0].text);
  }
  return built;
}
