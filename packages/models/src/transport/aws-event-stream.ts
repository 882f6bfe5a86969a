// The frames of `application/vnd.amazon.eventstream`: two lengths, a checksum, headers, a payload, a checksum.

/** One message: its text headers (`:message-type`, `:event-type`, `:exception-type`) and its payload. */
export interface AwsEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer;
}

/** Reads frames from bytes cut anywhere. */
export interface AwsEventReader {
  /** Events that are whole now. Throws an Error when a checksum or a length is wrong; nothing can be read after that. */
  push(bytes: Uint8Array): AwsEvent[];
  /** Bytes of a frame that is not whole. */
  readonly rest: number;
}

const preludeLength = 12;
const frameLimit = 24 * 1024 * 1024;

/** Makes a reader. */
export function createAwsEventReader(): AwsEventReader {
  let held: Buffer = Buffer.alloc(0);
  return {
    get rest() {
      return held.length;
    },
    push(bytes) {
      held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes]);
      const events: AwsEvent[] = [];
      let length = frameLength(held);
      while (length !== undefined && held.length >= length) {
        events.push(readFrame(held.subarray(0, length)));
        held = held.subarray(length);
        length = frameLength(held);
      }
      return events;
    },
  };
}

function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < preludeLength) return undefined;
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) throw new Error('the checksum of a frame head is wrong');
  const length = bytes.readUInt32BE(0);
  const headers = bytes.readUInt32BE(4);
  if (length > frameLimit || length < preludeLength + headers + 4) throw new Error('the length of a frame is wrong');
  return length;
}

function readFrame(frame: Buffer): AwsEvent {
  const end = frame.length - 4;
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) throw new Error('the checksum of a frame is wrong');
  const headersEnd = preludeLength + frame.readUInt32BE(4);
  return {
    headers: readHeaders(frame.subarray(preludeLength, headersEnd)),
    payload: frame.subarray(headersEnd, end),
  };
}

/** Lengths of header values by type; 6 (bytes) and 7 (text) tell their own. */
const fixedLengths: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };
const textType = 7;

function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  let at = 0;
  while (at < bytes.length) {
    const nameLength = bytes.readUInt8(at);
    const name = bytes.toString('utf8', at + 1, at + 1 + nameLength);
    const type = bytes.readUInt8(at + 1 + nameLength);
    at += nameLength + 2;
    const fixed = fixedLengths[type];
    const length = fixed ?? bytes.readUInt16BE(at);
    if (fixed === undefined) at += 2;
    if (type === textType) headers[name] = bytes.toString('utf8', at, at + length);
    at += length;
  }
  return headers;
}

/** Writes one frame with text headers. */
export function encodeAwsEvent(headers: Readonly<Record<string, string>>, payload: Uint8Array): Buffer {
  const written = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const nameBytes = Buffer.from(name);
      const valueBytes = Buffer.from(value);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(valueBytes.length);
      return Buffer.concat([Buffer.from([nameBytes.length]), nameBytes, Buffer.from([textType]), length, valueBytes]);
    }),
  );
  const prelude = Buffer.alloc(preludeLength);
  prelude.writeUInt32BE(preludeLength + written.length + payload.length + 4, 0);
  prelude.writeUInt32BE(written.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const frame = Buffer.concat([prelude, written, payload]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(frame));
  return Buffer.concat([frame, checksum]);
}

/** Made when a first frame is read: few runs ever see one. */
let table: Uint32Array | undefined;

/** CRC-32 of IEEE 802.3, as zlib has it. */
export function crc32(bytes: Uint8Array): number {
  table ??= crcTable();
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

function crcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
}
