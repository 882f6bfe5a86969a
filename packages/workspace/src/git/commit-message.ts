// Words for a change made from the change itself: type, scope and summary from its files and the names it declares. No model.
import { basename, dirname, extname } from 'node:path/posix';

/** One file of a change. */
export interface ChangedFile {
  readonly path: string;
  /** Where it was, for a moved file. */
  readonly from?: string;
  readonly kind: 'created' | 'modified' | 'deleted' | 'moved';
  /** Lines; null for a binary file. */
  readonly added: number | null;
  readonly removed: number | null;
  /** Unified diff of this file; empty for a binary one. */
  readonly diff: string;
}

/** A message in two parts. */
export interface ChangeText {
  /** `type(scope): summary`, at most 72 characters. */
  readonly title: string;
  /** One line a file, most changed first; empty when the title says it all. */
  readonly body: string;
}

/** The seam for a better writer, such as a model; what it gives is used as it comes. */
export type DescribeChange = (files: readonly ChangedFile[]) => Promise<ChangeText>;

const maxTitle = 72;
const maxBodyFiles = 20;

/** The describer without a model: deterministic, says only what the diff shows. The form is that of Conventional Commits 1.0.0. */
export const describeChange: DescribeChange = async (files) => {
  const facts = files.map(factsOf);
  const scope = scopeOf(files.map(({ path }) => path));
  const head = `${typeOf(files, facts)}${scope === '' ? '' : `(${scope})`}: `;
  const title = clip(`${head}${summaryOf(files, facts)}`, maxTitle);
  return { title, body: files.length === 1 && title.length < maxTitle ? '' : bodyOf(files, facts) };
};

interface FileFacts {
  readonly addedNames: readonly string[];
  readonly removedNames: readonly string[];
  readonly touchedNames: readonly string[];
}

const declaration =
  /^\s*(?:export\s+)?(?:default\s+)?(?:pub(?:\([a-z]+\))?\s+|public\s+|private\s+|protected\s+|static\s+|abstract\s+|final\s+|declare\s+)*(?:async\s+)?(?:function\*?|class|interface|type|enum|struct|trait|impl|def|fn|func|fun|module|namespace)\s+(?:\([^)]*\)\s*)?([A-Za-z_$][\w$]*)/;
