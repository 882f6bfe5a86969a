// Copies a sample repository into a temporary folder and makes it a real git repository.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type { DemoScenario } from './scenarios.ts';

/** Where the examples are: beside the bundle. */
export const examplesFolder = (): string => join(__dirname, 'examples');

/** Makes the folder of a scenario; returns the temporary folder and the repository in it. */
export function makeSampleRepository(scenario: DemoScenario): { readonly folder: string; readonly repository: string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-demo-')));
  const repository = join(folder, scenario.repository);
  cpSync(join(examplesFolder(), scenario.repository), repository, { recursive: true });
  commitAll(repository);
  for (const [path, text] of Object.entries(scenario.uncommitted)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  return { folder, repository };
}

function commitAll(cwd: string): void {
  const identity = [
    '-c',
    'user.name=Monkey Demo',
    '-c',
    'user.email=demo@example.invalid',
    '-c',
    'commit.gpgsign=false',
    '-c',
    'core.hooksPath=/dev/null',
  ];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'Sample repository'],
  ]) {
    const result = spawnSync('git', [...identity, ...args], { cwd, encoding: 'utf8' });
    if (result.status !== 0) {
      throw new MonkeyError(
        'command.failed',
        `git ${args[0]} failed: ${result.stderr?.trim() || result.error?.message}`,
        {
          advice: 'The demo needs git; install it and try again.',
        },
      );
    }
  }
}
