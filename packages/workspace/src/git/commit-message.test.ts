// Messages made from a change: type, scope and names come from the diff, and are always the same for the same diff.
import { expect, it } from 'vitest';
import { type ChangedFile, describeChange } from './commit-message.ts';

function file(path: string, diff: string, more: Partial<ChangedFile> = {}): ChangedFile {
  const count = (mark: string) => diff.split('\n').filter((line) => line.startsWith(mark)).length;
  return { path, kind: 'modified', added: count('+'), removed: count('-'), diff, ...more };
}

async function titleOf(...files: ChangedFile[]): Promise<string> {
  return (await describeChange(files)).title;
}

it('names what was added, removed, replaced and changed', async () => {
  expect(await titleOf(file('packages/cart/src/a.ts', '+export function total() {\n'))).toBe('feat(cart): add total');
  expect(await titleOf(file('src/a.py', '-def old(x):\n'))).toBe('refactor: remove old');
  expect(await titleOf(file('src/a.go', '-func (c *Cart) Old() {\n+func (c *Cart) New() {\n'))).toBe(
    'feat: replace Old by New',
  );
  expect(await titleOf(file('src/a.rs', '@@ -1,3 +1,3 @@ pub fn total(\n-  a\n+  b\n'))).toBe('refactor: change total');
});

it('takes the function that a changed line stands in, not the one before it', async () => {
  const diff = '@@ -1,9 +1,9 @@ function before() {\n }\n function inside() {\n-  return 1;\n+  return 2;\n }\n';
  expect(await titleOf(file('a.ts', diff))).toBe('refactor: change inside');
  expect(await titleOf(file('a.ts', '@@ -1 +1 @@ function before() {\n }\n+const margin = 1;\n'))).toBe(
    'refactor: update a',
  );
});

it('tells tests, documents, builds and automation apart', async () => {
  expect(await titleOf(file('src/a.test.ts', '+x\n'))).toBe('test: update a.test');
  expect(await titleOf(file('README.md', '+x\n'), file('docs/a.md', '+x\n'))).toBe('docs: update README.md and a.md');
  expect(await titleOf(file('package.json', '+x\n'))).toBe('build: update package');
  expect(await titleOf(file('.github/workflows/ci.yml', '+x\n', { kind: 'created' }))).toContain('ci');
  const source = file('src/a.ts', '@@ -1 +1 @@ function total() {\n-  a\n+  b\n');
  expect(await titleOf(source, file('src/a.test.ts', '+it()\n'))).toBe('fix: change total');
});

it('is bounded, and lists files with the most telling first', async () => {
  const many = Array.from({ length: 30 }, (_, at) =>
    file(`src/f${at}.ts`, `+export const averyveryverylongname${at} = 1;\n`.repeat(at + 1)),
  );
  const { title, body } = await describeChange(many);
  expect(title.length).toBeLessThanOrEqual(72);
  expect(body.split('\n')).toHaveLength(21);
  expect(body).toMatch(/^- src\/f29\.ts: add averyveryverylongname29/);
  expect(body.endsWith('- and 10 more files')).toBe(true);
  expect(await titleOf(file('b.ts', '', { kind: 'moved', from: 'a.ts' }))).toBe('refactor: move a.ts to b.ts');
});
