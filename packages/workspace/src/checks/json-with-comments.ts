// Reads JSON that may hold comments and trailing commas, as configurations of TypeScript do.

/** The object in the text; an empty one when it cannot be read. */
export function parseJsonWithComments(text: string): Record<string, unknown> {
  const plain = text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (match) =>
    match.startsWith('"') ? match : ' ',
  );
  const tidy = plain.replace(/"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g, (match) => (match.startsWith('"') ? match : ''));
  try {
    const value: unknown = JSON.parse(tidy);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
