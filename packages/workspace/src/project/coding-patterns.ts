// Counts how a project writes its code, in a sample of its files: what most of them do is told with its share, a near draw is not.
import { isOwnSource, languageNameOf } from './language-shares.ts';
import type { CodingPattern } from './project-profile.ts';
import type { ProjectReader } from './project-reader.ts';

const maxFilesOfLanguage = 40;
const minCounted = 5;
/** Below this share nothing is called the project's way. */
const minShare = 0.6;

type Aspect = CodingPattern['aspect'];

class Tally {
  readonly #counts = new Map<string, { count: number; readonly file: string; readonly line: number | undefined }>();

  add(value: string, file: string, line?: number, count = 1): void {
    const known = this.#counts.get(value);
    if (known) known.count += count;
    else this.#counts.set(value, { count, file, line });
  }

  best(language: string, aspect: Aspect, least = minCounted): CodingPattern[] {
    const all = [...this.#counts].sort((a, b) => b[1].count - a[1].count);
    const counted = all.reduce((sum, [, { count }]) => sum + count, 0);
    const [value, first] = all[0] ?? [];
    if (value === undefined || first === undefined || counted < least || first.count / counted < minShare) return [];
    const { file, line } = first;
    const evidence = line === undefined ? { file } : { file, line };
    return [{ language, aspect, value, share: first.count / counted, counted, evidence }];
  }
}

/**
 * The patterns of each language. `paths` are the project's files; those nearest to `near` (a path in the project) are
 * counted first, so that what is told holds where the work is.
 */
export function codingPatterns(reader: ProjectReader, paths: readonly string[], near = ''): CodingPattern[] {
  const byLanguage = new Map<string, string[]>();
  for (const path of paths) {
    const language = isOwnSource(path) ? languageNameOf(path) : null;
    if (language === null || language === 'HTML' || language === 'SQL') continue;
    const list = byLanguage.get(language);
    if (list) list.push(path);
    else byLanguage.set(language, [path]);
  }
  return [...byLanguage].flatMap(([language, files]) => {
    const sorted = near === '' ? spread(files) : [...files].sort((a, b) => distance(a, near) - distance(b, near));
    return patternsOf(language, files, sorted.slice(0, maxFilesOfLanguage), reader);
  });
}

/** Every so many of all files, so that one folder does not speak for all. */
function spread(files: readonly string[]): string[] {
  const step = Math.max(1, Math.floor(files.length / maxFilesOfLanguage));
  return files.filter((_, index) => index % step === 0);
}

/** Folders that two paths do not share. */
function distance(path: string, near: string): number {
  const [a, b] = [path.split('/'), near.split('/')];
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  return a.length + b.length - 2 * same;
}

function patternsOf(
  language: string,
  all: readonly string[],
  sample: readonly string[],
  reader: ProjectReader,
): CodingPattern[] {
  const tallies = {
    indentation: new Tally(),
    quotes: new Tally(),
    semicolons: new Tally(),
    imports: new Tally(),
    'function names': new Tally(),
  };
  for (const path of sample) {
    const text = reader.read(path);
    if (text === null) continue;
    const lines = text.split(/\r?\n/).slice(0, 600);
    countIndentation(lines, path, tallies.indentation);
    countQuotes(language, lines, path, tallies.quotes);
    countSemicolons(language, lines, path, tallies.semicolons);
    countImports(language, lines, path, tallies.imports);
    countNames(language, lines, path, tallies['function names']);
  }
  const written = (Object.entries(tallies) as [keyof typeof tallies, Tally][]).flatMap(([aspect, tally]) =>
    tally.best(language, aspect),
  );
  return [...written, ...fileNames(language, all), ...testLayout(language, all)];
}

/** One vote for each file: tabs, or the step by which most deeper lines are deeper. */
function countIndentation(lines: readonly string[], path: string, tally: Tally): void {
  const steps = new Map<string, number>();
  let [before, firstLine] = [0, 0];
  lines.forEach((line, index) => {
    if (line.trim() === '' || /^\s*\*/.test(line)) return;
    const lead = /^[\t ]*/.exec(line)?.[0] ?? '';
    if (lead.startsWith('\t')) vote('tabs', index);
    else if (lead.length > before && lead.length - before <= 8) vote(`${lead.length - before} spaces`, index);
    before = lead.length;
  });
  const best = [...steps].sort((a, b) => b[1] - a[1])[0];
  if (best && best[1] >= 2) tally.add(best[0], path, firstLine);

  function vote(step: string, index: number): void {
    steps.set(step, (steps.get(step) ?? 0) + 1);
    firstLine ||= index + 1;
  }
}

const quoted = new Set(['TypeScript', 'JavaScript', 'Python', 'Ruby', 'PHP']);

function countQuotes(language: string, lines: readonly string[], path: string, tally: Tally): void {
  if (!quoted.has(language)) return;
  lines.forEach((line, index) => {
    if (/^\s*(?:\/\/|#|\*)|"""|'''/.test(line)) return;
    for (const [, mark] of line.matchAll(/(["'])(?:[\w ./@:-]*)\1/g))
      tally.add(mark === '"' ? 'double' : 'single', path, index + 1);
  });
}

function countSemicolons(language: string, lines: readonly string[], path: string, tally: Tally): void {
  if (language !== 'TypeScript' && language !== 'JavaScript') return;
  lines.forEach((line, index) => {
    if (
      /^\s*(?:import\b.*from\b|(?:export\s+)?(?:const|let)\s+\w+\s*=\s*[\w'"]|return\s+\w+).*[\w'")\]];?\s*$/.test(line)
    )
      tally.add(/;\s*$/.test(line) ? 'yes' : 'no', path, index + 1);
  });
}

function countImports(language: string, lines: readonly string[], path: string, tally: Tally): void {
  lines.forEach((line, index) => {
    const style = importStyle(language, line);
    if (style) tally.add(style, path, index + 1);
  });
}

function importStyle(language: string, line: string): string | null {
  if (language === 'TypeScript' || language === 'JavaScript') {
    const specifier = /^\s*(?:import|export)\b.*?from\s+['"]([^'"]+)|^import\s+['"]([^'"]+)/.exec(line);
    if (!specifier) return /^\s*(?:const|let|var)\b.*=\s*require\(['"]/.test(line) ? 'require' : null;
    const path = specifier[1] ?? specifier[2] ?? '';
    if (!path.startsWith('.')) return null;
    return /\.[cm]?[jt]sx?$/.test(path)
      ? `import with the ending ${/\.\w+$/.exec(path)?.[0]}`
      : 'import without an ending';
  }
  if (language !== 'Python') return null;
  if (/^from\s+\.+\w*\s+import\b/.test(line)) return 'relative (from .x import y)';
  return /^from\s+\w[\w.]*\s+import\b|^import\s+\w/.test(line) ? 'absolute' : null;
}

const functionStart: Readonly<Record<string, RegExp>> = {
  TypeScript: /^\s*(?:export\s+)?(?:async\s+)?function\s+(\w+)/,
  JavaScript: /^\s*(?:export\s+)?(?:async\s+)?function\s+(\w+)/,
  Python: /^\s*(?:async\s+)?def\s+([a-zA-Z]\w*)/,
  Go: /^func\s+(?:\([^)]*\)\s*)?(\w+)/,
  Rust: /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?fn\s+(\w+)/,
  Ruby: /^\s*def\s+(?:self\.)?(\w+)/,
  PHP: /^\s*(?:(?:public|private|protected|static)\s+)*function\s+(\w+)/,
  Swift: /^\s*(?:(?:public|private|static|internal)\s+)*func\s+(\w+)/,
  Kotlin: /^\s*(?:(?:public|private|override|suspend)\s+)*fun\s+(\w+)/,
  'C#': /^\s*(?:public|private|protected|internal)\s+(?:(?:static|async|override|virtual)\s+)*[\w<>[\],?]+\s+(\w+)\s*\(/,
  Java: /^\s*(?:public|private|protected)\s+(?:(?:static|final)\s+)*[\w<>[\],?]+\s+(\w+)\s*\(/,
};

function countNames(language: string, lines: readonly string[], path: string, tally: Tally): void {
  const start = functionStart[language];
  if (!start) return;
  lines.forEach((line, index) => {
    const name = start.exec(line)?.[1];
    const style = name === undefined ? null : nameCase(name);
    if (style) tally.add(style, path, index + 1);
  });
}

/** How a name of several words joins them; null for one word, which tells nothing. */
function nameCase(name: string): string | null {
  const bare = name.replace(/^_+|_+$/g, '');
  if (/^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(bare)) return 'kebab-case';
  if (/^[a-z0-9]+(?:_[a-z0-9]+)+$/.test(bare)) return 'snake_case';
  if (/^[a-z]+[a-z0-9]*(?:[A-Z][A-Za-z0-9]*)+$/.test(bare)) return 'camelCase';
  return /^(?:[A-Z][a-z0-9]+){2,}$/.test(bare) ? 'PascalCase' : null;
}

function fileNames(language: string, paths: readonly string[]): CodingPattern[] {
  const tally = new Tally();
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/, '');
    const style = nameCase(name.replace(/^test_|_test$/g, ''));
    if (style) tally.add(style, path);
  }
  return tally.best(language, 'file names');
}

const testFile = /(?:[.\-_](?:test|tests|spec)\.\w+$|(?:^|\/)test_[^/]+\.py$|Tests?\.(?:java|kt|cs|swift|php)$)/;

function testLayout(language: string, paths: readonly string[]): CodingPattern[] {
  const tally = new Tally();
  const folders = new Set(paths.filter((path) => !testFile.test(path)).map(folderOfPath));
  for (const path of paths) {
    if (!testFile.test(path)) continue;
    const inTests = /(?:^|\/)(tests?|specs?|__tests__)\//i.exec(path)?.[1];
    if (inTests !== undefined) tally.add(`in ${inTests}/`, path);
    else if (folders.has(folderOfPath(path))) tally.add('beside the code', path);
  }
  return tally.best(language, 'tests', 1);
}

function folderOfPath(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
