// Says why an edit was refused, with the lines of the file that come closest, so that the next attempt succeeds.
import type { EditRefusal, EditRefusalCode } from './edit.ts';
import { refuse } from './hunk.ts';
import { isBlank } from './lines.ts';
import { type SeekFile, seekFile, similarity } from './seek.ts';

const SHOWN = 12;
const WIDTH = 160;

/** A refusal because the lines are not in the file. */
export function notFound(path: string, file: SeekFile, wanted: readonly string[], what: string): EditRefusal {
  const closest = closestStart(file, wanted);
  if (closest === null)
    return refuse('not-found', `${what} is not in ${path}, and nothing there resembles it. Read the file again.`, path);
  const differing = wanted.findIndex((line, k) => line.trim() !== (file.lines[closest + k] ?? '').trim());
  const detail =
    differing < 0
      ? ''
      : `\nLine ${differing + 1} of it reads \`${clip(wanted[differing] ?? '')}\`, line ${closest + differing + 1} of the file \`${clip(file.lines[closest + differing] ?? '(end of file)')}\`.`;
  return refuse(
    'not-found',
    `${what} is not in ${path}.${detail}\nThe closest lines there are:\n${numbered(file.lines, closest, wanted.length)}`,
    path,
  );
}

/** A refusal because there are several places. */
export function ambiguous(
  path: string,
  lines: readonly string[],
  starts: readonly number[],
  what: string,
): EditRefusal {
  const places = starts.slice(0, 4).map((start) => numbered(lines, Math.max(0, start - 2), 4));
  const named = starts.slice(0, 8).map((start) => start + 1);
  const list = `${named.join(', ')}${starts.length > 8 ? ' and more' : ''}`;
  return refuse(
    'ambiguous',
    `${what} stands ${starts.length} times in ${path}, at lines ${list}. Add lines before or after it that only one place has.\n${places.join('\n  …\n')}`,
    path,
  );
}

/** A refusal with the lines round a place. */
export function refusedAt(
  code: EditRefusalCode,
  path: string,
  lines: readonly string[],
  start: number,
  message: string,
): EditRefusal {
  return refuse(code, `${message}\n${numbered(lines, start, 4)}`, path);
}

/** Lines with their numbers. */
export function numbered(lines: readonly string[], start: number, count: number): string {
  const shown = lines.slice(start, start + Math.min(count, SHOWN));
  return shown.map((line, i) => `${String(start + i + 1).padStart(5)} | ${clip(line)}`).join('\n');
}

function clip(line: string): string {
  return line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line;
}

/** The window with most lines in common, rare lines weighing more; else the one most similar to the longest wanted line. */
function closestStart(file: SeekFile, wanted: readonly string[]): number | null {
  const form = file.form('punctuation');
  const { lines: pattern } = seekFile(seekFile(wanted).form('punctuation'));
  const rarity = new Map<string, number>();
  for (const line of form) rarity.set(line, (rarity.get(line) ?? 0) + 1);
  const scores = new Map<number, number>();
  pattern.forEach((line, k) => {
    const count = rarity.get(line) ?? 0;
    if (count === 0 || count > 50 || isBlank(line)) return;
    for (let i = form.indexOf(line); i >= 0; i = form.indexOf(line, i + 1))
      scores.set(i - k, (scores.get(i - k) ?? 0) + 1 / count);
  });
  let best: number | null = null;
  for (const [start, score] of scores) if (best === null || score > (scores.get(best) ?? 0)) best = start;
  return best === null ? mostSimilar(form, pattern) : Math.max(0, best);
}

function mostSimilar(form: readonly string[], pattern: readonly string[]): number | null {
  let longest = 0;
  pattern.forEach((line, k) => {
    if (line.length > (pattern[longest] ?? '').length) longest = k;
  });
  const line = pattern[longest] ?? '';
  if (line.length < 4) return null;
  let [best, at] = [0.5, -1];
  for (let i = 0; i < Math.min(form.length, 5_000); i++) {
    const found = similarity(line, form[i] ?? '');
    if (found > best) [best, at] = [found, i];
  }
  return at < 0 ? null : Math.max(0, at - longest);
}
