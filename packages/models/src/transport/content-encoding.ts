// Unpacks bodies that a host or a gateway compressed although nobody asked for it.
import type { Readable, Transform } from 'node:stream';

/** A stream that unpacks the encoding; undefined for a plain body. Throws for an encoding nobody here knows. */
export async function loadUnpacker(encoding: string | undefined): Promise<Transform | undefined> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return undefined;
  const zlib = await import('node:zlib');
  const eager = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
  if (name === 'gzip' || name === 'x-gzip') return zlib.createGunzip(eager);
  if (name === 'deflate') return zlib.createInflate(eager);
  if (name === 'br') return zlib.createBrotliDecompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH });
  throw new Error(`the body is packed as ${name.slice(0, 40)}, which is not understood`);
}

/** Reads a body through its unpacker; a cut body ends with an error on the unpacker too. */
export function unpack(body: Readable, unpacker: Transform): Transform {
  body.on('error', (error) => unpacker.destroy(error));
  body.on('aborted', () => unpacker.destroy(Object.assign(new Error('connection closed'), { code: 'ECONNRESET' })));
  return body.pipe(unpacker);
}
