// The key of a request in the response cache: a hash over what decides the answer, whatever order its fields came in.
import { createHash } from 'node:crypto';
import type { ModelRequest } from '@monkey-coder/protocol';

/** SHA-256 (hexadecimal) of where the request goes and what it says; `callId` and `cacheKey` say nothing about the answer. */
export function requestKey(place: string, request: ModelRequest): string {
  const { callId: _call, cacheKey: _cache, ...rest } = request;
  return createHash('sha256')
    .update(`${place}\n${canonicalJson(rest)}`)
    .digest('hex');
}

/** JSON with the keys of every object in order; absent and undefined fields are the same. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
