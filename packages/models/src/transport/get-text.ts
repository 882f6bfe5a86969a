// One small document over HTTP, whole.
import type { HttpClient } from './http-client.ts';

const bodyLimit = 16 * 1024 * 1024;

/** What came: status, headers with lower-case names, and the body as text, empty where it is larger than 16 MB. */
export interface TextAnswer {
  readonly status: number;
  readonly head: Readonly<Record<string, string>>;
  readonly body: string;
}

/** GETs an address, or POSTs a body to it. Rejects when the connection fails, the signal aborts, or the body is larger than 16 MB. */
export function getText(
  http: HttpClient,
  url: URL,
  {
    headers,
    body,
    signal,
  }: { readonly headers: Readonly<Record<string, string>>; readonly body?: string; readonly signal: AbortSignal },
): Promise<TextAnswer> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    let status = 0;
    let head: Readonly<Record<string, string>> = {};
    const give = (why: string): void => {
      signal.removeEventListener('abort', abort);
      exchange.close();
      reject(new Error(why));
    };
    const abort = (): void => give('no answer in time');
    const exchange = http.send(
      {
        method: body === undefined ? 'GET' : 'POST',
        url,
        headers: { ...headers, accept: 'application/json' },
        ...(body === undefined ? {} : { body }),
      },
      {
        onHead: (code, all) => {
          status = code;
          head = all;
        },
        onData: (bytes) => {
          size += bytes.length;
          if (size > bodyLimit) give('the answer is larger than 16 MB');
          else pieces.push(bytes);
        },
        onEnd: () => {
          signal.removeEventListener('abort', abort);
          resolve({ status, head, body: Buffer.concat(pieces).toString('utf8') });
        },
        onError: (error) => {
          signal.removeEventListener('abort', abort);
          reject(error);
        },
      },
    );
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
