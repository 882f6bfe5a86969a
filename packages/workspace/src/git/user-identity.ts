// What the user's own git settings say about them: who commits, and what is ignored everywhere.
import { join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type { RunGit } from './run-git.ts';

/** Author and committer as git's environment variables. Throws `usage.invalid` when the user has not said who they are. */
export async function userIdentity(
  runGit: RunGit,
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  const name = environment['GIT_AUTHOR_NAME'] ?? (await setting(runGit, cwd, environment, 'user.name'));
  const email = environment['GIT_AUTHOR_EMAIL'] ?? (await setting(runGit, cwd, environment, 'user.email'));
  if (!name || !email) {
    throw new MonkeyError('usage.invalid', 'git does not know who you are', {
      advice: 'Set it: git config --global user.name "Your Name"; git config --global user.email you@example.org',
    });
  }
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: environment['GIT_COMMITTER_NAME'] ?? name,
    GIT_COMMITTER_EMAIL: environment['GIT_COMMITTER_EMAIL'] ?? email,
  };
}

async function setting(
  runGit: RunGit,
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
  key: string,
): Promise<string> {
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? '';
  const xdg = environment['XDG_CONFIG_HOME'] ?? join(home, '.config');
  const files = [environment['GIT_CONFIG_GLOBAL'] ?? join(home, '.gitconfig'), join(xdg, 'git', 'config')];
  // The repository's own word comes first, as git has it.
  for (const file of ['/dev/null', ...files]) {
    const result = await runGit(cwd, ['config', '--get', key], { env: { HOME: home, GIT_CONFIG_GLOBAL: file } });
    const value = result.stdout.toString('utf8').trim();
    if (result.exitCode === 0 && value !== '') return value;
  }
  return '';
}

/** The user's own list of ignored files, as settings for one git call; empty when there is none. */
export async function userExcludes(
  runGit: RunGit,
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? '';
  const named = await setting(runGit, cwd, environment, 'core.excludesFile');
  const path = named.startsWith('~/') ? join(home, named.slice(2)) : named;
  const folders = { HOME: home, XDG_CONFIG_HOME: environment['XDG_CONFIG_HOME'] ?? join(home, '.config') };
  if (path === '') return folders;
  return { ...folders, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.excludesFile', GIT_CONFIG_VALUE_0: path };
}
