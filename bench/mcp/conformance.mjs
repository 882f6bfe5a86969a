// Runs the official conformance suite of MCP against our client and our server: node bench/mcp/conformance.mjs PATH/TO/conformance/dist/index.js
//
// The suite is no dependency of the repository. It wants Node 22 for one function that these scenarios do not use.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const suite = process.argv[2];
if (suite === undefined)
  throw new Error('say where the suite is: node bench/mcp/conformance.mjs PATH/TO/conformance/dist/index.js');

/** Scenarios of the client; what is left out is named in docs/mcp.md. */
const clientScenarios = [
  ...['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry'],
  ...[
    ...['metadata-default', 'metadata-var1', 'metadata-var2', 'metadata-var3', 'basic-cimd'],
    ...['scope-from-www-authenticate', 'scope-from-scopes-supported', 'scope-omitted-when-undefined'],
    ...['scope-step-up', 'scope-retry-limit', 'pre-registration'],
    ...['token-endpoint-auth-basic', 'token-endpoint-auth-post', 'token-endpoint-auth-none'],
    ...['2025-03-26-oauth-metadata-backcompat', '2025-03-26-oauth-endpoint-fallback'],
    ...['resource-mismatch', 'offline-access-scope', 'offline-access-not-supported'],
  ].map((name) => `auth/${name}`),
];
/** Scenarios of a server that has tools and nothing else, and none of the suite's own tools; what is about HTTP would only test the bridge. */
const serverScenarios = ['server-initialize', 'ping', 'tools-list'];

const folder = mkdtempSync(join(tmpdir(), 'mcp-conformance-'));
const failures = [];
try {
  const client = await bundle('conformance-client');
  for (const name of clientScenarios) run('client', name, ['--command', `${process.execPath} ${client}`]);
  const bridge = spawn(
    process.execPath,
    [await bundle('stdio-bridge'), join(here, '..', '..', 'apps', 'cli', 'dist', 'monkey.cjs')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, MONKEY_HOME: join(folder, 'home') },
      cwd: folder,
    },
  );
  const url = await new Promise((resolve) => bridge.stdout.once('data', (text) => resolve(String(text).trim())));
  for (const name of serverScenarios) run('server', name, ['--url', url]);
  bridge.kill();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
}
console.log(failures.length === 0 ? 'all passed' : `not passed: ${failures.join(', ')}`);

async function bundle(name) {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(here, `${name}.ts`)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    outfile,
    logLevel: 'error',
    external: ['web-tree-sitter', 'turndown', 'yaml', 'ignore'],
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(join(here, 'x.js'))});`,
    },
  });
  return outfile;
}

function run(kind, name, args) {
  const options = { encoding: 'utf8', cwd: folder };
  const { stdout, stderr } = spawnSync(process.execPath, [suite, kind, '--scenario', name, ...args], options);
  const counts = /Passed: \d+\/\d+, \d+ failed, \d+ warnings/.exec(stdout + stderr)?.[0] ?? 'no result';
  const passed = /, 0 failed, 0 warnings/.test(counts);
  if (!passed) failures.push(name);
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${kind} ${name}: ${counts}`);
}
