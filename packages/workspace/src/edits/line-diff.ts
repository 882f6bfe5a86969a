// Finds what changed between two lists of lines.
//
// Myers' O(ND) algorithm in its linear-space form ("An O(ND) Difference Algorithm and Its Variations", 1986), made fast for real files:
// the common head and tail are cut off, and lines that only one side has are left out of the search (they cannot be part
// of a common subsequence, so the result stays minimal). When two texts differ so much that the search gets expensive, the furthest point
// reached so far divides the problem: the result is then still right, only perhaps not the shortest.

/** Lines [aStart, aEnd) of the first text became lines [bStart, bEnd) of the second. */
export interface LineChange {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

const MAX_COST = 600;

/** The changes from `a` to `b`, in order; empty when they are equal. */
export function diffLines(a: readonly string[], b: readonly string[]): LineChange[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const left = a.slice(head, a.length - tail);
  const right = b.slice(head, b.length - tail);
  const keptLeft = new Uint8Array(left.length);
  const keptRight = new Uint8Array(right.length);
  markCommon(left, right, keptLeft, keptRight);
  return slideDown(changesOf(keptLeft, keptRight, head), a, b);
}

/** Marks the lines that stay, on both sides. */
function markCommon(
  left: readonly string[],
  right: readonly string[],
  keptLeft: Uint8Array,
  keptRight: Uint8Array,
): void {
  const ids = new Map<string, number>();
  for (const line of left) if (!ids.has(line)) ids.set(line, ids.size);
  const inRight = new Set(right);
  const a = shared(left, (line) => inRight.has(line), ids);
  const b = shared(right, (line) => ids.has(line), ids);
  const reach = a.values.length + b.values.length + 3;
  const search: Search = {
    a: a.values,
    b: b.values,
    forward: new Int32Array(2 * reach),
    backward: new Int32Array(2 * reach),
    centre: reach,
    keep(x, y) {
      keptLeft[a.places[x] ?? 0] = 1;
      keptRight[b.places[y] ?? 0] = 1;
    },
  };
  compare(search, 0, a.values.length, 0, b.values.length);
}

interface Shared {
  readonly values: Int32Array;
  readonly places: Int32Array;
}

function shared(lines: readonly string[], isShared: (line: string) => boolean, ids: Map<string, number>): Shared {
  const values: number[] = [];
  const places: number[] = [];
  lines.forEach((line, place) => {
    if (!isShared(line)) return;
    values.push(ids.get(line) ?? -1);
    places.push(place);
  });
  return { values: Int32Array.from(values), places: Int32Array.from(places) };
}

interface Search {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly forward: Int32Array;
  readonly backward: Int32Array;
  /** Index of diagonal 0 in the two vectors. */
  readonly centre: number;
  keep(x: number, y: number): void;
}

function compare(search: Search, aFrom: number, aTo: number, bFrom: number, bTo: number): void {
  let [aStart, aEnd, bStart, bEnd] = [aFrom, aTo, bFrom, bTo];
  while (aStart < aEnd && bStart < bEnd && search.a[aStart] === search.b[bStart]) search.keep(aStart++, bStart++);
  while (aStart < aEnd && bStart < bEnd && search.a[aEnd - 1] === search.b[bEnd - 1]) search.keep(--aEnd, --bEnd);
  if (aStart >= aEnd || bStart >= bEnd) return;
  const [x, y] = middle(search, aStart, aEnd, bStart, bEnd);
  compare(search, aStart, x, bStart, y);
  compare(search, x, aEnd, y, bEnd);
}

/** A point on a shortest path, found from both ends at once. */
function middle(search: Search, aStart: number, aEnd: number, bStart: number, bEnd: number): [number, number] {
  const delta = aEnd - aStart - (bEnd - bStart);
  const box: Box = { aStart, aEnd, bStart, bEnd, delta, odd: (delta & 1) !== 0 };
  for (let cost = 0; ; cost++) {
    const met = stepForward(search, cost, box) ?? stepBackward(search, cost, box);
    if (met) return met;
    if (cost >= MAX_COST) return furthest(search, cost, box);
  }
}

interface Box {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
  readonly delta: number;
  readonly odd: boolean;
}

function stepForward({ a, b, forward, backward, centre }: Search, cost: number, box: Box): [number, number] | null {
  const n = box.aEnd - box.aStart;
  const m = box.bEnd - box.bStart;
  for (let k = -cost; k <= cost; k += 2) {
    if (k < -m || k > n) continue;
    let x = entry(forward, centre, k, cost, n, m);
    while (x >= 0 && x < n && x - k < m && a[box.aStart + x] === b[box.bStart + x - k]) x++;
    forward[centre + k] = x;
    const other = box.delta - k;
    if (!box.odd || x < 0 || other <= -cost || other >= cost) continue;
    const met = backward[centre + other] ?? -1;
    if (met >= 0 && x + met >= n) return [box.aStart + x, box.bStart + x - k];
  }
  return null;
}

function stepBackward({ a, b, forward, backward, centre }: Search, cost: number, box: Box): [number, number] | null {
  const n = box.aEnd - box.aStart;
  const m = box.bEnd - box.bStart;
  for (let k = -cost; k <= cost; k += 2) {
    if (k < -m || k > n) continue;
    let x = entry(backward, centre, k, cost, n, m);
    while (x >= 0 && x < n && x - k < m && a[box.aEnd - 1 - x] === b[box.bEnd - 1 - x + k]) x++;
    backward[centre + k] = x;
    const other = box.delta - k;
    if (box.odd || x < 0 || other < -cost || other > cost) continue;
    const met = forward[centre + other] ?? -1;
    if (met >= 0 && x + met >= n) return [box.aEnd - x, box.bEnd - x + k];
  }
  return null;
}

/** Where a path of this cost enters diagonal k, coming from a neighbour inside the box; -1 when none does. */
function entry(vector: Int32Array, centre: number, k: number, cost: number, n: number, m: number): number {
  if (cost === 0) return 0;
  const before = k > -cost && k > -m ? (vector[centre + k - 1] ?? -1) : -1;
  const after = k < cost && k < n ? (vector[centre + k + 1] ?? -1) : -1;
  const right = before >= 0 && before < n ? before + 1 : -1;
  const down = after >= 0 && after - k <= m ? after : -1;
  return Math.max(right, down);
}

/** Where the forward search got furthest; always beyond the start, because every step gains a line. */
function furthest({ forward, centre }: Search, cost: number, box: Box): [number, number] {
  let best: [number, number] = [box.aStart, box.bStart];
  for (let k = -cost; k <= cost; k += 2) {
    if (k < box.bStart - box.bEnd || k > box.aEnd - box.aStart) continue;
    const x = forward[centre + k] ?? -1;
    const y = x - k;
    if (x < 0) continue;
    if (x + y > best[0] - box.aStart + best[1] - box.bStart) best = [box.aStart + x, box.bStart + y];
  }
  return best;
}

function changesOf(keptLeft: Uint8Array, keptRight: Uint8Array, offset: number): LineChange[] {
  const changes: LineChange[] = [];
  let [i, j] = [0, 0];
  while (i < keptLeft.length || j < keptRight.length) {
    if (keptLeft[i] === 1 && keptRight[j] === 1) {
      i++;
      j++;
      continue;
    }
    const [aStart, bStart] = [i, j];
    while (i < keptLeft.length && keptLeft[i] === 0) i++;
    while (j < keptRight.length && keptRight[j] === 0) j++;
    changes.push({ aStart: aStart + offset, aEnd: i + offset, bStart: bStart + offset, bEnd: j + offset });
  }
  return changes;
}

/** Moves a pure insertion or removal down as far as it goes, so that a new block follows the one it resembles. */
function slideDown(changes: readonly LineChange[], a: readonly string[], b: readonly string[]): LineChange[] {
  return changes.map((change, index) => {
    const next = changes[index + 1];
    let { aStart, aEnd, bStart, bEnd } = change;
    const limit = next ? next.aStart : a.length;
    if (aStart === aEnd)
      while (aEnd < limit && b[bStart] === a[aEnd])
        [aStart, aEnd, bStart, bEnd] = [aStart + 1, aEnd + 1, bStart + 1, bEnd + 1];
    else if (bStart === bEnd)
      while (aEnd < limit && a[aStart] === a[aEnd])
        [aStart, aEnd, bStart, bEnd] = [aStart + 1, aEnd + 1, bStart + 1, bEnd + 1];
    return { aStart, aEnd, bStart, bEnd };
  });
}
