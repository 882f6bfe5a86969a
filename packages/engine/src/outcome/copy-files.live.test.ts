// Files of copies on a disk with links in the way: nothing outside of the copies is read, written or removed.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bringOver, fileIn, hashIn, isInner, removeIn, writeIn } from './copy-files.ts';

function folders() {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-links-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [from, to, outside] = ['from', 'to', 'outside'].map((name) => join(folder, name)) as [string, string, string];
  for (const one of [from, to, outside]) mkdirSync(one);
  writeFileSync(join(outside, 'victim.txt'), 'mine');
  return { from, to, outside, victim: () => readFileSync(join(outside, 'victim.txt'), 'utf8') };
}

it('a file is written and removed through no link that code left in a copy', () => {
  const { to, outside, victim } = folders();
  symlinkSync(join(outside, 'victim.txt'), join(to, 'a.txt'));
  symlinkSync(outside, join(to, 'tests'));
  removeIn(to, 'tests/victim.txt');
  writeIn(to, 'a.txt', 'evil');
  writeIn(to, 'tests/victim.txt', 'evil');
  writeIn(to, '../outside/victim.txt', 'evil');
  expect(victim()).toBe('mine');
  expect(readFileSync(join(to, 'tests', 'victim.txt'), 'utf8')).toBe('evil');
  removeIn(to, 'a.txt');
  expect(existsSync(join(to, 'a.txt'))).toBe(false);
});

describe('a file is brought over', () => {
  it('not through a link that stands at its place, nor through one above it', () => {
    const { from, to, outside, victim } = folders();
    writeFileSync(join(from, 'a.txt'), 'new');
    mkdirSync(join(from, 'tests'));
    writeFileSync(join(from, 'tests', 'victim.txt'), 'new');
    symlinkSync(join(outside, 'victim.txt'), join(to, 'a.txt'));
    symlinkSync(outside, join(to, 'tests'));
    bringOver(from, to, 'a.txt');
    bringOver(from, to, 'tests/victim.txt');
    expect(victim()).toBe('mine');
    expect(readFileSync(join(to, 'a.txt'), 'utf8')).toBe('new');
    expect(readFileSync(join(to, 'tests', 'victim.txt'), 'utf8')).toBe('new');
  });

  it('not from behind a link, and nothing is removed behind one', () => {
    const { from, to, outside, victim } = folders();
    symlinkSync(join(outside, 'victim.txt'), join(from, 'key.txt'));
    symlinkSync(outside, join(from, 'keys'));
    symlinkSync(outside, join(to, 'gone'));
    for (const path of ['key.txt', 'keys/victim.txt', 'gone/victim.txt', '../outside/victim.txt']) {
      bringOver(from, to, path);
      expect(existsSync(join(to, path)) && path.startsWith('k')).toBe(false);
    }
    expect(victim()).toBe('mine');
  });

  it('as a whole: what else is linked to the file keeps the old one, and what makes it a program comes along', () => {
    const { from, to, outside, victim } = folders();
    writeFileSync(join(from, 'a.sh'), 'new', { mode: 0o755 });
    linkSync(join(outside, 'victim.txt'), join(to, 'a.sh'));
    writeFileSync(join(to, 'a.sh.monkey-part'), 'left by a crash');
    bringOver(from, to, 'a.sh');
    expect(victim()).toBe('mine');
    expect(readFileSync(join(to, 'a.sh'), 'utf8')).toBe('new');
    expect(lstatSync(join(to, 'a.sh')).mode & 0o111).not.toBe(0);
    expect(readdirSync(to)).toEqual(['a.sh']);
  });

  it('where a file becomes a folder, and stays away where a folder stands', () => {
    const { from, to } = folders();
    mkdirSync(join(from, 'docs'));
    writeFileSync(join(from, 'docs', 'x.md'), 'x');
    writeFileSync(join(to, 'docs'), 'text');
    bringOver(from, to, 'docs/x.md');
    expect(readFileSync(join(to, 'docs', 'x.md'), 'utf8')).toBe('x');
    bringOver(from, to, 'docs');
    expect(lstatSync(join(to, 'docs')).isDirectory()).toBe(true);
  });

  it.runIf(process.platform !== 'win32')('never waits for a pipe', () => {
    const { from, to } = folders();
    execFileSync('mkfifo', [join(from, 'pipe')]);
    bringOver(from, to, 'pipe');
    expect(fileIn(from, 'pipe')).toBe('other');
    expect(existsSync(join(to, 'pipe'))).toBe(false);
  });
});

it('a file is `other` where a link or a file stands above it, and in the folder of git', () => {
  const { from, outside } = folders();
  symlinkSync(outside, join(from, 'linked'));
  writeFileSync(join(from, 'plain'), '');
  const at = (path: string): string | null => hashIn(from, path);
  for (const path of ['linked/victim.txt', 'plain/below', '.git/config', 'x/.GIT/config', '../outside/victim.txt'])
    expect(at(path), path).toBe('other');
  expect(at('nowhere/below')).toBeNull();
  expect(isInner('.gitignore')).toBe(true);
});
