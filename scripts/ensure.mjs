// Makes a checkout ready to run: installs when the lock file, Node or the platform changed, builds what is stale. Built-ins only.
//
//   node scripts/ensure.mjs           install when needed
//   node scripts/ensure.mjs --build   install and build when needed
//
// Two starts at the same time wait for each other; without changes it takes a few milliseconds and needs no network.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestNode = [20, 19];
const lockFolder = join(root, '.ensure-lock');
const installStamp = join(root, 'node_modules', '.ensure-install');
const buildStamp = join(root, 'apps', 'cli', 'dist', '.ensure-build');
const builtFiles = ['monkey.cjs', 'run.cjs', 'commands.cjs'].map((name) => join(root, 'apps', 'cli', 'dist', name));

refuseOldNode();
const wantsBuild = process.argv.includes('--build');
if (installIsStale() || (wantsBuild && buildIsStale())) withLock(prepare);

function prepare() {
  if (installIsStale()) install();
  if (wantsBuild && buildIsStale()) build();
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  stop(
    `Monkey Coder needs Node ${oldestNode.join('.')} or newer; this is ${process.versions.node}. Get one from https://nodejs.org`,
  );
}

function installIsStale() {
  return readText(installStamp) !== installKey();
}

function installKey() {
  const manifests = ['package.json', 'package-lock.json', ...workspaceManifests()];
  const hash = createHash('sha256');
  for (const name of manifests) hash.update(name).update(readText(join(root, name)) ?? '');
  return `${hash.digest('hex')} node${process.versions.node.split('.')[0]} ${process.platform}-${process.arch}`;
}

function workspaceManifests() {
  return ['packages', 'apps'].flatMap((folder) =>
    names(join(root, folder))
      .map((name) => join(folder, name, 'package.json'))
      .filter((path) => existsSync(join(root, path))),
  );
}

function install() {
  say('installing the dependencies (the first time, and when the lock file, Node or the platform changed) …');
  const started = Date.now();
  const npm = process.env.npm_execpath;
  const flags = ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const environment = { ...process.env, NODE_ENV: '' };
  const result =
    npm?.endsWith('js') === true
      ? spawnSync(process.execPath, [npm, ...flags], { cwd: root, stdio: ['ignore', 2, 2], env: environment })
      : spawnSync('npm', flags, {
          cwd: root,
          stdio: ['ignore', 2, 2],
          env: environment,
          shell: process.platform === 'win32',
        });
  if (result.status !== 0)
    stop('npm could not install the dependencies; its words are above. Check the network, then start again.');
  writeFileSync(installStamp, installKey());
  say(`installed in ${seconds(started)}`);
}

function buildIsStale() {
  return builtFiles.some((path) => !existsSync(path)) || readText(buildStamp) !== buildKey();
}

function buildKey() {
  const hash = createHash('sha256').update(process.versions.node);
  for (const folder of ['packages', 'apps']) addFolder(hash, join(root, folder));
  return hash.digest('hex');
}

/** Path, size and time of every source file: cheap, and any edit changes it. */
function addFolder(hash, folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (['node_modules', 'dist', 'coverage'].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) addFolder(hash, path);
    else if (!entry.name.includes('.test.')) {
      const stat = statSync(path);
      hash.update(`${path.slice(root.length)} ${stat.size} ${stat.mtimeMs}\n`);
    }
  }
}

function build() {
  say('building monkey …');
  const started = Date.now();
  const result = spawnSync(process.execPath, [join(root, 'apps', 'cli', 'build.mjs')], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) stop('the build failed; its words are above.');
  writeFileSync(buildStamp, buildKey());
  linkCommand();
  say(`built in ${seconds(started)}`);
}

/** npm links `npx monkey` only to a file that is there when it installs; on a fresh clone the bundle comes later. */
function linkCommand() {
  const link = join(root, 'node_modules', '.bin', 'monkey');
  if (existsSync(link)) return;
  if (process.platform === 'win32')
    spawnSync('npm', ['rebuild', 'monkey-coder'], { cwd: root, stdio: 'ignore', shell: true });
  else symlinkSync(join('..', '..', 'apps', 'cli', 'dist', 'monkey.cjs'), link);
}

/** One at a time: a folder is made by one process only. A lock whose owner is gone is taken over. */
function withLock(work) {
  const owner = join(lockFolder, 'pid');
  let told = false;
  for (;;) {
    try {
      mkdirSync(lockFolder);
      writeFileSync(owner, String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') stop(`cannot write in ${root}: ${error.message}`);
    }
    if (ownerIsGone(owner)) rmSync(lockFolder, { recursive: true, force: true });
    else if (!told) {
      told = true;
      say('another start is setting up; waiting for it …');
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  process.on('exit', () => rmSync(lockFolder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
  work();
}

function ownerIsGone(owner) {
  const pid = Number(readText(owner));
  if (!pid) return ageMs(lockFolder) > 5000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function names(folder) {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

function say(text) {
  process.stderr.write(`monkey: ${text}\n`);
}

function stop(text) {
  say(text);
  process.exit(1);
}
