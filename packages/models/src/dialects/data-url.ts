// Images and files as clients send them: base64 inside a data URL, or an address.
import type { FilePart, ImagePart } from '@monkey-coder/protocol';

/** The image behind a data URL or an http address. */
export function imagePart(url: string): ImagePart {
  const data = dataUrl(url);
  return data === undefined
    ? { type: 'image', mediaType: 'image/*', data: url }
    : { type: 'image', mediaType: data.mediaType, data: data.base64 };
}

/** The file behind a data URL; empty where it is none. */
export function filePart(url: string, name: string | undefined): FilePart {
  const data = dataUrl(url);
  return {
    type: 'file',
    mediaType: data?.mediaType ?? 'application/octet-stream',
    ...(name === undefined ? {} : { name }),
    data: data?.base64 ?? '',
  };
}

function dataUrl(url: string): { mediaType: string; base64: string } | undefined {
  const comma = url.indexOf(';base64,');
  if (!url.startsWith('data:') || comma === -1) return undefined;
  return { mediaType: url.slice(5, comma), base64: url.slice(comma + 8) };
}
