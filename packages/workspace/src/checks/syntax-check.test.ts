// What an edit does to the syntax of a file.
import { afterAll, describe, expect, it } from 'vitest';
import { createCodeParser } from '../code/tree-sitter-parser.ts';
import { syntaxChange } from './syntax-check.ts';

const parser = createCodeParser();
afterAll(() => parser.close());

describe('syntaxChange', () => {
  it('tells a broken edit of a file that was right, with its place', async () => {
    const before = 'export function a() {\n  return 1;\n}\n';
    const change = await syntaxChange(parser, 'a.ts', { before, after: before.replace('return 1;', 'return (1;') });
    expect(change).toMatchObject({ before: 0, isBroken: true });
    expect(change?.problems[0]?.line).toBe(2);
  });

  it('says nothing of a file that is right, or as broken as before', async () => {
    const broken = 'def a(:\n  pass\n';
    expect((await syntaxChange(parser, 'a.py', { before: broken, after: `${broken}x = 1\n` }))?.problems).toEqual([]);
    expect((await syntaxChange(parser, 'a.py', { before: broken, after: 'def a():\n  pass\n' }))?.problems).toEqual([]);
  });

  it('tells, but does not call broken, what was broken before or has a grammar with gaps', async () => {
    const broken = 'def a(:\n  pass\n';
    const worse = await syntaxChange(parser, 'a.py', { before: broken, after: `${broken}def b(:\n  pass\n\n)))\n` });
    expect(worse?.isBroken).toBe(false);
    expect(worse?.problems.length).toBeGreaterThan(worse?.before ?? 99);
    const macro = await syntaxChange(parser, 'a.c', { before: 'int a;\n', after: 'int a = (;\n' });
    expect(macro).toMatchObject({ isBroken: false, before: 0 });
    expect(macro?.problems.length).toBeGreaterThan(0);
  });

  it.each([
    ['a.ts', "export function f(): import('node:fs').Dirent[] {\n  return [];\n}\n"],
    ['a.js', 'const a = tag`\\u`;\n'],
    ['a.py', 'match x:\n    case [a, *b]:\n        print(f"{a!r:>{b}}")\n'],
    ['a.tsx', 'export const A = <T,>(p: { a: T }) => <div {...p}>{p.a as string}</div>;\n'],
    ['a.go', 'package a\n\nfunc F[T any](x T) T { return x }\n'],
    ['a.rs', 'fn f() -> impl Fn(u8) -> u8 { let Some(x) = None else { return |y| y }; move |y| y + x }\n'],
    ['a.java', 'record P(int x) { sealed interface S permits T {} }\n'],
  ])('takes %s for right when it is unusual', async (path, after) => {
    expect((await syntaxChange(parser, path, { before: null, after }))?.problems).toEqual([]);
  });

  it('holds plain JSON to it, and lets comments be where they were', async () => {
    const bad = await syntaxChange(parser, 'data.json', { before: '{"a": 1}', after: '{\n  "a": 1,\n}' });
    expect(bad).toMatchObject({ isBroken: true });
    expect(bad?.problems[0]?.line).toBe(3);
    const commented = await syntaxChange(parser, 'tsconfig.json', { before: '{ // x\n}', after: '{ // y\n}' });
    expect(commented?.problems).toEqual([]);
  });

  it('knows nothing of other files', async () => {
    expect(await syntaxChange(parser, 'notes.txt', { before: 'a', after: '((((' })).toBeNull();
    expect(await syntaxChange(parser, 'a.ts', { before: 'x', after: null })).toBeNull();
  });
});
