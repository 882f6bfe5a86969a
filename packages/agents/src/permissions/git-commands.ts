// What a git command does: reads, changes, or destroys work that nothing else keeps.

const readers = new Set(
  `status log diff show blame annotate rev-parse ls-files ls-tree describe shortlog cat-file rev-list name-rev merge-base
  for-each-ref show-ref whatchanged diff-tree diff-index diff-files count-objects var show-branch check-ignore
  check-attr grep version help cherry range-diff`.split(/\s+/),
);

/** Options, also shortened as git allows it, that make a reader write a file or run a program. */
const notReading = /^(--ou.*|--ext.*|--textc.*|-[a-zA-Z0-9]*O.*|--op.*|--filters.*|--web|-w)$/;
/** Global options that bring in settings or other repositories, which may run programs. */
const notHarmless = /^(-c|-p|--paginate|--config-env.*|--git-dir.*|--work-tree.*|--exec-path.*)$/;

interface GitCall {
  /** Empty when there is none. */
  readonly verb: string;
  readonly args: readonly string[];
  /** Options before the verb. */
  readonly globals: readonly string[];
}

/** Splits the words after `git` into global options, verb and arguments. */
export function readGit(words: readonly string[]): GitCall {
  const globals: string[] = [];
  let index = 0;
  for (; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) break;
    globals.push(word);
    if (/^(-C|-c|--git-dir|--work-tree|--namespace|--exec-path|--config-env|--super-prefix)$/.test(word)) {
      index += 1;
      globals.push(words[index] ?? '');
    }
  }
  return { verb: words[index] ?? '', args: words.slice(index + 1), globals };
}

/** Whether the words after `git` only read. */
export function isReadOnlyGit(words: readonly string[]): boolean {
  const { verb, args, globals } = readGit(words);
  if (globals.some((word) => notHarmless.test(word))) return false;
  const isReading = !args.some((arg) => notReading.test(arg) && !(arg === '-w' && verb !== 'help'));
  if (!isReading) return false;
  if (verb === 'cat-file') return !args.some((arg) => /^--[ft]/.test(arg));
  if (readers.has(verb)) return true;
  switch (verb) {
    case 'branch':
      return args.every((arg) =>
        /^(-a|-r|-v|-vv|--all|--list|--remotes|--show-current|--verbose|--no-color)$/.test(arg),
      );
    case 'tag':
      return args.every((arg) => /^(-l|--list|-n[0-9]*|--sort=.*)$/.test(arg));
    case 'remote':
      return (
        args.length === 0 || (args.length === 1 && /^(-v|--verbose)$/.test(args[0] ?? '')) || args[0] === 'get-url'
      );
    case 'stash':
    case 'worktree':
      return args[0] === 'list' || (verb === 'stash' && args[0] === 'show');
    case 'config':
      return /^(--get|--get-all|--list|-l|get|list)$/.test(args[0] ?? '');
    case 'reflog':
      return args.length === 0 || args[0] === 'show';
    default:
      return false;
  }
}

type Args = readonly string[];
const has = (args: Args, pattern: RegExp): boolean => args.some((arg) => pattern.test(arg));
const losesChanges = 'throws away uncommitted changes';
const losesHistory = 'removes history for good';

/** Per verb: whether its arguments destroy something, and what. */
const destroyers: Readonly<Record<string, readonly [(args: Args) => boolean, string]>> = {
  reset: [(args) => has(args, /^--(ha|me|k)/), losesChanges],
  clean: [(args) => !has(args, /^(-[a-zA-Z]*n[a-zA-Z]*|--dry-run)$/), 'deletes untracked files'],
  checkout: [isPathCheckout, losesChanges],
  switch: [(args) => has(args, /^(-f|--force|--discard-changes)$/), losesChanges],
  restore: [(args) => !has(args, /^(-S|--staged)$/) || has(args, /^(-W|--worktree)$/), losesChanges],
  stash: [(args) => has(args, /^(drop|clear)$/), 'deletes stashed changes'],
  push: [
    (args) => has(args, /^(-[a-zA-Z]*f[a-zA-Z]*|--forc.*|--mi.*|--de.*|-d|--pru.*|\+.*|:.+)$/),
    'rewrites or deletes remote history',
  ],
  branch: [
    (args) => has(args, /^(-[a-zA-Z]*D[a-zA-Z]*|--force|-[a-zA-Z]*f[a-zA-Z]*)$/),
    'may delete commits that are nowhere else',
  ],
  worktree: [(args) => args[0] === 'remove' && has(args, /^(-f|--force)$/), 'deletes a worktree with its changes'],
  reflog: [(args) => args[0] === 'expire' || args[0] === 'delete', losesHistory],
  gc: [(args) => has(args, /^--prune/), losesHistory],
  prune: [() => true, losesHistory],
  'filter-branch': [() => true, losesHistory],
  'filter-repo': [() => true, losesHistory],
  'update-ref': [(args) => args.includes('-d'), losesHistory],
};

/** What makes a git command destructive; undefined when it is not. An alias or a computed verb counts as destructive. */
export function destructiveGit(words: readonly string[]): string | undefined {
  const { verb, args, globals } = readGit(words);
  if (has(globals, /^alias\./i) || /\$/.test(verb)) return 'runs something that cannot be seen';
  const destroyer = Object.hasOwn(destroyers, verb) ? destroyers[verb] : undefined;
  return destroyer?.[0](args) === true ? destroyer[1] : undefined;
}

function isPathCheckout(args: readonly string[]): boolean {
  if (args.some((arg) => /^(-[bB]|--orphan)$/.test(arg))) return args.includes('-f');
  return args.some(
    (arg) =>
      /^(--|\.|\.\/.*|-f|--force|-p|--patch|--ours|--theirs|:\/.*)$/.test(arg) || /[*?]|\.[a-z]{1,5}$/i.test(arg),
  );
}
