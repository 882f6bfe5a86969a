// Which public names a request itself speaks of, and whether a text only follows their change: a rename that was asked for.

/** Whether a request speaks of a name as a word of its own; of a member its last part is enough. Pure. */
export function isNamedIn(request: string, name: string): boolean {
  return words(request).has(lastPart(name));
}

/** Whether two texts are the same but for these names, each taken as a whole word. Pure. */
export function differsOnlyIn(names: readonly string[], before: string, after: string): boolean {
  const parts = new Set(names.map(lastPart));
  const masked = (text: string): string => text.replace(/[\p{L}\p{N}_$]+/gu, (word) => (parts.has(word) ? '\0' : word));
  return masked(before) === masked(after);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.match(/[\p{L}\p{N}_$]+/gu) ?? []);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
