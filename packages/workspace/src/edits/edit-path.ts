// Paths as models write them: with decorations, prefixes of diffs, and sometimes pointing out of the folder.

/** Whether a path may be used: relative, inside the folder, no control characters. */
export function isUsablePath(path: string): boolean {
  if (path === '' || path === '.' || path.endsWith('/')) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
  if (/[\x00-\x1f\x7f]/.test(path)) return false;
  if (/^(?:[/\\]|[A-Za-z]:|~)/.test(path)) return false;
  return !path.split(/[/\\]/).includes('..');
}

/** The path without `./`. */
export function tidyPath(path: string): string {
  return path.trim().replace(/^(?:\.\/)+/, '');
}

const label = /^(?:file(?:name)?|path)\s*:\s*/i;

/** A line that stands above a block, without what models put round a path. */
export function undecorated(line: string): string {
  const bare = line
    .trim()
    .replace(/^#+\s+/, '')
    .replace(/^(?:[-*]|\d+\.)\s+/, '')
    .replace(label, '')
    .replace(/:$/, '');
  const inside = /^(\*\*|__|`|\*|")(.+)\1$/.exec(bare)?.[2] ?? bare;
  return tidyPath(
    inside
      .replace(/:$/, '')
      .replace(label, '')
      .replace(/^`(.+)`$/, '$1'),
  );
}

/** Whether both may mean one file: equal, or one is the end of the other. */
export function mayBeSameFile(a: string, b: string): boolean {
  const [x, y] = [tidyPath(a).replaceAll('\\', '/'), tidyPath(b).replaceAll('\\', '/')];
  return x === y || x.endsWith(`/${y}`) || y.endsWith(`/${x}`);
}

/** Whether a line looks like a path and not like a sentence. */
export function looksLikePath(text: string): boolean {
  if (text === '' || text.length > 200 || /[<>|?*{}()=;,!]/.test(text) || text.endsWith('.')) return false;
  if (!/\s/.test(text)) return /[./]/.test(text) && /[\p{L}\p{N}]/u.test(text);
  return text.includes('/') && /\.[A-Za-z0-9]{1,8}$/.test(text);
}
