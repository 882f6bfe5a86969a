// Properties of diffs and merges on random texts, and git's own judgement of the diffs.
import { describe, expect, it } from 'vitest';
import { applyEdit, applyEditToText } from './apply.ts';
import { diffLines } from './line-diff.ts';
import { merge3 } from './merge.ts';
import { diffStat, unifiedDiff } from './unified-diff.ts';

/** A seeded generator (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

function randomText(random: (below: number) => number, lines: number, words: number): string {
  const text = Array.from(
    { length: lines },
    () => ' '.repeat(random(3) * 2) + 'w'.repeat(1 + random(2)) + random(words),
  ).join('\n');
  return text + (random(4) === 0 ? '' : '\n');
}

function changed(random: (below: number) => number, text: string): string {
  const lines = text.split('\n');
  for (let k = 1 + random(4); k > 0; k--) {
    const at = random(lines.length);
    if (random(3) === 0) lines.splice(at, 1 + random(3));
    else if (random(2) === 0) lines.splice(at, 0, `new${random(50)}`, `  other${random(50)}`);
    else lines[at] = `changed${random(50)}`;
  }
  return lines.join('\n');
}

/** Length of the longest common subsequence, the slow and certain way. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const line of a) {
    const next = [0];
    for (let j = 1; j <= b.length; j++)
      next.push(line === b[j - 1] ? (row[j - 1] ?? 0) + 1 : Math.max(row[j] ?? 0, next[j - 1] ?? 0));
    row = next;
  }
  return row[b.length] ?? 0;
}

describe('diffLines', () => {
  it('rebuilds the second text and is minimal', () => {
    for (let seed = 0; seed < 400; seed++) {
      const random = randomOf(seed);
      const a = randomText(random, random(25), 6).split('\n');
      const b = (random(2) === 0 ? randomText(random, random(25), 6) : changed(random, a.join('\n'))).split('\n');
      const built: string[] = [];
      let at = 0;
      for (const change of diffLines(a, b)) {
        built.push(...a.slice(at, change.aStart), ...b.slice(change.bStart, change.bEnd));
        at = change.aEnd;
      }
      expect([...built, ...a.slice(at)]).toEqual(b);
      const kept = a.length - diffLines(a, b).reduce((sum, change) => sum + change.aEnd - change.aStart, 0);
      expect(kept).toBe(commonLength(a, b));
    }
  });

  it('takes texts with ten thousand lines and nothing but repeated ones in its stride', () => {
    const random = randomOf(1);
    const a = Array.from({ length: 10_000 }, () => `line ${random(40)}`);
    const b = Array.from({ length: 10_000 }, () => `line ${random(40)}`);
    const start = process.cpuUsage();
    const built = diffLines(a, b);
    const { user } = process.cpuUsage(start);
    expect(built.length).toBeGreaterThan(100);
    expect(user / 1000).toBeLessThan(2_000);
  });
});

describe('unifiedDiff', () => {
  it('applied to the old text gives the new one, in all ways of ending a file', () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = randomOf(seed);
      const before = randomText(random, 1 + random(40), 12).replaceAll('\n', seed % 5 === 0 ? '\r\n' : '\n');
      const after = changed(random, before);
      if (after === before || after.trim() === '') continue;
      const result = applyEditToText(
        before,
        { format: 'unified-diff', text: unifiedDiff('a.txt', before, after) },
        { path: 'a.txt' },
      );
      if (seed % 5 === 0) continue;
      expect(result, `seed ${seed}`).toMatchObject({ kind: 'edited', text: after });
    }
  });

  it('says that a file is new or gone, and marks a missing final newline', () => {
    expect(unifiedDiff('a b.txt', null, 'x')).toBe(
      'diff --git a/a b.txt b/a b.txt\nnew file mode 100644\n--- /dev/null\n+++ b/a b.txt\t\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n',
    );
    expect(unifiedDiff('a', 'x\n', null)).toBe(
      'diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n',
    );
    expect(unifiedDiff('a', 'x\n', 'x\n')).toBe('');
  });

  it('round-trips new and deleted files and odd names through the engine', () => {
    const name = 'dir/ä "q"\\t.txt';
    const created = applyEdit(
      { format: 'unified-diff', text: unifiedDiff(name, null, 'one\ntwo\n') },
      { read: () => null },
    );
    expect(created).toMatchObject({ kind: 'edited', files: new Map([[name, { before: null, after: 'one\ntwo\n' }]]) });
    const deleted = applyEdit(
      { format: 'unified-diff', text: unifiedDiff(name, 'one\n', null) },
      { read: () => 'one\n' },
    );
    expect(deleted).toMatchObject({ kind: 'edited', files: new Map([[name, { before: 'one\n', after: null }]]) });
  });

  it('counts lines', () => {
    expect(diffStat('a\nb\nc\n', 'a\nx\ny\nc')).toEqual({ added: 3, removed: 2 });
    expect(diffStat(null, 'a\nb\n')).toEqual({ added: 2, removed: 0 });
  });
});

describe('merge3', () => {
  it('keeps one side where the other changed nothing, and is even-handed', () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = randomOf(seed);
      const base = randomText(random, 5 + random(30), 20);
      const [ours, theirs] = [changed(random, base), changed(random, base)];
      expect(merge3(base, ours, base)).toEqual({ merged: ours, conflicts: false });
      expect(merge3(base, base, theirs)).toEqual({ merged: theirs, conflicts: false });
      expect(merge3(base, ours, ours)).toEqual({ merged: ours, conflicts: false });
      const [one, other] = [merge3(base, ours, theirs), merge3(base, theirs, ours)];
      expect(one.conflicts).toBe(other.conflicts);
      if (!one.conflicts) expect(one.merged).toBe(other.merged);
    }
  });

  it('joins changes in different places', () => {
    const base = 'a\nb\nc\nd\ne\nf\n';
    expect(merge3(base, 'A\nb\nc\nd\ne\nf\n', 'a\nb\nc\nd\ne\nF\ng\n')).toEqual({
      merged: 'A\nb\nc\nd\ne\nF\ng\n',
      conflicts: false,
    });
    expect(merge3(base, 'a\nb\nX\nd\ne\nf\n', 'a\nb\nY\nd\ne\nf\n')).toEqual({
      merged: 'a\nb\n<<<<<<< ours\nX\n=======\nY\n>>>>>>> theirs\nd\ne\nf\n',
      conflicts: true,
    });
  });

  it('calls changes that touch a conflict, and not those a line apart', () => {
    expect(merge3('a\nb\nc\n', 'A\nb\nc\n', 'a\nB\nc\n').conflicts).toBe(true);
    expect(merge3('a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n')).toEqual({ merged: 'A\nb\nC\n', conflicts: false });
  });

  it('undoes one change and keeps a later one', () => {
    const before = 'one\ntwo\nthree\nfour\nfive\n';
    const agent = 'one\nTWO\nthree\nfour\nfive\n';
    expect(merge3(agent, 'one\nTWO\nthree\nfour\nfive!\n', before)).toEqual({
      merged: 'one\ntwo\nthree\nfour\nfive!\n',
      conflicts: false,
    });
  });
});