const exportedValue = /^\s*export\s+(?:const|let|var)\s+([A-Za-z_$][\w$]*)/;
const topValue = /^(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*(?:async\s*)?(?:\(|function|[A-Za-z_$][\w$]*\s*=>)/;

function factsOf(file: ChangedFile): FileFacts {
  const seen: SeenNames = { added: new Set(), removed: new Set(), touched: new Set(), within: undefined };
  for (const line of file.diff.split('\n')) if (!/^(\+\+\+|---|diff|index) /.test(line)) see(line, seen);
  const { added, removed, touched } = seen;
  const both = [...added].filter((name) => removed.has(name));
  return {
    addedNames: [...added].filter((name) => !removed.has(name)),
    removedNames: [...removed].filter((name) => !added.has(name)),
    touchedNames: [...new Set([...both, ...touched])].filter((name) => !removed.has(name) || both.includes(name)),
  };
}

interface SeenNames {
  readonly added: Set<string>;
  readonly removed: Set<string>;
  readonly touched: Set<string>;
  /** The declaration that the lines now stand under. */
  within: string | undefined;
}

function see(line: string, seen: SeenNames): void {
  const text = line.slice(1);
  const name = declaredName(/^@@ [^@]*@@ ?(.*)$/.exec(line)?.[1] ?? text);
  if (line.startsWith('@@')) seen.within = name;
  else if (!/^[+-]/.test(line)) seen.within = name ?? seen.within;
  else if (name !== undefined) (line.startsWith('+') ? seen.added : seen.removed).add(name);
  // A line at the margin is in nothing.
  else if (seen.within !== undefined && /^\s+\S/.test(text)) seen.touched.add(seen.within);
}

function declaredName(line: string): string | undefined {
  return (declaration.exec(line) ?? exportedValue.exec(line) ?? topValue.exec(line))?.[1];
}

const isDocument = (path: string): boolean =>
  /\.(md|mdx|rst|adoc|txt)$/i.test(path) || /(^|\/)(docs?|LICENSE|NOTICE)(\/|$)/.test(path);
const isTest = (path: string): boolean =>
  /(^|\/)(tests?|__tests__|spec|testing|fixtures)\//.test(path) ||
  /([._-](test|spec)(\.[a-z]+)?\.[a-z]+|_test\.(go|py|rb)|(^|\/)test_[^/]*\.py|Tests?\.(java|kt|cs))$/.test(path);
const isAutomation = (path: string): boolean =>
  /^(\.github\/workflows|\.circleci|\.buildkite)\/|(^|\/)(\.gitlab-ci\.yml|Jenkinsfile|azure-pipelines\.yml)$/.test(
    path,
  );
const isBuild = (path: string): boolean =>
  /(^|\/)(package(-lock)?\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|Cargo\.(toml|lock)|go\.(mod|sum)|pyproject\.toml|uv\.lock|poetry\.lock|requirements[^/]*\.txt|Makefile|CMakeLists\.txt|Dockerfile|pom\.xml|[^/]*\.gradle(\.kts)?|Gemfile(\.lock)?|composer\.(json|lock)|tsconfig[^/]*\.json)$/.test(
    path,
  );

function typeOf(files: readonly ChangedFile[], facts: readonly FileFacts[]): string {
  const every = (is: (path: string) => boolean): boolean => files.every(({ path }) => is(path));
  if (every(isTest)) return 'test';
  if (every(isDocument)) return 'docs';
  if (every(isAutomation)) return 'ci';
  if (every(isBuild)) return 'build';
  const sources = files.flatMap((file, index) => {
    const isSource = !isTest(file.path) && !isDocument(file.path) && !isBuild(file.path) && !isAutomation(file.path);
    return isSource ? [{ file, facts: facts[index] }] : [];
  });
  if (sources.some(({ file, facts: one }) => file.kind === 'created' || (one?.addedNames.length ?? 0) > 0))
    return 'feat';
  if (sources.every(({ file }) => file.kind === 'moved' || file.kind === 'deleted')) return 'refactor';
  // Behaviour under test that changes without anything new: most often a correction.
  return files.some(({ path }) => isTest(path)) ? 'fix' : 'refactor';
}

// The package or the folder that all of it is in.
function scopeOf(paths: readonly string[]): string {
  const scopes = new Set(
    paths.map((path) => {
      const parts = dirname(path)
        .split('/')
        .filter((part) => part !== '.');
      const own = /^(packages|apps|crates|libs|modules|services|cmd|internal|plugins)$/.test(parts[0] ?? '')
        ? parts[1]
        : parts.find((part) => !/^(src|lib|source|main|java|kotlin|tests?|docs?)$/.test(part));
      return own ?? '';
    }),
  );
  const [only = ''] = scopes;
  return scopes.size === 1 && /^[\w.-]{1,24}$/.test(only) ? only : '';
}

function summaryOf(files: readonly ChangedFile[], facts: readonly FileFacts[]): string {
  const sourceFirst = files.map((file, index) => ({ file, facts: facts[index] })).sort(bySubstance);
  const names = (pick: (one: FileFacts) => readonly string[]): string[] => [
    ...new Set(
      sourceFirst.filter(({ file }) => !isTest(file.path)).flatMap((one) => (one.facts ? pick(one.facts) : [])),
    ),
  ];
  const [added, removed, touched] = [
    names((one) => one.addedNames),
    names((one) => one.removedNames),
    names((one) => one.touchedNames),
  ];
  if (added.length === 1 && removed.length === 1) return `replace ${removed[0]} by ${added[0]}`;
  if (added.length > 0) return `add ${listed(added)}`;
  if (removed.length > 0) return `remove ${listed(removed)}`;
  if (files.length === 1 || touched.length === 0)
    return listedFiles(
      sourceFirst.map(({ file }) => file),
      touched,
    );
  return `change ${listed(touched)}`;
}

function listedFiles(files: readonly ChangedFile[], touched: readonly string[]): string {
  const [first] = files;
  if (first === undefined) return 'nothing';
  const same = files.filter((file) => file.kind === first.kind);
  if (same.length === 1 && first.kind === 'moved') return `move ${first.from ?? ''} to ${first.path}`;
  if (touched.length > 0) return `change ${listed(touched)}`;
  const verb = { created: 'add', modified: 'update', deleted: 'remove', moved: 'move' }[first.kind];
  return `${verb} ${listed(files.map((file) => shortName(file.path)))}`;
}

function shortName(path: string): string {
  return /^(index|mod|main|__init__)\./.test(basename(path))
    ? path
    : basename(path, /\.(md|txt)$/.test(path) ? '' : extname(path));
}

// Sources before tests before the rest, large changes first.
function bySubstance(a: { readonly file: ChangedFile }, b: { readonly file: ChangedFile }): number {
  const rank = ({ path }: ChangedFile): number => (isDocument(path) || isBuild(path) ? 2 : isTest(path) ? 1 : 0);
  return rank(a.file) - rank(b.file) || size(b.file) - size(a.file) || (a.file.path < b.file.path ? -1 : 1);
}

function size({ added, removed }: ChangedFile): number {
  return (added ?? 0) + (removed ?? 0);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

function bodyOf(files: readonly ChangedFile[], facts: readonly FileFacts[]): string {
  const rows = files.map((file, index) => ({ file, facts: facts[index] })).sort(bySubstance);
  const lines = rows.slice(0, maxBodyFiles).map(({ file, facts: one }) => `- ${lineOf(file, one)}`);
  const more = rows.length - lines.length;
  return [...lines, ...(more > 0 ? [`- and ${more} more files`] : [])].join('\n');
}

function lineOf(file: ChangedFile, facts: FileFacts | undefined): string {
  const count = file.added === null ? 'binary' : `+${file.added} -${file.removed ?? 0}`;
  const parts = [
    facts && facts.addedNames.length > 0 ? `add ${listed(facts.addedNames)}` : '',
    facts && facts.removedNames.length > 0 ? `remove ${listed(facts.removedNames)}` : '',
    facts && facts.touchedNames.length > 0 ? `change ${listed(facts.touchedNames)}` : '',
  ].filter((part) => part !== '');
  const where = file.kind === 'moved' ? `${file.from ?? ''} → ${file.path}` : file.path;
  const what =
    file.kind === 'modified' ? parts.join(', ') : [file.kind, ...(file.kind === 'created' ? [] : parts)].join(', ');
  return `${where}${what === '' ? '' : `: ${what}`} (${count})`;
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`;
}
