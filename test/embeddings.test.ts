// Search by meaning with vectors of a server on this machine, through the real binary; without the server by words alone.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createStage } from './support/stage.ts';

/** A model that knows one thing: money and payment mean the same. */
async function serveVectors(): Promise<{ url: string; texts: () => number }> {
  let texts = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const { input } = JSON.parse(body) as { input: string[] };
      texts += input.length;
      const data = input.map((text, index) => ({
        index,
        embedding: /invoice|money/i.test(text) ? [1, 0.1] : [0.1, 1],
      }));
      response.end(JSON.stringify({ data }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, texts: () => texts };
}

it('fuses words and vectors, embeds each piece once, and goes on without the server', async () => {
  const stage = createStage();
  stage.write('a.js', 'export function settleInvoice(order) {\n  return order.total - order.paid;\n}\n');
  stage.write('b.js', 'export function openDoor(house) {\n  return house.door.open();\n}\n');
  const { url, texts } = await serveVectors();
  const embeddings = 'ollama/small';
  stage.settings({ search: { embeddings }, providers: { ollama: { baseUrl: url } } });
  const found = await stage.run(['search', '--ranked', 'where do we get our money', '--json']);
  expect(found.code).toBe(0);
  expect(found.stdout).toContain('settleInvoice');
  expect(found.stdout.indexOf('settleInvoice')).toBeLessThan(
    found.stdout.includes('openDoor') ? found.stdout.indexOf('openDoor') : Number.POSITIVE_INFINITY,
  );
  const once = texts();
  await stage.run(['search', '--ranked', 'where do we get our money']);
  expect(texts()).toBe(once + 1);

  stage.settings({ search: { embeddings }, providers: { ollama: { baseUrl: 'http://127.0.0.1:9/v1' } } });
  const byWords = await stage.run(['search', '--ranked', 'open the door']);
  expect(byWords.code).toBe(0);
  expect(byWords.stdout).toContain('openDoor');
  expect(byWords.stderr).toContain('search goes on by words alone');
});
