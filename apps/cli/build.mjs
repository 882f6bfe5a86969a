// Builds the published command line: a tiny entry and one CommonJS bundle per group of commands, plus grammars and the demo's examples.
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
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
const lazyLibraries = ['yaml', 'smol-toml', 'ignore', 'web-tree-sitter'];

/** Parts of the product that few runs need: the same. */
const workspaceSource = join('..', '..', 'packages', 'workspace', 'src');
const lazyParts = { 'local-code-intelligence': 'code', 'local-project-checks': 'checks' };
const lazyLibrariesPlugin = {
  name: 'lazy-libraries',
  setup({ onResolve }) {
    const filter = new RegExp(`^(${lazyLibraries.join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path: `./library-${path}.cjs`, external: true }));
    for (const [file, chunk] of Object.entries(lazyParts))
      onResolve({ filter: new RegExp(`/${file}\\.ts$`) }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: `./${chunk}.cjs`, external: true } : undefined,
      );
  },
};

const chunks = new Map([
  ...(await bundle(
    {
      run: 'src/run/main.ts',
      commands: 'src/commands/main.ts',
      code: join(workspaceSource, 'local-code-intelligence.ts'),
      checks: join(workspaceSource, 'local-project-checks.ts'),
      'code-worker': join(workspaceSource, 'code', 'code-worker.ts'),
    },
    // What lies beside a bundle is found from its own name.
    { 'import.meta.url': '__filename' },
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
await writeGrammars(join(dist, 'grammars'));
rmSync(join(dist, 'examples'), { recursive: true, force: true });
cpSync(join(repository, 'examples'), join(dist, 'examples'), { recursive: true });

/** Compressing takes half a minute: what was compressed before is kept, by the hash of what it was made from. */
async function writeGrammars(folder) {
  const { grammarModules } = await grammarTable();
  const require = createRequire(join(repository, 'packages', 'workspace', 'package.json'));
  const kept = join(repository, 'node_modules', '.cache', 'monkey-grammars');
  for (const path of [kept, folder]) mkdirSync(path, { recursive: true });
  const write = async ([name, module]) => {
    const bytes = readFileSync(require.resolve(module));
    const copy = join(kept, `${createHash('sha256').update(bytes).digest('hex')}.br`);
    if (!existsSync(copy)) {
      writeFileSync(`${copy}.${process.pid}`, await compressed(bytes));
      renameSync(`${copy}.${process.pid}`, copy);
    }
    cpSync(copy, join(folder, `${name}.wasm.br`));
  };
  await Promise.all(Object.entries(grammarModules).map(write));
}

async function grammarTable() {
  const entry = join(here, workspaceSource, 'code', 'grammar-files.ts');
  const { outputFiles } = await buildOrStop({ ...common, format: 'esm', entryPoints: [entry] });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

function compressed(bytes) {
  const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  return promisify(brotliCompress)(bytes, {
    params: { [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

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
