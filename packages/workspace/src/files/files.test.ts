// Paths, encodings and atomic writes on a real folder.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ErrorCode, isMonkeyError } from '@monkey-coder/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSafeWriter } from './atomic-write.ts';
import { readLines } from './line-range.ts';
import { createPathGuard, isInside, type PathGuard } from './path-guard.ts';
import { isGitName, isProtectedName, refusedNewName } from './path-rules.ts';
import { decodeText, encodeText } from './text-encoding.ts';
import { readText } from './text-file.ts';

let folder = '';
let root = '';
let guard: PathGuard;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-files-')));
  root = join(folder, 'ws');
  for (const name of ['ws/sub', 'ws-evil', 'added', 'state']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(root, 'a.txt'), 'a\n');
  writeFileSync(join(folder, 'ws-evil', 'x.txt'), 'outside\n');
  guard = createPathGuard({ root, addedFolders: [join(folder, 'added')], protectedFolders: [join(folder, 'state')] });
});
afterEach(() => {
  chmodSync(root, 0o755);
  rmSync(folder, { recursive: true, force: true });
});

function codeOf(work: () => unknown): ErrorCode | 'none' {
  try {
    work();
    return 'none';
  } catch (error) {
    if (!isMonkeyError(error)) throw error;
    expect(error.message).not.toContain('\n');
    return error.code;
  }
}

describe('the path guard', () => {
  it('takes what is inside and says the path in its plain form', () => {
    expect(guard.check('sub/../a.txt', 'write').path).toBe('a.txt');
    expect(guard.check(join(root, 'a.txt'), 'read').path).toBe('a.txt');
    expect(guard.check('new/deep/file.ts', 'write').stats).toBeNull();
    expect(guard.check(join(folder, 'added', 'y.txt'), 'write').path).toBe(join(folder, 'added', 'y.txt'));
    expect(guard.check('.', 'read').path).toBe('.');
  });

  it('refuses every way out', () => {
    symlinkSync(join(folder, 'ws-evil'), join(root, 'out'));
    symlinkSync(join(folder, 'nowhere', 'yet.txt'), join(root, 'dangling'));
    symlinkSync('../../ws-evil/x.txt', join(root, 'sub', 'up'));
    symlinkSync('loop', join(root, 'loop'));
    const paths = [
      '../ws-evil/x.txt',
      `${root}-evil/x.txt`,
      'out/x.txt',
      'out/new.txt',
      'dangling',
      'sub/up',
      '/etc/passwd',
    ];
    paths.push(
      '/proc/self/environ',
      '/dev/null',
      '/sys/kernel',
      '',
      'a\0b',
      '~/x',
      '//server/share',
      '\\\\server\\share',
    );
    for (const path of paths) {
      expect([path, codeOf(() => guard.check(path, 'read'))]).toEqual([path, 'workspace.outside']);
      expect([path, codeOf(() => guard.check(path, 'write'))]).toEqual([path, 'workspace.outside']);
    }
    expect(codeOf(() => guard.check('loop', 'write'))).not.toBe('none');
    symlinkSync('a.txt', join(root, 'inner'));
    expect(guard.check('inner', 'write').path).toBe('a.txt');
  });

  it('never writes git folders, the agent’s settings and its own folders', () => {
    mkdirSync(join(root, '.git', 'hooks'), { recursive: true });
    symlinkSync('.git', join(root, 'g'));
    const paths = [
      '.git/config',
      '.git/hooks/pre-commit',
      'sub/.git/config',
      '.GIT/config',
      'g/hooks/x',
      '.git',
      '.git. /x',
    ];
    paths.push('git~1/config', '.monkey/settings.json', '.monkey/settings.local.json', 'sub/.Monkey/Settings.json');
    for (const path of paths)
      expect([path, codeOf(() => guard.check(path, 'write'))]).toEqual([path, 'workspace.protected']);
    expect(codeOf(() => guard.check('.git/config', 'read'))).toBe('none');
    expect(codeOf(() => guard.check('.monkey/agents/x.md', 'write'))).toBe('none');
    expect(codeOf(() => guard.check('.github/x.yml', 'write'))).toBe('none');
    const wide = createPathGuard({ root: folder, addedFolders: [], protectedFolders: [join(folder, 'state')] });
    expect(codeOf(() => wide.check('state/keys.json', 'read'))).toBe('workspace.protected');
    const inner = createPathGuard({ root: join(folder, 'state'), addedFolders: [], protectedFolders: [folder] });
    expect(codeOf(() => inner.check('x', 'write'))).toBe('none');
  });

  it('refuses names that are no files elsewhere, and files with other links', () => {
    for (const name of ['CON', 'nul.txt', 'com1', 'LPT9.log', 'end.', 'end ', 'a\\b', 'a\u0001']) {
      expect([name, refusedNewName(name) === null]).toEqual([name, false]);
      expect(codeOf(() => guard.check(`sub/${name}`, 'write'))).toBe('workspace.protected');
    }
    for (const name of ['console.ts', 'common', 'nullable.c', '.env', 'a b', 'ü'])
      expect(refusedNewName(name)).toBeNull();
    linkSync(join(folder, 'ws-evil', 'x.txt'), join(root, 'hard.txt'));
    expect(codeOf(() => guard.check('hard.txt', 'write'))).toBe('workspace.protected');
    expect(codeOf(() => guard.check('hard.txt', 'read'))).toBe('none');
  });

  it('compares with separators and knows git’s name in disguise', () => {
    expect(isInside('/a/b', '/a/b')).toBe(true);
    expect(isInside('/a/b', '/a/bc')).toBe(false);
    expect(isInside('/', '/a')).toBe(true);
    expect(['.git', '.GIT', '.git ', '.git.', 'GIT~1', '.g\u200cit', '.git::$INDEX_ALLOCATION'].every(isGitName)).toBe(
      true,
    );
    expect(['.gitignore', 'git', '.github', 'x.git'].some(isGitName)).toBe(false);
    expect(isProtectedName('a/.monkey/settings.json')).toBe(true);
  });
});

