// AWS Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).

/** Who signs. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What is signed. Header names are lower case. */
export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly region: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Headers to add: `x-amz-date`, `x-amz-security-token` for temporary credentials, and `authorization`. All given headers are signed. */
export function awsSignatureHeaders(request: SignedRequest, credentials: AwsCredentials): Record<string, string> {
  const time = new Date(request.now).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const added: Record<string, string> = { 'x-amz-date': time };
  if (credentials.sessionToken !== undefined) added['x-amz-security-token'] = credentials.sessionToken;
  const headers = { ...request.headers, ...added, host: request.url.host };
  const names = Object.keys(headers).sort();
  const lines = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, tidy(value)]));
  const canonical = [
    request.method,
    canonicalPath(request.url.pathname),
    canonicalQuery(request.url.searchParams),
    ...names.map((name) => `${name}:${lines[name]}`),
    '',
    names.join(';'),
    sha256(request.body),
  ].join('\n');
  const scope = `${day}/${request.region}/${request.service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [day, request.region, request.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, word) => hmac(secret, word),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = hmac(key, toSign).toString('hex');
  const credential = `${credentials.accessKeyId}/${scope}`;
  return {
    ...added,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function tidy(value: string): string {
  return value.trim().replace(/ +/g, ' ');
}

/** Segments that are already escaped are escaped once more, as every service but S3 wants it. */
function canonicalPath(path: string): string {
  return path.split('/').map(escaped).join('/') || '/';
}

function canonicalQuery(query: URLSearchParams): string {
  const pairs = [...query].map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
  return pairs.sort().join('&');
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Loaded when first used: it is 7 ms of a start, and hardly anybody signs. */
const crypto = () => process.getBuiltinModule('node:crypto');

function sha256(text: string): string {
  return crypto().createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return crypto().createHmac('sha256', key).update(text).digest();
}
