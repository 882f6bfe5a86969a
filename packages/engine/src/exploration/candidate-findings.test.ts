// Findings reach the others once, also after a crash.
import type { Event, EventBody } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { FindingList } from './candidate-findings.ts';

function recorded(): { readonly events: Event[]; readonly record: (body: EventBody) => void } {
  const events: Event[] = [];
  return { events, record: (body) => events.push(body as Event) };
}

const failing = (candidate: number, evidence: string) =>
  ({ candidate, relation: 'fails-check', about: 'npm test', evidence }) as const;
const asserted = (events: readonly Event[]): number => events.filter(({ type }) => type === 'fact.asserted').length;

describe('findings', () => {
  it('reach every other candidate once, and the finder never', () => {
    const list = new FindingList(recorded());
    list.share(failing(1, 'expected 3, got 2'));
    expect(list.takeFor(1)).toEqual([]);
    expect(list.takeFor(2)[0]).toContain('a check said: expected 3, got 2');
    expect(list.takeFor(2)).toEqual([]);
    list.share({ candidate: 2, relation: 'dead-end', about: 'rewrite it', evidence: 'rewrite it' });
    expect(list.takeFor(1)[0]).toContain('this came to nothing: rewrite it');
    expect(list.takeFor(3)[0]?.match(/^- /gm)).toHaveLength(2);
  });

  it('are recorded once, and not without evidence', () => {
    const record = recorded();
    const list = new FindingList(record);
    for (const evidence of ['same', 'same', ' same ', '']) list.share(failing(1, evidence));
    expect(asserted(record.events)).toBe(1);
  });

  it('are told in one set of words where several found the same', () => {
    const list = new FindingList(recorded());
    list.share(failing(1, 'expected 3'));
    expect(list.takeFor(3)[0]).toContain('expected 3');
    list.share(failing(2, 'expected 3'));
    expect(list.takeFor(3)).toEqual([]);
  });

  it('are known after a crash, and so is who was told', () => {
    const record = recorded();
    const before = new FindingList(record);
    before.share(failing(1, 'expected 3'));
    before.takeFor(2);
    before.share(failing(3, 'expected 4'));
    const after = new FindingList(record);
    after.share(failing(1, 'expected 3'));
    expect(asserted(record.events)).toBe(2);
    expect(after.takeFor(2)).toEqual([expect.stringContaining('expected 4')]);
    expect(after.takeFor(2)).toEqual([]);
    expect(after.takeFor(4)[0]?.match(/^- /gm)).toHaveLength(2);
  });
});
