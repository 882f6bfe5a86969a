// A fetch whose answers cannot be endless.

/** A whole answer, and what one stream of events may bring in all, in bytes. */
const maxBodyBytes = 16 * 1024 * 1024;
const maxStreamBytes = 128 * 1024 * 1024;

/** Bounds the bodies of a fetch: one that is longer fails while it is read. */
export function boundedFetch(fetchPage: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await fetchPage(input, init);
    if (response.body === null) return response;
    const isStream = response.headers.get('content-type')?.includes('text/event-stream') === true;
    const body = response.body.pipeThrough(counter(isStream ? maxStreamBytes : maxBodyBytes));
    const { status, statusText, headers } = response;
    const bounded = new Response(body, { status, statusText, headers });
    Object.defineProperty(bounded, 'url', { value: response.url });
    return bounded;
  };
}

function counter(limit: number): TransformStream<Uint8Array, Uint8Array> {
  let left = limit;
  return new TransformStream({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left < 0) controller.error(new Error(`the answer is longer than ${limit} bytes`));
      else controller.enqueue(chunk);
    },
  });
}
