// Vectors from a server on the loopback address, and what is refused.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createLocalEmbedder } from './embeddings.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const { signal } = new AbortController();

describe('an embedder', () => {
  it('asks for all texts at once and puts the vectors in their order', async () => {
    const asked: unknown[] = [];
    const url = await serve((request, response) => {
      let text = '';
      request.on('data', (piece) => {
        text += piece;
      });
      request.on('end', () => {
        asked.push([request.url, JSON.parse(text)]);
        const data = [
          { index: 1, embedding: [0, 1] },
          { index: 0, embedding: [1, 0] },
        ];
        response.end(JSON.stringify({ data }));
      });
    });
    const embedder = createLocalEmbedder('ollama/small', { baseUrls: { ollama: url } });
    expect(embedder.id).toBe(`${new URL(url).host} small`);
    expect((await embedder.embed(['a', 'b'], signal)).map((vector) => [...vector])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(asked).toEqual([['/v1/embeddings', { model: 'small', input: ['a', 'b'], encoding_format: 'float' }]]);
  });

  it.each([
    ['fewer vectors than texts', 200, { data: [{ index: 0, embedding: [1] }] }],
    ['vectors of different lengths', 200, { data: [{ embedding: [1] }, { embedding: [1, 2] }] }],
    ['no list', 200, 'hello'],
    ['a refusal', 404, { error: 'no such model' }],
  ])('refuses %s', async (_name, status, body) => {
    const url = await serve((_request, response) => response.writeHead(status).end(JSON.stringify(body)));
    const embedder = createLocalEmbedder('ollama/small', { baseUrls: { ollama: url } });
    await expect(embedder.embed(['a', 'b'], signal)).rejects.toMatchObject({ code: 'model.unreachable' });
  });

  it('is only made for servers on this machine', () => {
    for (const baseUrl of ['https://api.example.org/v1', 'http://127.0.0.1.example.org/v1', 'http://10.0.0.1/v1'])
      expect(() => createLocalEmbedder('ollama/small', { baseUrls: { ollama: baseUrl } })).toThrow(/on this machine/);
    expect(() => createLocalEmbedder('openai/text-embedding-3-small', { baseUrls: {} })).toThrow(/on this machine/);
    expect(() => createLocalEmbedder('small', { baseUrls: {} })).toThrow(/on this machine/);
  });
});
