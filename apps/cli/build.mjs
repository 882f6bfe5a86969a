// Builds the published command line: a tiny entry, the groups of commands in CommonJS pieces loaded when needed, grammars, the demo's examples.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build, transform } from 'esbuild';
import { thirdPartyLicences } from './third-party.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const repository = dirname(dirname(here));
const dist = join(here, 'dist');
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const shared = {
  bundle: true,
  platform: 'node',
  conditions: ['source'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
};

/**
 * CommonJS libraries that few runs need: each is a file of its own, read when it is first asked for. As a piece of the split
 * below they would lose their named exports.
 */
const commonLibraries = ['yaml', 'ignore', 'turndown', 'web-tree-sitter', 'sucrase'];
const commonLibrariesPlugin = {
  name: 'common-libraries',
  setup({ onResolve }) {
    const filter = new RegExp(`^(${commonLibraries.join('|')})$`);
    onResolve({ filter }, ({ path, kind }) => {
      const isLazy = kind === 'dynamic-import';
      return isLazy ? { path: `./library-${path}.cjs`, external: true } : undefined;
    });
  },
};

/**
 * The MCP SDK brings a judge of JSON Schemas that it only makes where it is given none; it is always given ours. The one of
 * the SDK would add 130 KB.
 */
const ownSchemasPlugin = {
  name: 'own-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]sdk[\\/]dist[\\/]esm[\\/]validation[\\/]ajv-provider\.js$/ }, () => ({
      contents:
        'export class AjvJsonSchemaValidator { constructor() { throw new Error("no schema judge was given"); } }',
    }));
  },
};

/**
 * Imports through a package's face are turned to the files behind it. A face that leads to everything would otherwise tie what
 * is needed at once to what is needed later: esbuild splits by files, and whoever needs a face would load all that anybody
 * takes from it.
 */
const facesPlugin = {
  name: 'faces',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](packages|apps)[\\/][^\\/]+[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(faceImport, (_whole, isType, names, room) =>
        isType ? '' : importsBehind(room, names),
      ),
      loader: 'ts',
    }));
  },
};
const faceImport = /^import (type )?\{([^}]*)\} from '@monkey-coder\/(\w+)';$/gm;
const faces = new Map();

/** Name to file, from the hand-written list of a face. */
function faceOf(room) {
  const known = faces.get(room);
  if (known !== undefined) return known;
  const folder = join(repository, 'packages', room, 'src');
  const files = new Map();
  const lists = readFileSync(join(folder, 'index.ts'), 'utf8').matchAll(/^export \{([^}]*)\} from '\.\/([^']+)';$/gm);
  for (const [, names, file] of lists) for (const name of valuesIn(names)) files.set(name, join(folder, file));
  faces.set(room, files);
  return files;
}

function valuesIn(names) {
  const all = names.split(',').map((name) => name.trim());
  return all.filter((name) => name !== '' && !name.startsWith('type '));
}

function importsBehind(room, names) {
  return valuesIn(names)
    .map((name) => {
      const file = faceOf(room).get(name.split(' as ')[0]);
      if (file === undefined) throw new Error(`@monkey-coder/${room} has no ${name} on its face`);
      return `import { ${name} } from ${JSON.stringify(file)};`;
    })
    .join(' ');
}

const workspaceCode = join('..', '..', 'packages', 'workspace', 'src', 'code');
// What lies beside a bundle is found from its own name.
const ownName = { 'import.meta.url': '__filename' };
const {
  chunks: pieces,
  closures,
  inputs,
} = await splitBundle({ run: 'src/start/main.ts', commands: 'src/commands/main.ts' });
const chunks = packed(pieces, closures);
const libraryInputs = [];
for (const name of commonLibraries) {
  const { text, inputs: own } = await library(name);
  chunks.set(`library-${name}.cjs`, text);
  libraryInputs.push(...own);
}
for (const [name, code] of chunks) chunks.set(name, ascii(code));
chunks.set('help.cjs', await oneFile('src/command-line/help.ts', {}));
chunks.set('code-worker.cjs', await oneFile(join(workspaceCode, 'code-worker.ts'), ownName, 'node20'));
const buildId = createHash('sha256')
  .update([...chunks.values()].join(''))
  .digest('hex')
  .slice(0, 16);
const entry = await oneFile('src/entry.ts', { BUILD_ID: JSON.stringify(buildId) });

mkdirSync(dist, { recursive: true });
for (const [name, text] of chunks) writeFileSync(join(dist, name), text);
writeFileSync(join(dist, 'closures.json'), `${JSON.stringify(closures, null, 2)}\n`);
writeFileSync(join(dist, 'monkey.cjs'), `#!/usr/bin/env node\n${entry}`);
chmodSync(join(dist, 'monkey.cjs'), 0o755);
for (const name of readdirSync(dist)) {
  const isStale = name.endsWith('.cjs') && name !== 'monkey.cjs' && !chunks.has(name);
  if (isStale) rmSync(join(dist, name));
}
const { grammarModules } = await tableOf(join(workspaceCode, 'grammar-files.ts'));
const { formatterModules } = await tableOf(join(workspaceCode, '..', 'checks', 'formatter-files.ts'));
await writeWasm(join(dist, 'grammars'), grammarModules);
await writeWasm(join(dist, 'formatters'), formatterModules);
const wasmPaths = [...Object.values(grammarModules), ...Object.values(formatterModules)].map(
  (path) => `node_modules/${path}`,
);
const bundled = { paths: [...inputs, ...libraryInputs, ...wasmPaths], names: commonLibraries };
writeFileSync(join(dist, 'THIRD-PARTY-LICENCES.txt'), thirdPartyLicences(repository, bundled));
rmSync(join(dist, 'examples'), { recursive: true, force: true });
cpSync(join(repository, 'examples'), join(dist, 'examples'), { recursive: true });

