// Authentication headers of a target.
import type { ModelTarget } from './target.ts';

/** Headers that say who calls. The only place where a key is revealed. */
export function authHeaders(target: Pick<ModelTarget, 'auth' | 'key' | 'dialect'>): Record<string, string> {
  const version: Record<string, string> =
    target.dialect === 'anthropic-messages' ? { 'anthropic-version': '2023-06-01' } : {};
  const agent = { 'user-agent': 'monkey-coder', ...version };
  if (target.key === null || target.auth === 'none') return agent;
  const key = target.key.reveal();
  return target.auth === 'bearer' ? { ...agent, authorization: `Bearer ${key}` } : { ...agent, [target.auth]: key };
}
