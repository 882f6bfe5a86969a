// The cases of ../shared/data/edits, all of them: right where an edit must apply, kept where it must be refused.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface Score {
  readonly total: number;
  readonly right: number;
  readonly failures: readonly unknown[];
}

const repository = new URL('../../../../', import.meta.url);
const data = fileURLToPath(new URL('../shared/data/edits', repository));

it.skipIf(!existsSync(data))(
  'makes all cases of the shared data right (skipped where ../shared/data/edits is absent)',
  async () => {
    const { evaluateEdits } = (await import(new URL('bench/evaluate/edits.ts', repository).href)) as {
      evaluateEdits(path: string): Promise<Score>;
    };
    const score = await evaluateEdits(data);
    expect(score.failures).toEqual([]);
    expect(score).toMatchObject({ total: 819, right: 819 });
  },
);