describe('reading', () => {
  it('refuses what is no regular file without hanging', () => {
    execFileSync('mkfifo', [join(root, 'fifo')]);
    expect(codeOf(() => readText(guard.check('fifo', 'read')))).toBe('workspace.not-a-file');
    expect(codeOf(() => readText(guard.check('sub', 'read')))).toBe('workspace.not-a-file');
    expect(codeOf(() => readText(guard.check('none', 'read')))).toBe('workspace.not-found');
    writeFileSync(join(root, 'binary'), Buffer.from([1, 0, 2]));
    expect(codeOf(() => readText(guard.check('binary', 'read')))).toBe('workspace.binary');
  });

  it('does not load a file of 2 GB, but reads lines of it', async () => {
    const descriptor = openSync(join(root, 'huge.txt'), 'w');
    writeFileSync(descriptor, 'first line\nsecond line\n'.repeat(1000));
    ftruncateSync(descriptor, 2 * 1024 ** 3);
    closeSync(descriptor);
    const before = process.memoryUsage().rss;
    expect(codeOf(() => readText(guard.check('huge.txt', 'read')))).toBe('workspace.too-large');
    const checked = guard.check('huge.txt', 'read');
    const { range, next } = await readLines(checked, { firstLine: 2, maxLines: 2, maxBytes: 1000 });
    expect(range).toMatchObject({ text: 'second line\nfirst line\n', lineCount: 2, isEnd: false, totalLines: null });
    expect(next).toEqual({ line: 4, byte: 34 });
    const hole = readLines(checked, { firstLine: 2001, maxLines: 2, maxBytes: 1000 });
    await expect(hole).rejects.toMatchObject({ code: 'workspace.binary' });
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
  });

  it('gives the same lines as splitting the text, whatever the window', async () => {
    for (const text of ['', 'a', 'a\n', '\n', 'a\nbé\n\nlast', '\ufeffone\r\ntwo\r\n']) {
      writeFileSync(join(root, 'lines.txt'), text);
      const checked = guard.check('lines.txt', 'read');
      const lines = text.replace('\ufeff', '').match(/[^\n]*\n|[^\n]+$/g) ?? [];
      for (let firstLine = 1; firstLine <= lines.length + 2; firstLine += 1) {
        for (const maxLines of [1, 2, 10]) {
          const { range } = await readLines(checked, { firstLine, maxLines, maxBytes: 100 });
          const wanted = lines.slice(firstLine - 1, firstLine - 1 + maxLines);
          expect([range.text, range.lineCount]).toEqual([wanted.join(''), wanted.length]);
          expect(range.isEnd).toBe(firstLine - 1 + maxLines >= lines.length);
          expect(range.totalLines).toBe(range.isEnd ? lines.length : null);
        }
      }
    }
  });

  it('cuts a line longer than the window between characters, and finds the next one', async () => {
    writeFileSync(join(root, 'wide.txt'), `short\n${'é'.repeat(100)}\nend\n`);
    const checked = guard.check('wide.txt', 'read');
    const cut = await readLines(checked, { firstLine: 2, maxLines: 5, maxBytes: 51 });
    expect(cut.range).toMatchObject({ text: 'é'.repeat(25), lineCount: 1, isCut: true, isEnd: false });
    const after = await readLines(checked, { firstLine: 3, maxLines: 5, maxBytes: 51, from: cut.next });
    expect(after.range).toMatchObject({ text: 'end\n', totalLines: 3 });
  });

  it('notices a folder swapped for a link between check and read', () => {
    const checked = guard.check('sub/../sub/x.txt', 'read');
    rmSync(join(root, 'sub'), { recursive: true });
    symlinkSync(join(folder, 'ws-evil'), join(root, 'sub'));
    if (process.platform === 'linux') expect(codeOf(() => readText(checked))).toBe('workspace.outside');
  });

  it('keeps every encoding byte for byte', () => {
    const text = 'line\r\nzwei ü\n';
    const cases: [Buffer, string, boolean][] = [
      [Buffer.from(text), 'utf-8', false],
      [Buffer.from(`\ufeff${text}`), 'utf-8', true],
      [Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le', true],
      [Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), 'utf-16be', true],
      [Buffer.from(text, 'latin1'), 'latin1', false],
      [Buffer.alloc(0), 'utf-8', false],
    ];
    for (const [bytes, encoding, mark] of cases) {
      const decoded = decodeText(bytes);
      expect(decoded).toMatchObject({ text: bytes.length === 0 ? '' : text, encoding, hasByteOrderMark: mark });
      if (decoded !== null) expect(encodeText(decoded.text, decoded, 'x').equals(bytes)).toBe(true);
    }
    expect(codeOf(() => encodeText('→', { encoding: 'latin1', hasByteOrderMark: false }, 'x'))).toBe(
      'workspace.edit-refused',
    );
  });
});

