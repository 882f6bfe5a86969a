// Learns from the lines that were found how the model's indentation maps to the file's, and indents added lines by it.
//
// A model may lose the indentation of a block, add to it, swap tabs and spaces, or strip only the context. Each line that was found gives
// a pair (model's indentation, file's indentation). With `m` and `f` as counts of characters, one line f = slope × m + offset
// through nearly all pairs is the map. Where the pairs contradict each other no map is better than a wrong one.
import { indentOf } from './lines.ts';

/** A line found in the file: how the model indents it and how the file does. */
export interface IndentPair {
  readonly model: string;
  readonly file: string;
  readonly isRemoved: boolean;
}

/** Lines added at one place, and the file's indentation just before and after it. */
export interface AddedGroup {
  /** Indentations of the added lines that are not blank. */
  readonly indents: readonly string[];
  readonly before: string;
  readonly after: string;
}

/** What a file indents with: the character, and how many make a step. */
export interface IndentStyle {
  readonly character: '\t' | ' ';
  readonly step: number;
}

/** Gives the file's indentation for the model's; null when it cannot be known. */
export type IndentMap = (indent: string) => string | null;

/** What is known when a map is learnt. */
export interface IndentEvidence {
  readonly pairs: readonly IndentPair[];
  readonly groups: readonly AddedGroup[];
  readonly style: IndentStyle | null;
  /** Lines came with marks (a diff), so context can be stripped while added lines are not. */
  readonly isMarked: boolean;
}

const identity: IndentMap = (indent) => indent;

/** Added lines stay as the model wrote them, those that replace a line which stands elsewhere in the file too. */
export const asWritten: IndentMap = (indent) => indent;

/** The style of a file, when all its indented lines agree. A single leading space is alignment, not indentation. */
export function indentStyle(lines: readonly string[]): IndentStyle | null {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => indentOf(line));
  const tabs = indents.filter((indent) => indent.startsWith('\t')).length;
  const spaces = indents.filter((indent) => indent.startsWith('  ')).length;
  if (tabs > 0 && spaces === 0) return { character: '\t', step: 1 };
  return spaces > 0 && tabs === 0 ? { character: ' ', step: commonStep(indents) } : null;
}

/** By how much lines most often stand deeper than the one before. */
function commonStep(indents: readonly string[]): number {
  const votes = new Map<number, number>();
  for (const [i, indent] of indents.entries()) {
    const step = indent.length - (indents[i - 1] ?? '').length;
    if (step > 1 && step <= 8) votes.set(step, (votes.get(step) ?? 0) + 1);
  }
  let best = 4;
  for (const [step, count] of votes) if (count > (votes.get(best) ?? 0)) best = step;
  return best;
}

/** Learns the map. */
export function learnIndentation(evidence: IndentEvidence): IndentMap {
  const { pairs, groups, style } = evidence;
  const added = groups.flatMap((group) => group.indents);
  const differing = pairs.filter((pair) => pair.model !== pair.file);
  if (differing.length === 0) return knowsStyle(pairs) ? identity : styleMap(added, style);
  const removed = pairs.filter((pair) => pair.isRemoved);
  const isContextStripped = removed.length > 0 && removed.every((pair) => pair.model === pair.file);
  if (isContextStripped && !evidencedByContext(pairs, removed)) return identity;
  if (pairs.every((pair) => pair.model === '')) return strippedMap(evidence, added);
  const line = fit(pairs, style, added);
  if (line === null && isMostlyRight(pairs)) return asWritten;
  return (indent) => line?.(indent) ?? lookUp(pairs, indent);
}

/** Removed lines at the margin say nothing when the context is shifted as a whole. */
function evidencedByContext(pairs: readonly IndentPair[], removed: readonly IndentPair[]): boolean {
  if (removed.some((pair) => pair.model !== '')) return false;
  return pairs.some((pair) => !pair.isRemoved && pair.model !== '' && pair.model !== pair.file);
}

/** Half of the indented lines stand as in the file: the others are aligned with something, which added lines need not be. */
function isMostlyRight(pairs: readonly IndentPair[]): boolean {
  const indented = pairs.filter((pair) => pair.model !== '');
  return indented.length > 0 && indented.filter((pair) => pair.model === pair.file).length * 2 >= indented.length;
}

function knowsStyle(pairs: readonly IndentPair[]): boolean {
  return pairs.some((pair) => pair.model !== '');
}

/** No line found tells how the model indents: only when all added lines use the other character than the file are they converted. */
function styleMap(added: readonly string[], style: IndentStyle | null): IndentMap {
  const indented = added.filter((indent) => indent.length > 0);
  if (!style || indented.length === 0) return identity;
  if (style.character === ' ') {
    if (!indented.every((indent) => /^\t+$/.test(indent))) return identity;
    return (indent) => indent.replaceAll('\t', ' '.repeat(style.step));
  }
  const widths = indented.map((indent) => indent.length).filter((width) => width > 1);
  const step = Math.min(...widths);
  if (!indented.every((indent) => /^ +$/.test(indent)) || widths.length === 0 || step > 8) return identity;
  return (indent) => '\t'.repeat(Math.floor(indent.length / step)) + ' '.repeat(indent.length % step);
}

