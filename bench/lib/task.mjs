// The scripted task of the benchmark: a fresh repository, the scripted server in a process of its own, one run of a contestant.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment, measure } from './measure.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** The root of this repository. */
export const repositoryRoot = dirname(dirname(here));
/** The built command line. */
export const monkeyCli = join(repositoryRoot, 'apps', 'cli', 'dist', 'monkey.cjs');
const scenario = join(repositoryRoot, 'bench', 'scenarios', 'fix-greeting.yaml');
const prompt =
  'The file greet.js prints a misspelled greeting. Read it, fix the spelling, then check the fix with grep.';
const source =
  '// greeting printed by the demo\nexport function greet() {\n  return "Helo, world";\n}\nconsole.log(greet());\n';

/** Starts `monkey scripted` with a scenario; `times` are the moments (ms since 1970) at which requests came. */
export async function startScripted(home, file = scenario) {
  const child = spawn(process.execPath, [monkeyCli, 'scripted', file, '--log'], {
    env: cleanEnvironment(home),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const times = [];
  child.stderr.on('data', (chunk) => {
    for (const line of String(chunk).split('\n')) if (line.startsWith('turn ')) times.push(Date.now());
  });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const match = /http:\/\/[\d.:]+/.exec(text);
      if (match) resolve(match[0]);
    });
    child.once('exit', (code) => reject(new Error(`monkey scripted ended with ${code}`)));
  });
  return {
    url,
    times,
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit');
        child.once('exit', resolve);
        child.kill('SIGTERM');
      }),
  };
}

/** A folder that is removed when the process ends. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `monkey-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A git repository with the misspelt file. */
export function freshRepository(parent) {
  const cwd = join(parent, 'work');
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'greet.js'), source);
  writeFileSync(join(cwd, 'package.json'), '{"name":"demo","version":"1.0.0","type":"module"}\n');
  const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid', '-c', 'init.defaultBranch=main'];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-qm', 'start'],
  ])
    spawnSync('git', [...identity, ...args], { cwd });
  return cwd;
}

/** Runs one contestant on a fresh repository and measures it. `passed`: the file is right, the command ran, the text was printed, exit 0. */
export async function runTask(contestant, server, home) {
  const cwd = freshRepository(home);
  server.times.length = 0;
  const started = Date.now();
  const env = cleanEnvironment(home, { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: 'bench' });
  const words = contestants[contestant];
  const result = await measure(process.execPath, [...words, prompt], { cwd, env });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const ran = join(cwd, 'ran.txt');
  const passed =
    result.code === 0 &&
    readFileSync(join(cwd, 'greet.js'), 'utf8').includes('Hello, world') &&
    existsSync(ran) &&
    readFileSync(ran, 'utf8').trim() === '1' &&
    result.stdout.includes('SCRIPT-DONE');
  const gaps = server.times.slice(1).map((time, index) => time - server.times[index]);
  return {
    ...result,
    passed,
    firstRequestMs: (server.times[0] ?? Number.NaN) - started,
    gaps,
    tailMs: result.endedAt - (server.times.at(-1) ?? Number.NaN),
  };
}

const contestants = {
  monkey: [monkeyCli, '-p', '--permission-mode', 'bypassPermissions', '-m', 'openai/scripted'],
  floor: [join(here, 'floor-agent.cjs')],
};
