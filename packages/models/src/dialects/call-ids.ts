// Tool call ids that fit a host: vendors limit their form, and a history may hold ids of other vendors.

/** Two 32-bit FNV-1a hashes (of the text and of it reversed) as nine letters or digits: no cryptography to load. */
export function shortHash(text: string): string {
  const characters = [...text];
  const digits = [characters, [...characters].reverse()].map((order) => {
    let hash = 0x811c9dc5;
    for (const character of order) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    return (hash >>> 0).toString(36).padStart(7, '0');
  });
  return digits.join('').slice(-9);
}

/** The id, or where it is longer than the host takes its beginning and a hash of the whole. */
export function boundedCallId(id: string, limit: number): string {
  return id.length <= limit ? id : `${id.slice(0, limit - 10)}_${shortHash(id)}`;
}
