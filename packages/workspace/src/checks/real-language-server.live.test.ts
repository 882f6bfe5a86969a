// Real language servers, where they are on the PATH: `npm install -g typescript-language-server typescript@5 pyright` gives the two tried here.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isExecutable, LanguageServers } from './language-servers.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-real-server-')));
const environment = { PATH: process.env['PATH'], HOME: root };
const servers = new LanguageServers({ root, environment, allowProjectPrograms: false });
afterAll(async () => {
  await servers.close();
  rmSync(root, { recursive: true, force: true });
});

const tried = [
  {
    program: 'typescript-language-server',
    path: 'sum.ts',
    before: 'export const sum = (a: number, b: number): number => a + b;\n',
    after: 'export const sum = (a: number, b: string): number => a + b;\n',
    error: { line: 1, code: '2322' },
  },
  {
    program: 'pyright-langserver',
    path: 'sum.py',
    before: 'def total(a: int) -> int:\n    return a\n',
    after: 'def total(a: int) -> int:\n    return "a" + a\n',
    error: { line: 2, code: 'reportOperatorIssue' },
  },
] as const;

describe('a real language server', () => {
  for (const { program, path, before, after, error } of tried) {
    const isThere = (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)));
    it.skipIf(!isThere)(
      `${program} tells the new error, and nothing once it is gone${isThere ? '' : ' (skipped: not on the PATH)'}`,
      async () => {
        writeFileSync(join(root, path), after);
        const broken = await servers.changed(path, { before, after }, 20_000);
        expect(broken?.findings).toMatchObject([{ file: path, severity: 'error', ...error }]);
        writeFileSync(join(root, path), before);
        expect(await servers.changed(path, { before: after, after: before }, 20_000)).toEqual({
          state: 'answered',
          findings: [],
        });
      },
    );
  }
});
