// Matches paths with globs: `**`, `*`, `?`, `{a,b}`, `[a-z]`, in time linear in pattern × path, whatever the pattern.

/** Says whether a path (forward slashes) matches. */
export type PathMatcher = (path: string) => boolean;

const MAX_ALTERNATIVES = 200;

/**
 * Compiles a glob. Without a slash it matches the name in any folder, as in ripgrep and .gitignore; with one, the whole path. `*`, `?` and `[…]`
 * do not match a slash; `**` as a whole segment matches any number of segments, also none. Names that start with
 * a dot are names like others. A glob that ends with a slash means all below.
 */
export function compileGlob(glob: string): PathMatcher {
  let tidy = glob
    .trim()
    .replaceAll('\\\\', '/')
    .replace(/^\.?\/+/, '');
  if (tidy.endsWith('/')) tidy += '**';
  const patterns = alternatives(tidy).map(compileSegments);
  return (path) => patterns.some((pattern) => pattern(path));
}

/** Without the braces: `a{b,c}d` is `abd` and `acd`. Braces that do not close are text. */
function alternatives(glob: string): string[] {
  let open: string[] = [glob];
  const done: string[] = [];
  while (open.length > 0 && open.length + done.length < MAX_ALTERNATIVES) {
    const next: string[] = [];
    for (const pattern of open) {
      const parts = firstBraces(pattern);
      if (parts) next.push(...parts.choices.map((choice) => parts.before + choice + parts.after));
      else done.push(pattern);
    }
    open = next;
  }
  return [...done, ...open].slice(0, MAX_ALTERNATIVES);
}

function firstBraces(
  pattern: string,
): { readonly before: string; readonly choices: readonly string[]; readonly after: string } | null {
  const start = pattern.indexOf('{');
  if (start < 0) return null;
  const choices: string[] = [];
  let [depth, from] = [0, start + 1];
  for (let i = start; i < pattern.length; i++) {
    const character = pattern[i];
    if (character === '{') depth++;
    const isEnd = character === '}' && --depth === 0;
    if (!isEnd && !(character === ',' && depth === 1)) continue;
    choices.push(pattern.slice(from, i));
    from = i + 1;
    if (isEnd) return { before: pattern.slice(0, start), choices, after: pattern.slice(i + 1) };
  }
  return null;
}

function compileSegments(pattern: string): PathMatcher {
  const segments = pattern.split('/').filter((segment, i, all) => segment !== '**' || all[i - 1] !== '**');
  if (segments.length === 1 && segments[0] !== '**') {
    const name = compileName(segments[0] ?? '');
    return (path) => name(path.slice(path.lastIndexOf('/') + 1));
  }
  const matchers = segments.map((segment) => (segment === '**' ? null : compileName(segment)));
  return (path) => greedy(path.split('/'), matchers);
}

/** Segments against matchers, null for any number of segments: on failure only the last `**` takes one more. */
function greedy(parts: readonly string[], matchers: readonly (((name: string) => boolean) | null)[]): boolean {
  let [part, at, star, mark] = [0, 0, -1, 0];
  while (part < parts.length) {
    const matcher = matchers[at];
    if (matcher === null) {
      star = at++;
      mark = part;
      // At the end of a pattern `**` needs something to match: `src/**` is what is below src.
      if (at === matchers.length) return true;
    } else if (matcher?.(parts[part] ?? '') === true) {
      part++;
      at++;
    } else if (star >= 0) {
      at = star + 1;
      part = ++mark;
    } else return false;
  }
  return at === matchers.length;
}

type Unit = '*' | ((character: string) => boolean);

/** One name against one segment, in the same way: on failure only the last `*` takes one more. */
function compileName(segment: string): (name: string) => boolean {
  if (!/[*?[\\]/.test(segment)) return (name) => name === segment;
  const units = unitsOf(segment);
  return (name) => {
    const characters = [...name];
    let [i, at, star, mark] = [0, 0, -1, 0];
    while (i < characters.length) {
      const unit = units[at];
      if (unit === '*') {
        star = at++;
        mark = i;
      } else if (unit?.(characters[i] ?? '') === true) {
        i++;
        at++;
      } else if (star >= 0) {
        at = star + 1;
        i = ++mark;
      } else return false;
    }
    while (units[at] === '*') at++;
    return at === units.length;
  };
}

function unitsOf(segment: string): Unit[] {
  const units: Unit[] = [];
  const characters = [...segment];
  for (let i = 0; i < characters.length; ) {
    const { unit, length } = unitAt(characters, i);
    if (unit !== '*' || units.at(-1) !== '*') units.push(unit);
    i += length;
  }
  return units;
}

function unitAt(characters: readonly string[], at: number): { readonly unit: Unit; readonly length: number } {
  const character = characters[at] ?? '';
  if (character === '*') return { unit: '*', length: 1 };
  if (character === '?') return { unit: () => true, length: 1 };
  const end = character === '[' ? classEnd(characters, at) : -1;
  if (end > 0) return { unit: classOf(characters.slice(at + 1, end)), length: end + 1 - at };
  const isEscape = character === '\\' && at + 1 < characters.length;
  const literal = isEscape ? characters[at + 1] : character;
  return { unit: (other) => other === literal, length: isEscape ? 2 : 1 };
}

/** Where a class closes; a bracket right after the opening is text. */
function classEnd(characters: readonly string[], open: number): number {
  const first = characters[open + 1] === '!' || characters[open + 1] === '^' ? open + 2 : open + 1;
  return characters.indexOf(']', first + 1);
}

function classOf(characters: readonly string[]): (character: string) => boolean {
  const isNegated = characters[0] === '!' || characters[0] === '^';
  const body = isNegated ? characters.slice(1) : characters;
  const ranges: [string, string][] = [];
  for (let i = 0; i < body.length; i++) {
    const from = body[i] ?? '';
    const isRange = body[i + 1] === '-' && i + 2 < body.length;
    ranges.push([from, isRange ? (body[i + 2] ?? '') : from]);
    if (isRange) i += 2;
  }
  return (character) => ranges.some(([from, to]) => character >= from && character <= to) !== isNegated;
}
