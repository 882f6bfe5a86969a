// The first request of a run in an empty project, as it goes over the wire: system text, tools and prompt, characters / 4.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { cleanEnvironment } from './measure.mjs';
import { monkeyCli, temporaryFolder } from './task.mjs';

/** Tokens of the first request. */
export async function promptTokens() {
  const body = await firstRequest();
  const system = body.messages.filter((message) => message.role === 'system' || message.role === 'developer');
  const rest = body.messages.filter((message) => !system.includes(message));
  const length = (messages) => messages.reduce((sum, message) => sum + textOf(message.content).length, 0);
  return Math.ceil((length(system) + JSON.stringify(body.tools).length + length(rest)) / 4);
}

function textOf(content) {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

/** Catches the first request with a server that refuses it. */
async function firstRequest() {
  const home = temporaryFolder('prompt');
  const cwd = join(home, 'empty');
  mkdirSync(cwd);
  spawnSync('git', ['init', '-q'], { cwd });
  let caught;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      caught ??= JSON.parse(text);
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end('{"error":{"message":"caught","type":"invalid_request_error"}}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = cleanEnvironment(home, {
    OPENAI_BASE_URL: `http://127.0.0.1:${server.address().port}/v1`,
    OPENAI_API_KEY: 'x',
  });
  const child = spawn(process.execPath, [monkeyCli, '-p', '-m', 'openai/any', 'Say hello.'], {
    cwd,
    env,
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('exit', resolve));
  server.close();
  server.closeAllConnections();
  if (!caught) throw new Error('monkey sent no request');
  return caught;
}
