// Authentication headers of a target.
import { awsSignatureHeaders } from '../transport/aws-signature.ts';
import type { ModelTarget } from './target.ts';

/** Headers that say who calls. The only place where a key is revealed. */
export function authHeaders(target: Pick<ModelTarget, 'auth' | 'key' | 'dialect'>): Record<string, string> {
  const version: Record<string, string> =
    target.dialect === 'anthropic-messages' ? { 'anthropic-version': '2023-06-01' } : {};
  const agent = { 'user-agent': 'monkey-coder', ...version };
  if (target.key === null || target.auth === 'none' || target.auth === 'aws-sigv4') return agent;
  const key = target.key.reveal();
  return target.auth === 'bearer' ? { ...agent, authorization: `Bearer ${key}` } : { ...agent, [target.auth]: key };
}

/** Headers of one request: those that say who calls, and the signature where the host wants one. */
export function signedHeaders(
  target: Pick<ModelTarget, 'auth' | 'key' | 'dialect' | 'aws'>,
  request: { readonly url: URL; readonly body: string; readonly now: number },
): Record<string, string> {
  const headers = authHeaders(target);
  const { aws, key } = target;
  if (target.auth !== 'aws-sigv4' || key === null || aws?.accessKeyId === undefined) return headers;
  const signed = { 'content-type': 'application/json' };
  const credentials = {
    accessKeyId: aws.accessKeyId,
    secretAccessKey: key.reveal(),
    ...(aws.sessionToken === undefined ? {} : { sessionToken: aws.sessionToken.reveal() }),
  };
  const about = { method: 'POST', headers: signed, region: aws.region, service: 'bedrock' };
  return { ...headers, ...awsSignatureHeaders({ ...request, ...about }, credentials) };
}
