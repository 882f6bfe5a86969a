// `monkey commit` and `monkey pr`: words for a change made from the change itself, without a model.
import { join } from 'node:path';
import { type CommitReport, commitChanges, createGitRunner, pullRequestText } from '@monkey-coder/workspace';
import { type Command, printJson } from '../configuration/command-context.ts';
import { printable, type Style } from '../terminal/style.ts';

/** Commits what is staged, else all changes. */
export const commit: Command = async (context) => {
  const { world, line, style } = context;
  const message = line.options.get('message')?.[0];
  const report = await commitChanges({
    root: context.cwd(),
    runGit: createGitRunner(world.environment['PATH']),
    temporaryFolder: join(world.homes.state, 'tmp'),
    environment: world.environment,
    ...(message === undefined ? {} : { message }),
    runsHooks: line.options.has('hooks'),
    isDryRun: line.options.has('dry-run'),
  });
  if (context.asJson) {
    const { files, ...rest } = report;
    return printJson(world, { ...rest, files: files.map(({ diff: _, ...file }) => file) });
  }
  world.out(`${describeCommit(report, style, line.options.has('hooks'))}\n`);
  return 0;
};

function describeCommit(report: CommitReport, style: Style, ranHooks: boolean): string {
  const { text, files, leftOut, commit: id, branch } = report;
  const where = `${files.length} file${files.length === 1 ? '' : 's'} on ${branch ?? 'no branch (detached HEAD)'}`;
  return [
    style.bold(printable(text.title)),
    ...(text.body === '' ? [] : ['', printable(text.body)]),
    '',
    ...leftOut.map((path) => style.yellow(`left out, looks like a secret: ${printable(path)}`)),
    id === null
      ? style.dim(`would commit ${where}; nothing was changed`)
      : style.dim(
          `committed ${id.slice(0, 9)}, ${where}${ranHooks ? '' : '; hooks of the repository did not run (--hooks)'}`,
        ),
  ].join('\n');
}

/** Prints title and body of a pull request. */
export const pullRequest: Command = async (context) => {
  const { world, line } = context;
  const base = line.options.get('base')?.[0];
  const text = await pullRequestText({
    root: context.cwd(),
    runGit: createGitRunner(world.environment['PATH']),
    ...(base === undefined ? {} : { base }),
  });
  if (!context.asJson) {
    world.out(`${printable(text.title)}\n\n${printable(text.body)}`);
    return 0;
  }
  const { files, ...rest } = text;
  return printJson(world, { ...rest, files: files.map(({ diff: _, ...file }) => file) });
};
