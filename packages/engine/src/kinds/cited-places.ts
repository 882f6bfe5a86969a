// Places that an answer cites, held against the files: is there such a file, and does it have such a line?
import type { Workspace } from '@monkey-coder/workspace';

/** A place as it was cited. */
export interface CitedPlace {
  readonly file: string;
  /** 1-based; null where only the file was named. */
  readonly line: number | null;
  /** Last line of a range. */
  readonly lastLine?: number;
}

/** `path/file.ext:12`, `path/file.ext:12-20`, `path/file.ext#L12`. Addresses of the web are none. */
export function citedPlaces(text: string): CitedPlace[] {
  const pattern =
    /(?<![\w/.:@-])((?:[\w.@+-]+\/)*[\w.@+-]*\w\.[A-Za-z][\w]{0,9}|(?:[\w.@+-]+\/)*(?:Makefile|Dockerfile)):(?:L)?(\d+)(?:\s?[-–]\s?L?(\d+))?|(?<![\w/.:@-])((?:[\w.@+-]+\/)*[\w.@+-]*\w\.[A-Za-z]\w{0,9})#L(\d+)(?:-L?(\d+))?/g;
  const found = [...text.matchAll(pattern)].map((match): CitedPlace => {
    const last = match[3] ?? match[6];
    return {
      file: (match[1] ?? match[4] ?? '').replace(/^\.\//, ''),
      line: Number(match[2] ?? match[5]),
      ...(last === undefined ? {} : { lastLine: Number(last) }),
    };
  });
  return [...new Map(found.map((one) => [`${one.file}:${one.line}-${one.lastLine}`, one])).values()];
}

/** Why a place is not there; empty where it is. Reading never leaves the workspace. */
export async function missingReason(workspace: Workspace, place: CitedPlace): Promise<string> {
  try {
    const { text } = await workspace.readFile(place.file);
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    const wanted = Math.max(place.line ?? 1, place.lastLine ?? 0);
    if (place.line !== null && (place.line < 1 || wanted > lines)) return `${place.file} has ${lines} lines`;
    if (place.lastLine !== undefined && place.line !== null && place.lastLine < place.line)
      return 'it ends before it begins';
    return '';
  } catch {
    return `there is no file ${place.file} that can be read`;
  }
}
