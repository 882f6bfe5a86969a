// `monkey commit` and `monkey pr`: words for a change made from the change itself; with `--model` a model writes the message.
import { join } from 'node:path';
import {
  type ChangedFile,
  type CommitOptions,
  type CommitReport,
  commitChanges,
  createGitRunner,
  pullRequestText,
} from '@monkey-coder/workspace';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable, type Style } from '../terminal/style.ts';

/** Commits what is staged, else all changes. */
export const commit: Command = async (context) => {
  const { world, line, style } = context;
  const options: CommitOptions = {
    root: context.cwd(),
    runGit: createGitRunner(world.environment['PATH']),
    temporaryFolder: join(world.homes.state, 'tmp'),
    environment: world.environment,
    runsHooks: line.options.has('hooks'),
    isDryRun: line.options.has('dry-run'),
  };
  const message = line.options.get('message')?.[0] ?? (await messageOf(context, options));
  const report = await commitChanges({ ...options, ...(message === undefined ? {} : { message }) });
  if (context.asJson) {
    const { files, ...rest } = report;
    return printJson(world, { ...rest, files: files.map(({ diff: _, ...file }) => file) });
  }
  world.out(`${describeCommit(report, style, line.options.has('hooks'))}\n`);
  return 0;
};

/** By a model, where one is named. */
async function messageOf(context: CommandContext, options: CommitOptions): Promise<string | undefined> {
  if (!context.line.options.has('model')) return undefined;
  const { files } = await commitChanges({ ...options, isDryRun: true });
  const { messageByModel } = await import('./message-by-model.ts');
  const { title, body } = await messageByModel(context, 'commit', files);
  return body === '' ? title : `${title}\n\n${body}`;
}

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
  const { files, ...made } = text;
  const rest = line.options.has('model') ? await withModel(context, made, files) : made;
  if (!context.asJson) {
    world.out(`${printable(rest.title)}\n\n${printable(rest.body)}`);
    return 0;
  }
  return printJson(world, { ...rest, files: files.map(({ diff: _, ...file }) => file) });
};

/** The model's title and reasons, and below them what the commits and files say themselves. */
async function withModel<T extends { readonly title: string; readonly body: string }>(
  context: CommandContext,
  made: T,
  files: readonly ChangedFile[],
): Promise<T> {
  const { messageByModel } = await import('./message-by-model.ts');
  const { title, body } = await messageByModel(context, 'pull request', files);
  return { ...made, title, body: body === '' ? made.body : `${body}\n\n${made.body}` };
}