describe('writing', () => {
  it('keeps the mode, leaves no temporary file, makes folders', () => {
    const writer = createSafeWriter(guard);
    chmodSync(join(root, 'a.txt'), 0o751);
    writer.write(join(root, 'a.txt'), Buffer.from('new'));
    expect(statSync(join(root, 'a.txt')).mode & 0o777).toBe(0o751);
    writer.write(join(root, 'x', 'y', 'z.txt'), Buffer.from('deep'), { fsync: true });
    expect(readFileSync(join(root, 'x', 'y', 'z.txt'), 'utf8')).toBe('deep');
    expect(readdirSync(root).filter((name) => name.startsWith('.monkey-tmp-'))).toEqual([]);
  });

  it('says in one line that a folder cannot be written, and keeps the old file', () => {
    const writer = createSafeWriter(guard);
    if (process.getuid?.() === 0) {
      expect(codeOf(() => writer.write('/proc/1/x', Buffer.from('x')))).toBe('workspace.outside');
      return;
    }
    chmodSync(root, 0o555);
    expect(codeOf(() => writer.write(join(root, 'a.txt'), Buffer.from('new')))).toBe('workspace.io');
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('a\n');
  });

  it('never escapes when a folder is swapped for a link 300 times', () => {
    if (process.platform !== 'linux') return;
    const writer = createSafeWriter(guard);
    let escaped = 0;
    for (let round = 0; round < 300; round += 1) {
      const checked = guard.check(`sub/file${round}.txt`, 'write');
      renameSync(join(root, 'sub'), join(root, 'moved'));
      symlinkSync(join(folder, 'ws-evil'), join(root, 'sub'));
      expect(codeOf(() => writer.write(checked.absolute, Buffer.from('x')))).toBe('workspace.outside');
      if (existsSync(join(folder, 'ws-evil', `file${round}.txt`))) escaped += 1;
      unlinkSync(join(root, 'sub'));
      renameSync(join(root, 'moved'), join(root, 'sub'));
    }
    expect(escaped).toBe(0);
  });

  it('replaces a link put in the file’s place instead of following it', () => {
    const writer = createSafeWriter(guard);
    const checked = guard.check('a.txt', 'write');
    unlinkSync(join(root, 'a.txt'));
    symlinkSync(join(folder, 'ws-evil', 'x.txt'), join(root, 'a.txt'));
    writer.write(checked.absolute, Buffer.from('inside\n'));
    expect(readFileSync(join(folder, 'ws-evil', 'x.txt'), 'utf8')).toBe('outside\n');
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('inside\n');
  });

  it('sweeps temporary files of killed processes only', () => {
    const writer = createSafeWriter(guard);
    writeFileSync(join(root, '.monkey-tmp-999999999-abc'), 'left');
    writeFileSync(join(root, '.monkey-tmp-1-abc'), 'of a living process');
    writer.sweep(root);
    expect(readdirSync(root).filter((name) => name.startsWith('.monkey-tmp-'))).toEqual(['.monkey-tmp-1-abc']);
  });
});
