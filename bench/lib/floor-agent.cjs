// The floor: the same four calls on Node built-ins only, without safety, records or undo. What the task costs when nothing else is done.
'use strict';
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const parameters = (names) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  required: names,
});
const declare = (name, names) => ({
  type: 'function',
  function: { name, description: name, parameters: parameters(names) },
});
const tools = [
  declare('read', ['path']),
  declare('edit', ['path', 'old_string', 'new_string']),
  declare('bash', ['command']),
];
const messages = [{ role: 'user', content: process.argv[2] }];
const run = {
  read: ({ path }) => fs.readFileSync(path, 'utf8'),
  edit: ({ path, old_string, new_string }) => {
    fs.writeFileSync(
      path,
      fs.readFileSync(path, 'utf8').replace(old_string, () => new_string),
    );
    return 'ok';
  },
  bash: ({ command }) =>
    new Promise((resolve) => execFile('/bin/sh', ['-c', command], (_error, out, err) => resolve(out + err))),
};

function ask() {
  const body = JSON.stringify({ model: 'scripted', stream: true, messages, tools });
  const message = { role: 'assistant', content: '', tool_calls: [] };
  let rest = '';
  const take = (line) => {
    if (!line.startsWith('data: {')) return;
    const delta = JSON.parse(line.slice(6)).choices[0]?.delta ?? {};
    message.content += delta.content ?? '';
    for (const call of delta.tool_calls ?? []) {
      message.tool_calls[call.index] ??= {
        id: call.id,
        type: 'function',
        function: { name: call.function.name, arguments: '' },
      };
      message.tool_calls[call.index].function.arguments += call.function.arguments ?? '';
    }
  };
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${process.env.OPENAI_BASE_URL}/chat/completions`,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.setEncoding('utf8');
        response.on('data', (text) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop();
          lines.forEach(take);
        });
        response.on('end', () => resolve(message));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

(async () => {
  for (;;) {
    const message = await ask();
    if (message.tool_calls.length === 0) {
      process.stdout.write(`${message.content}\n`);
      break;
    }
    messages.push(message);
    for (const call of message.tool_calls) {
      const content = String(await run[call.function.name](JSON.parse(call.function.arguments)));
      messages.push({ role: 'tool', tool_call_id: call.id, content });
    }
  }
  agent.destroy();
})();
