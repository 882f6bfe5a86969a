// Refreshing from files and addresses; broken input changes nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import { refreshCatalogue, storedCatalogue } from './refresh.ts';
import { resolveModelName } from './resolve.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-refresh-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = Date.parse('2026-12-01');
const { signal } = new AbortController();

const modelsDev = {
  anthropic: {
    id: 'anthropic',
    env: ['ANTHROPIC_API_KEY'],
    models: {
      'claude-next': {
        id: 'claude-next',
        name: 'Claude Next',
        attachment: true,
        reasoning: true,
        temperature: true,
        tool_call: true,
        release_date: '2026-11-30',
        modalities: { input: ['text', 'image'], output: ['text'] },
        cost: {
          input: 3,
          output: 15,
          cache_read: 0.3,
          cache_write: 3.75,
          context_over_200k: { input: 6, output: 22.5 },
        },
        limit: { context: 1_000_000, output: 64_000 },
      },
      'claude-painter': { id: 'claude-painter', modalities: { input: ['text'], output: ['image'] } },
    },
  },
  'some-cloud': { id: 'some-cloud', models: { a: { id: 'a' }, b: { id: 'b' } } },
};

async function refresh(source: unknown): Promise<unknown> {
  const path = join(folder, 'source.json');
  writeFileSync(path, typeof source === 'string' ? source : JSON.stringify(source));
  return refreshCatalogue({ source: path, file: join(folder, 'state', 'catalogue.json'), now, signal });
}

const kept = () => storedCatalogue(join(folder, 'state', 'catalogue.json'));

describe('models.dev', () => {
  it('lies over what is built in', async () => {
    expect(await refresh(modelsDev)).toEqual({ form: 'models.dev', asOf: '2026-12-01', models: 1, ignored: 3 });
    const catalogue = createCatalogue([], { refreshed: kept() });
    expect(catalogue.asOf).toBe('2026-12-01');
    expect(catalogue.find('anthropic', 'claude-next')).toEqual({
      provider: 'anthropic',
      id: 'claude-next',
      released: '2026-11-30',
      context: 1_000_000,
      maxOutput: 64_000,
      price: {
        input: 3_000_000,
        output: 15_000_000,
        cacheRead: 300_000,
        cacheWrite: 3_750_000,
        tiers: [{ above: 200_000, input: 6_000_000, output: 22_500_000 }],
      },
      tools: true,
      temperature: true,
      reasoning: true,
      images: true,
      dialects: ['anthropic-messages'],
    });
    expect(catalogue.models.length).toBe(createCatalogue().models.length + 1);
  });

  it('comes from an address the user chose', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/api.json') response.end(JSON.stringify(modelsDev));
      else response.writeHead(404).end('<html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const file = join(folder, 'catalogue.json');
    const asked = { file, now, signal };
    expect(await refreshCatalogue({ source: `${base}/api.json`, ...asked })).toMatchObject({ models: 1 });
    const before = readFileSync(file, 'utf8');
    await expect(refreshCatalogue({ source: `${base}/other`, ...asked })).rejects.toThrow(
      /status 404; nothing was changed/,
    );
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(refreshCatalogue({ source: `${base}/api.json`, ...asked })).rejects.toThrow(/cannot be read/);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

describe('broken input', () => {
  const wrong: [string, unknown, RegExp][] = [
    ['text', 'hello', /not a JSON document/],
    ['nothing', {}, /no model of a provider/],
    ['no models', { models: [] }, /models: must be at least 1/],
    ['a field nobody knows', { models: [{ provider: 'x', id: 'y', prize: 1 }] }, /models\.0: unknown "prize"/],
    [
      'a price in another unit',
      { models: [{ provider: 'x', id: 'y', price: { input: 3e6, output: 1 } }] },
      /models\.0\.price\.input: must be at most 10000/,
    ],
    [
      'a negative price',
      { openai: { models: { m: { id: 'm', cost: { input: -1, output: 1 } } } } },
      /openai\.models\.m\.cost\.input/,
    ],
    [
      'a text for a number',
      { openai: { models: { m: { id: 'm', limit: { context: '1', output: 1 } } } } },
      /openai\.models\.m\.limit\.context: expected number/,
    ],
  ];
  it.each(wrong)('%s changes nothing and is named', async (_name, source, message) => {
    await refresh(modelsDev);
    const before = kept();
    await expect(refresh(source)).rejects.toThrow(message);
    expect(kept()).toEqual(before);
    expect(readdirSync(join(folder, 'state'))).toEqual(['catalogue.json']);
  });

  it('a missing source is named, a broken stored file is as none', async () => {
    const asked = { source: join(folder, 'none.json'), file: join(folder, 'c.json'), now, signal };
    await expect(refreshCatalogue(asked)).rejects.toThrow(/none\.json cannot be read/);
    writeFileSync(join(folder, 'c.json'), '{"version":99}');
    expect(storedCatalogue(join(folder, 'c.json'))).toBeUndefined();
    expect(storedCatalogue(join(folder, 'absent.json'))).toBeUndefined();
  });
});

it('our own form, in USD per million tokens, and names of the user', async () => {
  expect(
    await refresh({
      asOf: '2026-11-30',
      models: [{ provider: 'custom', id: 'house', price: { input: 0.5, output: 2 } }],
    }),
  ).toEqual({
    form: 'own',
    asOf: '2026-11-30',
    models: 1,
    ignored: 0,
  });
  const catalogue = createCatalogue([], { refreshed: kept(), aliases: { work: 'custom/house', quick: 'fast' } });
  expect(catalogue.find('custom', 'house')?.price).toEqual({ input: 500_000, output: 2_000_000 });
  const options = { catalogue, now, available: ['anthropic'] };
  expect(resolveModelName('work', options)).toMatchObject({ kind: 'found', facts: { id: 'house' } });
  expect(resolveModelName('quick', options)).toEqual(resolveModelName('fast', options));
  expect(resolveModelName('constructor', options).kind).toBe('unknown');
});

it('a list without windows and announced changes does not take them away', () => {
  const plain = createCatalogue();
  const withMore = plain.models.find(({ price }) => price?.later !== undefined || price?.daily !== undefined);
  const { provider = '', id = '', price } = withMore ?? {};
  const rates = { input: price?.input ?? 0, output: price?.output ?? 0 };
  const same = { asOf: '2026-12-01', models: [{ provider, id, price: rates }] };
  expect(createCatalogue([], { refreshed: same }).find(provider, id)?.price).toEqual(price);
  const other = { asOf: '2026-12-01', models: [{ provider, id, price: { ...rates, input: 1 } }] };
  expect(createCatalogue([], { refreshed: other }).find(provider, id)?.price).toEqual({ ...rates, input: 1 });
});
