// The text of a pull request from the commits and the diff of a branch. Opens nothing, sends nothing.
import { MonkeyError } from '@monkey-coder/protocol';
import { type ChangedFile, type DescribeChange, describeChange } from './commit-message.ts';
import { gitError, readChanges } from './read-changes.ts';
import { findRepository } from './repository.ts';
import type { RunGit } from './run-git.ts';

/** The text, and what it was made from. */
export interface PullRequestText {
  readonly title: string;
  readonly body: string;
  readonly base: string;
  readonly branch: string;
  readonly commits: readonly { readonly id: string; readonly subject: string; readonly body: string }[];
  readonly files: readonly ChangedFile[];
}

/** What the text is made from. */
export interface PullRequestOptions {
  readonly root: string;
  readonly runGit: RunGit;
  /** Branch it goes into; found when absent: the remote's default, else main or master. */
  readonly base?: string;
  readonly describe?: DescribeChange;
}

/** Writes the text. Throws `usage.invalid` without a repository, a base, or commits that the base does not have. */
export async function pullRequestText(options: PullRequestOptions): Promise<PullRequestText> {
  const { runGit } = options;
  const repository = findRepository(options.root);
  if (repository === null) throw new MonkeyError('usage.invalid', `${options.root} is not in a git repository`);
  const { top } = repository;
  const ask = async (...args: string[]): Promise<string> => {
    const result = await runGit(top, args);
    return result.exitCode === 0 ? result.stdout.toString('utf8').trim() : '';
  };
  const branch = (await ask('symbolic-ref', '-q', '--short', 'HEAD')) || (await ask('rev-parse', '--short', 'HEAD'));
  const base = options.base ?? (await defaultBase(ask));
  if (base === '' || base.startsWith('-') || (await ask('rev-parse', '-q', '--verify', `${base}^{commit}`)) === '')
    throw new MonkeyError(
      'usage.invalid',
      base === '' ? 'no base branch was found' : `there is no branch ${base} here`,
      {
        advice: 'Name it with --base.',
      },
    );
  const log = await runGit(top, ['log', '--no-merges', '--reverse', '-z', '--format=%H%n%s%n%b', `${base}..HEAD`]);
  if (log.exitCode !== 0) throw gitError('list the commits', log.stderr);
  const commits = log.stdout
    .toString('utf8')
    .split('\0')
    .filter((text) => text !== '')
    .map(readCommit);
  if (commits.length === 0)
    throw new MonkeyError('usage.invalid', `${branch} has no commit that ${base} does not have: commit first`);
  const files = await readChanges(runGit, top, [`${base}...HEAD`]);
  const described = await (options.describe ?? describeChange)(files);
  const [only] = commits;
  const title = commits.length === 1 && only !== undefined ? only.subject : described.title;
  return { title, body: bodyOf(commits, files), base, branch, commits, files };
}

async function defaultBase(ask: (...args: string[]) => Promise<string>): Promise<string> {
  const remote = await ask('symbolic-ref', '-q', '--short', 'refs/remotes/origin/HEAD');
  if (remote !== '') return remote;
  for (const name of ['main', 'master', 'origin/main', 'origin/master', 'develop', 'trunk'])
    if ((await ask('rev-parse', '-q', '--verify', `${name}^{commit}`)) !== '') return name;
  return '';
}

function readCommit(text: string): PullRequestText['commits'][number] {
  const [id = '', subject = '', ...rest] = text.split('\n');
  return { id, subject, body: rest.join('\n').trim() };
}

function bodyOf(commits: PullRequestText['commits'], files: readonly ChangedFile[]): string {
  const [only] = commits;
  const why = commits.length === 1 && only !== undefined ? only.body : '';
  const sum = (pick: (file: ChangedFile) => number | null): number =>
    files.reduce((total, file) => total + (pick(file) ?? 0), 0);
  const tests = files.filter(
    ({ path }) => /(^|[/._-])(tests?|spec)([/._-]|$)/i.test(path) || /Tests?\.\w+$/.test(path),
  );
  const head = `${files.length} file${files.length === 1 ? '' : 's'}, +${sum(({ added }) => added)} -${sum(({ removed }) => removed)}`;
  return [
    ...(why === '' ? [] : [why, '']),
    ...(commits.length > 1 ? ['## Commits', '', ...commits.map(({ subject }) => `- ${subject}`), ''] : []),
    `## Changes (${head})`,
    '',
    ...files.slice(0, 40).map(fileLine),
    ...(files.length > 40 ? [`- and ${files.length - 40} more`] : []),
    '',
    '## Tests',
    '',
    tests.length === 0 ? 'No test file was changed.' : `Changed: ${tests.map(({ path }) => `\`${path}\``).join(', ')}.`,
    '',
  ].join('\n');
}

function fileLine({ path, from, kind, added, removed }: ChangedFile): string {
  const name = from === undefined ? `\`${path}\`` : `\`${from}\` → \`${path}\``;
  return `- ${name}${kind === 'modified' ? '' : ` (${kind})`}: ${added === null ? 'binary' : `+${added} -${removed ?? 0}`}`;
}
