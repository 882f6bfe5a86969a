// docs/providers.md has a row for every provider, as the code has it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type ProviderEntry, providerTable } from './table.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/providers.md'), 'utf8');

function row({ id, name, endpoints, keyEnv, baseUrlEnv, baseUrl }: ProviderEntry): string {
  const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');
  const formats = code(endpoints.map((endpoint) => endpoint.dialect));
  const address = baseUrl === '' ? 'yours' : code([baseUrl]);
  return `| ${code([id])} | ${name} | ${formats} | ${code(keyEnv)} | ${code([baseUrlEnv])} | ${address} |`;
}

it('prints the table of the page', () => {
  const lines = page.split('\n');
  const first = lines.findIndex((line) => line.startsWith('| id |')) + 2;
  const printed = lines.slice(first, lines.indexOf('', first));
  expect(printed.join('\n')).toBe(providerTable.map(row).join('\n'));
});

it('names every quirk', () => {
  const quirks = new Set(providerTable.flatMap((entry) => entry.endpoints.flatMap((one) => Object.keys(one.quirks))));
  for (const quirk of quirks) expect(page).toContain(`\`${quirk}\``);
});
