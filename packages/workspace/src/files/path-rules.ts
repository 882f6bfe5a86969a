// Which names and paths are never used, told from their spelling alone.

const windowsDevice = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/i;

// HFS+ drops these when it compares names, so `.g<ignorable>it` is `.git` there.
const ignorable = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/** Whether a path component is git's own folder, under every spelling some file system takes for it. */
export function isGitName(component: string): boolean {
  const plain = component
    .replace(ignorable, '')
    .replace(/[. ]+$/, '')
    .replace(/::?\$.*$/, '')
    .toLowerCase();
  return plain === '.git' || /^git~\d+$/.test(plain);
}

/** Why a path as written is refused before the file system is asked; null when it may be looked at. */
export function refusedSpelling(path: string): string | null {
  if (path === '') return 'an empty path names no file';
  if (path.includes('\0')) return 'it contains a NUL character';
  if (path.length > 4096) return 'it is longer than 4096 characters';
  if (path === '~' || path.startsWith('~/') || path.startsWith('~\\'))
    return '`~` is not expanded; write the whole path';
  if (path.startsWith('\\\\') || path.startsWith('//')) return 'network paths are not used';
  return null;
}

/** Why a new file must not get this name, so that a checkout works on every system; null when it may. */
export function refusedNewName(component: string): string | null {
  if (windowsDevice.test(component)) return `\`${component}\` is a device on Windows`;
  if (/[. ]$/.test(component)) return `\`${component}\` ends with a dot or space, which Windows drops`;
  if (component.includes('\\')) return 'file names do not contain backslashes; separate folders by forward slashes';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f]/.test(component)) return 'file names do not contain control characters';
  if (process.platform === 'win32' && component.includes(':')) return `\`${component}\` names a stream, not a file`;
  return null;
}

/** Whether a path inside a root is protected by its names: git's folders anywhere, the agent's settings. */
export function isProtectedName(relativePath: string): boolean {
  const components = relativePath.split(/[/\\]/);
  return components.some((component, index) => {
    if (isGitName(component)) return true;
    const next = components[index + 1]?.toLowerCase() ?? '';
    return component.toLowerCase() === '.monkey' && /^settings.*\.json\W*$/.test(next);
  });
}

/** Name of a temporary file of an atomic write; such files are ignored everywhere and swept after a crash. */
export const temporaryPrefix = '.monkey-tmp-';
