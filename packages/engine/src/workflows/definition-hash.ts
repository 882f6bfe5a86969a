// The hash by which a definition is known on record.
import { createHash } from 'node:crypto';

/** SHA-256 (hex, 16 characters) of a definition. */
export function hashOf(definition: unknown): string {
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 16);
}
