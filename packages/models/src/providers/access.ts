// With what and where a target is called: key or AWS credentials, base URL and query.
import { Secret } from './secret.ts';
import type { AuthShape, DialectEndpoint, ProviderEntry } from './table.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What signing for AWS needs beside the secret. */
export interface AwsAccess {
  readonly region: string;
  /** Absent: the key is a Bedrock API key and nothing is signed. */
  readonly accessKeyId?: string;
  readonly sessionToken?: Secret;
}

/** How a target proves who calls. */
export interface Access {
  readonly auth: AuthShape;
  readonly key: Secret | null;
  readonly aws?: AwsAccess;
}

/** The key as its endpoint wants it; without a Bedrock API key the usual AWS variables sign. Profiles and roles are not read. */
export function accessOf(
  entry: ProviderEntry,
  endpoint: DialectEndpoint,
  { key, env }: { readonly key: string | undefined; readonly env: Environment },
): Access {
  const plain: Access = key === undefined ? { auth: 'none', key: null } : { auth: endpoint.auth, key: new Secret(key) };
  if (!entry.isBedrock) return plain;
  const read = (name: string): string | undefined => env[name]?.trim() || undefined;
  const region = read('AWS_REGION') ?? read('AWS_DEFAULT_REGION') ?? 'us-east-1';
  const accessKeyId = read('AWS_ACCESS_KEY_ID');
  const secret = read('AWS_SECRET_ACCESS_KEY');
  if (key !== undefined || accessKeyId === undefined || secret === undefined) return { ...plain, aws: { region } };
  const token = read('AWS_SESSION_TOKEN');
  const aws = { region, accessKeyId, ...(token === undefined ? {} : { sessionToken: new Secret(token) }) };
  return { auth: 'aws-sigv4', key: new Secret(secret), aws };
}

interface AddressParts {
  readonly own: string | undefined;
  readonly model: string;
  readonly region: string | undefined;
  readonly env: Environment;
}

/** Base URL and query: Azure's older addresses have the deployment in the path and a version behind it. */
export function addressOf(
  entry: ProviderEntry,
  endpoint: DialectEndpoint,
  { own, model, region, env }: AddressParts,
): { readonly baseUrl: string; readonly query?: string } {
  const base = own ?? entry.baseUrl.replace('{region}', region ?? '');
  const version = entry.apiVersionEnv === undefined ? undefined : env[entry.apiVersionEnv]?.trim();
  if (!version) return { baseUrl: `${base}${endpoint.prefix}` };
  const deployment = `/openai/deployments/${encodeURIComponent(model)}`;
  const bare = entry.basePath && base.endsWith(entry.basePath) ? base.slice(0, -entry.basePath.length) : base;
  return { baseUrl: `${bare}${deployment}`, query: `api-version=${encodeURIComponent(version)}` };
}