/** All lines found stand at the model's margin: a block that lost its indentation, or context that was stripped while added lines were not. */
function strippedMap({ pairs, groups, isMarked }: IndentEvidence, added: readonly string[]): IndentMap {
  const first = pairs[0]?.file ?? '';
  const isOnlyContext = !pairs.some((pair) => pair.isRemoved);
  if (pairs.some((pair) => pair.file !== first)) {
    return isOnlyContext && (isMarked || added.some((indent) => indent !== '')) ? identity : () => null;
  }
  const shifted: IndentMap = (indent) => first + indent;
  return misfit(groups, identity) < misfit(groups, shifted) ? identity : shifted;
}

/** How far added lines stand from the indentation of their neighbours. */
function misfit(groups: readonly AddedGroup[], map: IndentMap): number {
  let sum = 0;
  for (const { indents, before, after } of groups) {
    if (indents.length === 0) continue;
    const least = Math.min(...indents.map((indent) => map(indent)?.length ?? 0));
    sum += Math.min(Math.abs(least - before.length), Math.abs(least - after.length));
  }
  return sum;
}

/** What most lines with this very indentation say. */
function lookUp(pairs: readonly IndentPair[], indent: string): string | null {
  const votes = new Map<string, number>();
  let total = 0;
  for (const pair of pairs) {
    if (pair.model !== indent) continue;
    total++;
    votes.set(pair.file, (votes.get(pair.file) ?? 0) + 1);
  }
  for (const [file, count] of votes) if (count * 3 >= total * 2) return file;
  return null;
}

interface Line {
  readonly slope: number;
  readonly offset: number;
}

/** The line through at least two thirds of the pairs, as a map. */
function fit(pairs: readonly IndentPair[], style: IndentStyle | null, added: readonly string[]): IndentMap | null {
  const source = commonCharacter([...pairs.map((pair) => pair.model), ...added]) ?? ' ';
  const target = commonCharacter(pairs.map((pair) => pair.file)) ?? style?.character ?? source;
  const points = pairs.filter((pair) => consistsOf(pair.model, source) && consistsOf(pair.file, target));
  let best: Line | null = null;
  let most = 0;
  for (const line of candidates(points, source, target)) {
    const explained = points.filter((pair) => pair.file.length === line.slope * pair.model.length + line.offset).length;
    if (explained > most) [best, most] = [line, explained];
  }
  if (!best || most * 3 < points.length * 2) return null;
  const line = best;
  return (indent) => along(line, indent, source, target);
}

/** The character most of them start with; a single space is alignment and does not count. */
function commonCharacter(indents: readonly string[]): '\t' | ' ' | undefined {
  const tabs = indents.filter((indent) => indent.startsWith('\t')).length;
  const spaces = indents.filter((indent) => indent.startsWith('  ')).length;
  if (tabs === 0 && spaces === 0) return undefined;
  return tabs > spaces ? '\t' : ' ';
}

function consistsOf(indent: string, character: string): boolean {
  return indent === character.repeat(indent.length);
}

/** Lines worth trying, the plainest first: a shift, a change of unit, any two points, a change of unit below a shift. */
function candidates(points: readonly IndentPair[], source: string, target: string): Line[] {
  const counts = points.map(({ model, file }) => [model.length, file.length] as const);
  const shifts = source === target ? counts.map(([m, f]) => ({ slope: 1, offset: f - m })) : [];
  const units = counts.filter(([m, f]) => m > 0 && f > 0).map(([m, f]) => ({ slope: f / m, offset: 0 }));
  const [m0, f0] = counts[0] ?? [0, 0];
  const through = counts.filter(([m]) => m !== m0).map(([m, f]) => lineThrough(m0, f0, m, f));
  const margins = source === target ? [] : counts.filter(([m, f]) => m === 0 && f > 0);
  const below = margins.map(([, f]) => ({ slope: target === '\t' ? 0.25 : 4, offset: f }));
  return [...shifts, ...units, ...through.filter((line) => isPlausible(line, source === target)), ...below];
}

/** Nobody indents a whole block too far and in another unit at once: two such points are a block and a line aligned with something. */
function isPlausible({ slope, offset }: Line, isSameCharacter: boolean): boolean {
  return slope > 0 && (!isSameCharacter || slope === 1 || offset >= 0);
}

function lineThrough(m0: number, f0: number, m: number, f: number): Line {
  const slope = (f - f0) / (m - m0);
  return { slope, offset: f0 - slope * m0 };
}

/** An indentation moved along the line; what cannot be a whole tab stays as spaces. */
function along({ slope, offset }: Line, indent: string, source: string, target: string): string | null {
  let run = 0;
  while (indent[run] === source) run++;
  const rest = indent.slice(run);
  const width = slope * run + offset;
  if (width < 0) return null;
  const whole = Math.floor(width + 1e-9);
  const left = Math.round((width - whole) / slope);
  if (left > 0 && target === ' ') return null;
  return target.repeat(whole) + ' '.repeat(left) + rest;
}
