// Small work goes to a model server on this machine where that is wanted and one runs.
import { createServer, type Server } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStage, says } from './support/stage.ts';

/** A server where Ollama would be; undefined where that port is taken. */
async function ollama(): Promise<{ readonly asked: () => number } | undefined> {
  let asked = 0;
  const chunk = (choice: object): string =>
    `data: ${JSON.stringify({ id: 'c', model: 'llama', choices: [{ index: 0, ...choice }] })}\n\n`;
  const server: Server = createServer((request, response) => {
    request.resume();
    if (request.url?.endsWith('/models')) {
      response.end(JSON.stringify({ data: [{ id: 'llama' }] }));
      return;
    }
    asked += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      `${chunk({ delta: { role: 'assistant', content: 'From this machine.' } })}${chunk({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`,
    );
  });
  const isOpen = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(11434, '127.0.0.1', () => resolve(true));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return isOpen ? { asked: () => asked } : undefined;
}

describe('a local server', () => {
  it('gets short questions and nothing else, and only where that is wanted', async (context) => {
    const stage = createStage();
    await stage.serve([says('From the vendor.')]);
    const question = ['-p', 'what is this?'];
    stage.settings({ router: { preferLocal: 'small' } });
    expect((await stage.run(question)).stdout, 'no server runs').toContain('From the vendor.');
    const local = await ollama();
    if (local === undefined) return context.skip('port 11434 is taken: is Ollama running?');
    expect((await stage.run(question)).stdout).toContain('From this machine.');
    await stage.run(['-p', 'add a function that adds']);
    expect(local.asked()).toBe(1);
    stage.settings({});
    expect((await stage.run(question)).stdout).toContain('From the vendor.');
  });

  it('is a stage of chains only where that is wanted', async (context) => {
    const stage = createStage();
    await stage.serve([says('From the vendor.')]);
    const local = await ollama();
    if (local === undefined) return context.skip('port 11434 is taken: is Ollama running?');
    const prices = { 'openai/scripted': { input: 3, output: 15 } };
    const ask = async (router: object) => {
      stage.settings({ checks: ['true'], prices, router });
      return await stage.run(['route', '--json', 'fix the sum']);
    };
    expect((await ask({})).stderr).toContain('nothing to choose');
    const found = JSON.parse((await ask({ preferLocal: 'chain' })).stdout);
    expect(found.models.map((one: { model: string }) => one.model)).toContain('ollama/llama');
    expect(found.chosen.chain[0]).toBe('ollama/llama');
    expect(found.chosen.chain.length).toBe(2);
  });
});
