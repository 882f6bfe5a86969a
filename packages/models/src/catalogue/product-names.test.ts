// Every name the product promises (PRODUCT.md, M2) stands for a living model; one that has ended says what is used instead.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import { isAlive } from './model-facts.ts';
import { resolveModelName } from './resolve.ts';

const page = path.resolve(import.meta.dirname, '../../../../../shared/PRODUCT.md');
const catalogue = createCatalogue();

function promisedNames(): string[] {
  const line = readFileSync(page, 'utf8')
    .split('\n')
    .find((one) => one.startsWith('- **M2**'));
  return [...(line ?? '').matchAll(/`([a-z][\w.-]*\d[\w.-]*)`/g)].map(([, name]) => name ?? '');
}

it.skipIf(!existsSync(page))('all of them (skipped without ../shared/PRODUCT.md)', () => {
  const names = promisedNames();
  expect(names.length).toBeGreaterThanOrEqual(21);
  for (const now of ['2026-11-21', '2027-03-01'].map((day) => Date.parse(day))) {
    for (const name of names) {
      const found = resolveModelName(name, { catalogue, now, available: [] });
      const isLiving = (found.kind === 'found' || found.kind === 'redirected') && isAlive(found.facts, now);
      expect(isLiving, `${name}: ${JSON.stringify(found)}`).toBe(true);
      if (found.kind === 'redirected') expect(found.notices[0]).toContain(`${found.facts.id} is used instead`);
    }
  }
});

it('every provider has a living default', () => {
  for (const provider of ['openai', 'anthropic', 'google', 'groq', 'xai', 'mistral', 'cohere', 'deepseek']) {
    expect(resolveModelName(provider, { catalogue, now: Date.parse('2026-11-21'), available: [] }).kind).toBe('found');
  }
});
