// The ground of the workspace through the real binary: one file put back, a commit from its diff, its pull request, worktrees.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { calls, createStage, says, scripted } from './support/stage.ts';

it('puts one file back, commits the rest, describes it, and removes a worktree', async () => {
  const stage = createStage();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: stage.project,
      encoding: 'utf8',
    });
  git('init', '-q', '-b', 'main');
  stage.write('a.ts', 'export const a = 1;\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'start');
  await stage.serve([
    calls('edit', { path: 'a.ts', old_string: 'a = 1', new_string: 'a = 2' }),
    calls('write', { path: 'b.ts', content: 'export function total() {\n  return 1;\n}\n' }),
    says('Done.'),
  ]);
  await stage.run([...scripted, '--yolo', 'change both files']);
  const undone = await stage.run(['undo', '--file', 'a.ts']);
  expect(undone.stdout).toContain('modified a.ts');
  expect(stage.read('a.ts')).toBe('export const a = 1;\n');
  git('switch', '-q', '-c', 'work');
  stage.env['GIT_AUTHOR_NAME'] = 'A';
  stage.env['GIT_AUTHOR_EMAIL'] = 'a@example.org';
  expect((await stage.run(['commit', '--dry-run'])).stdout).toContain('feat: add total\n');
  expect((await stage.run(['commit'])).code).toBe(0);
  expect(git('log', '-1', '--format=%s')).toBe('feat: add total\n');
  expect((await stage.run(['pr'])).stdout).toMatch(/^feat: add total\n\n## Changes \(1 file, \+3 -0\)/);
  git('worktree', 'add', '-q', '-b', 'monkey/x', join(stage.folder, 'x'));
  expect((await stage.run(['worktree', 'list'])).stdout).toContain('monkey/x');
  expect((await stage.run(['worktree', 'remove', 'x'])).stdout).toContain('its branch monkey/x too');
});
