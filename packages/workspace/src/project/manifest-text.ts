// Small helpers for reading manifests as data and finding the line of what was read.

/** The value as a plain object; an empty one for anything else. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The object that a JSON text holds; null for anything else. */
export function jsonRecord(text: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** The text for use inside a regular expression. */
export function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** The 1-based line of a key inside an object of a JSON text, not of an equal one elsewhere. */
export function lineInside(text: string, field: string, name: string): number | undefined {
  const start = text.indexOf(`"${field}"`);
  const at = start < 0 ? -1 : text.indexOf(JSON.stringify(name), start + field.length + 2);
  return at < 0 ? undefined : text.slice(0, at).split('\n').length;
}

/** The object that a TOML text holds; null when it is broken. */
export async function tomlRecord(text: string | null): Promise<Record<string, unknown> | null> {
  if (text === null) return null;
  const { parse } = await import('smol-toml');
  try {
    return record(parse(text));
  } catch {
    return null;
  }
}

/** The text with everything but its line ends made blank, so that lines stay where they are. */
export function blanked(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