/** Compressing takes a few seconds: what was compressed before is kept, by the hash of what it was made from. */
async function writeWasm(folder, modules) {
  const require = createRequire(join(repository, 'packages', 'workspace', 'package.json'));
  const kept = join(repository, 'node_modules', '.cache', 'monkey-wasm');
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
  await Promise.all(Object.entries(modules).map(write));
}

async function tableOf(path) {
  const entry = join(here, path);
  const { outputFiles } = await buildOrStop({ ...shared, target: 'node20', format: 'esm', entryPoints: [entry] });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

function compressed(bytes) {
  const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return promisify(brotliCompress)(bytes, {
    // The best quality takes ten times as long and saves a tenth.
    params: { [BROTLI_PARAM_QUALITY]: 9, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
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

/** The entry must get as far as saying that a Node is too old. */
async function oneFile(path, define, target = 'node12') {
  const built = await buildOrStop({
    ...shared,
    entryPoints: [join(here, path)],
    format: 'cjs',
    target,
    plugins: [facesPlugin, commonLibrariesPlugin],
    external: ['./help.cjs'],
    supported: { 'dynamic-import': false },
    define: { PRODUCT_VERSION: JSON.stringify(version), ...define },
  });
  return built.outputFiles[0].text;
}

async function library(name) {
  const built = await buildOrStop({
    ...shared,
    metafile: true,
    stdin: { contents: `module.exports = require('${name}');`, resolveDir: join(repository, 'packages', 'agents') },
    format: 'cjs',
    target: 'node20',
  });
  return { text: built.outputFiles[0].text, inputs: Object.keys(built.metafile.inputs) };
}

/**
 * Bundles the groups of commands. What several share, and what is only imported when it is needed, becomes a file of its own:
 * esbuild splits ES modules only, so each piece is turned to CommonJS (which starts faster) afterwards.
 */
async function splitBundle(entries) {
  const built = await buildOrStop({
    ...shared,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(here, path)])),
    outdir: dist,
    splitting: true,
    format: 'esm',
    target: 'node20',
    chunkNames: 'part-[name]-[hash]',
    metafile: true,
    plugins: [facesPlugin, commonLibrariesPlugin, ownSchemasPlugin],
    define: { PRODUCT_VERSION: JSON.stringify(version), ...ownName },
  });
  const pieces = new Map();
  for (const { path, text } of built.outputFiles) {
    const { code } = await transform(text, {
      format: 'cjs',
      target: 'node20',
      minify: true,
      supported: { 'dynamic-import': false },
    });
    pieces.set(commonName(path), code.replace(/require\("(\.\/[\w.-]+)\.js"\)/g, 'require("$1.cjs")'));
  }
  const inputs = Object.keys(built.metafile.inputs);
  return { chunks: pieces, closures: closuresOf(built.metafile, Object.keys(entries)), inputs };
}

/**
 * The pieces that every start loads become one file with a function for each: dozens of small files cost more to read, and to
 * look up in the code cache, than what is in them. What only some starts load stays a file of its own.
 */
function packed(all, startClosures) {
  const [first, ...others] = Object.values(startClosures);
  const always = first.files.filter((name) => others.every(({ files }) => files.includes(name)));
  const functions = always.map((name) => {
    const piece = JSON.stringify(name.replace(/\.cjs$/, ''));
    return `exports[${piece}]=function(exports,require,module,__filename,__dirname){${all.get(name)}\n};`;
  });
  const rest = [...all].filter(([name]) => !always.includes(name));
  return new Map([['base.cjs', `(function(exports){${functions.join('\n')}\n})`], ...rest]);
}

/** esbuild writes ASCII but for regular expressions, where an escape means the same as the character. */
function ascii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function commonName(path) {
  return basename(path).replace(/\.js$/, '.cjs');
}

/** What each entry loads before it runs: files and bytes, for the budget of start-up. */
function closuresOf({ outputs }, entries) {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  return Object.fromEntries(
    entries.map((entry) => {
      const seen = new Set();
      const visit = (name) => {
        const output = byName.get(name);
        if (output === undefined || seen.has(name)) return;
        seen.add(name);
        for (const { path, kind } of output.imports) if (kind === 'import-statement') visit(basename(path));
      };
      visit(`${entry}.js`);
      const bytes = [...seen].reduce((sum, name) => sum + byName.get(name).bytes, 0);
      return [entry, { bytes, files: [...seen].map(commonName).sort() }];
    }),
  );
}
