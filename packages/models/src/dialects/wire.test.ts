// Recorded real traffic through the decoders: every case of both dialects, in every cutting.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateWire } from '../testing/wire-score.ts';

const cases = path.resolve(import.meta.dirname, '../../../../../shared/data/wire/cases.jsonl');

describe.skipIf(!existsSync(cases))('recorded replies (skipped without ../shared/data/wire)', () => {
  it('are all read right', async () => {
    const score = await evaluateWire(cases);
    expect(score.failures).toEqual([]);
    expect(score.byDialect['openai-chat']).toMatchObject({ total: 62, right: 62 });
    expect(score.byDialect['anthropic']).toMatchObject({ total: 47, right: 47 });
  });
});
