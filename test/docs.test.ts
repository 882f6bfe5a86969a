// What the documentation shows is true of the code: scenarios parse, settings exist, links lead somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { settingsSchema } from '@monkey-coder/engine';
import { parseScenarioText } from '@monkey-coder/models';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'AGENTS.md',
  'SECURITY.md',
  ...markdownIn('docs'),
  ...markdownIn('docs/decisions'),
];
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

describe('documentation', () => {
  it('shows scenarios that parse', async () => {
    const blocks = [...read('docs/scripted-model.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      (match) => match[1] ?? '',
    );
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect((await parseScenarioText(block, 'docs')).turns.length).toBeGreaterThan(0);
  });

  it('has examples whose scenarios parse', async () => {
    for (const name of readdirSync(join(root, 'examples', 'scenarios'))) {
      const scenario = await parseScenarioText(read(`examples/scenarios/${name}`), name);
      expect(scenario.name).toBe(name.replace('.yaml', ''));
    }
  });

  it('names only settings that exist', () => {
    const named = [...read('docs/configuration.md').matchAll(/^\| `([a-z][A-Za-z]*)/gm)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in settingsSchema.shape))).toEqual([]);
  });

  it.each(pages)('%s has no dead link', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    const dead = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(root, dirname(page), link)));
    expect(dead).toEqual([]);
  });
});
