// What of a streamed answer is shown when its last block of JSON is said by a report.
import type { Outcome } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { createStyle } from '../terminal/style.ts';
import { HeldJson } from './held-json.ts';
import { workLines } from './work-lines.ts';

function shown(text: string, size: number): string {
  const held = new HeldJson();
  let out = '';
  for (let at = 0; at < text.length; at += size) out += held.take(text.slice(at, at + size));
  return out + held.end();
}

describe('held JSON', () => {
  const block = '```json\n{"findings":[]}\n```';

  it.each([1, 3, 7, 1000])('leaves out whole blocks and nothing else, in pieces of %d', (size) => {
    expect(shown(`Two things.\n${block}`, size)).toBe('Two things.\n');
    expect(shown(`Two things.\n\n${block}\nThe end.`, size)).toBe('Two things.\n\nThe end.');
    for (const kept of [
      'a ```json b\n',
      '```js\nlet a;\n```\n',
      '`x` and\n``\ny',
      '```json\n{"cut": [\n',
      '```json\nno json\n```\n',
      '',
    ])
      expect(shown(kept, size)).toBe(kept);
  });
});

it('says a plan and the reasons of findings in words', () => {
  const work = {
    kind: 'plan',
    verdict: 'verified',
    reasons: [],
    evidence: [],
    findings: [{ file: 'a.js', line: 3, severity: 'high', title: 'Off by one', why: 'The last is lost.' }],
    plan: {
      goal: 'Two modules',
      steps: [{ title: 'Split', files: [{ path: 'b.js', change: 'create' }], check: 'npm test' }],
      risks: ['imports'],
      estimate: { files: 1, lines: 2, tokens: 300, costMicroUsd: 20_000 },
    },
  } as const;
  const lines = workLines({ work } as unknown as Outcome, createStyle(false)).join('\n');
  for (const part of ['a.js:3 Off by one', 'The last is lost.', 'Two modules', '1. Split', 'create b.js', 'npm test'])
    expect(lines).toContain(part);
  for (const part of ['imports', '1 file, 300 tokens', 'monkey plan --apply']) expect(lines).toContain(part);
});
