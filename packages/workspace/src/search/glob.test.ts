// Globs: what matches, what does not, and that no pattern takes long.
import { describe, expect, it } from 'vitest';
import { compileGlob } from './glob.ts';

const cases: readonly [glob: string, matches: readonly string[], others: readonly string[]][] = [
  ['*.ts', ['a.ts', 'src/a.ts', '.a.ts'], ['a.tsx', 'a.ts/b']],
  ['src/*.ts', ['src/a.ts'], ['src/b/a.ts', 'a.ts', 'x/src/a.ts']],
  ['./src/*.ts', ['src/a.ts'], ['a.ts']],
  ['**/*.ts', ['a.ts', 'x/y/a.ts'], ['a.js']],
  ['src/**', ['src/a', 'src/b/c'], ['src', 'srcx/a']],
  ['src/', ['src/a', 'src/b/c'], ['src']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/b/c', 'ab']],
  ['**', ['a', 'a/b'], []],
  ['*.{ts,js}', ['a.ts', 'b/a.js'], ['a.tsx']],
  ['{src,test}/{a,b{1,2}}.*', ['src/a.x', 'test/b2.y'], ['src/b.x']],
  ['a?c', ['abc', 'x/a😀c'], ['ac', 'a/c']],
  ['[a-c]x[!0-9]', ['bxa'], ['dxa', 'bx1']],
  ['[]]', [']'], ['[']],
  ['a[b', ['a[b'], ['ab']],
  ['a{b', ['a{b'], ['ab']],
  ['\\*', ['*'], ['a']],
  ['Makefile', ['Makefile', 'sub/Makefile'], ['makefile']],
];

describe('compileGlob', () => {
  it.each(cases)('%s', (glob, matching, others) => {
    const matches = compileGlob(glob);
    for (const path of matching) expect(matches(path), path).toBe(true);
    for (const path of others) expect(matches(path), path).toBe(false);
  });

  it('is not slow for any pattern', () => {
    const start = process.cpuUsage();
    expect(compileGlob(`${'*a'.repeat(200)}b`)('a'.repeat(5_000))).toBe(false);
    expect(compileGlob(`${'**/a/'.repeat(200)}b`)('a/'.repeat(2_000))).toBe(false);
    compileGlob('{a,b}'.repeat(60))('abab');
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(500);
  });
});
