// An editor drives the real binary, by the protocol's own client library.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import {
  type ClientCapabilities,
  type ClientContext,
  client,
  type McpServer,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  type PromptRequest,
  type RequestPermissionRequest,
  type SessionUpdate,
} from '@agentclientprotocol/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { monkeyPath, repositoryRoot } from './support/monkey.ts';
import { calls, createStage, type Stage, says, useFailingProject } from './support/stage.ts';

interface Editor {
  readonly agent: ClientContext;
  readonly updates: SessionUpdate[];
  readonly asked: RequestPermissionRequest[];
  /** Unsaved texts by absolute path; what is written goes to the disk. */
  readonly buffers: Map<string, string>;
  /** Paths that were written through the editor. */
  readonly saved: string[];
  readonly exitCode: Promise<number | null>;
  readonly stderr: () => string;
  /** Resolves when an update of that kind came. */
  seen(kind: SessionUpdate['sessionUpdate'], test?: (update: SessionUpdate) => boolean): Promise<void>;
  /** What the person does while a question is open. */
  whileAsked(act: () => void): void;
  hangUp(): void;
}

const open: Editor[] = [];
afterEach(async () => {
  for (const editor of open.splice(0)) {
    editor.hangUp();
    await editor.exitCode;
  }
});

/** Answers permission questions with the named option; `never` leaves them open. */
function openEditor(stage: Stage, answer = 'once', args: readonly string[] = []): Editor {
  const child = spawn(process.execPath, [monkeyPath, 'acp', ...args], { cwd: stage.project, env: stage.env });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exitCode = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const updates: SessionUpdate[] = [];
  const asked: RequestPermissionRequest[] = [];
  const buffers = new Map<string, string>();
  const saved: string[] = [];
  const waiting = new Set<() => void>();
  let meanwhile: (() => void) | undefined;
  const app = client({ name: 'test editor' })
    .onNotification(methods.client.session.update, ({ params }) => {
      updates.push(params.update);
      for (const look of waiting) look();
    })
    .onRequest(methods.client.fs.readTextFile, ({ params: { path } }) => ({
      content: buffers.get(path) ?? readFileSync(path, 'utf8'),
    }))
    .onRequest(methods.client.fs.writeTextFile, ({ params: { path, content } }) => {
      buffers.delete(path);
      writeFileSync(path, content);
      saved.push(path);
      return {};
    })
    .onRequest(methods.client.session.requestPermission, async ({ params, signal }) => {
      asked.push(params);
      meanwhile?.();
      if (answer === 'never') await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { outcome: { outcome: 'selected', optionId: answer } };
    });
  const input = Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>;
  const connection = app.connect(ndJsonStream(Writable.toWeb(child.stdin) as WritableStream<Uint8Array>, input));
  const editor: Editor = {
    agent: connection.agent,
    updates,
    asked,
    buffers,
    saved,
    exitCode,
    stderr: () => stderr,
    whileAsked: (act) => {
      meanwhile = act;
    },
    seen: (kind, test = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          if (!updates.some((update) => update.sessionUpdate === kind && test(update))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    hangUp: () => child.stdin.end(),
  };
  open.push(editor);
  return editor;
}

const { agent: asks } = methods;

async function begin({ agent }: Editor, stage: Stage, clientCapabilities: ClientCapabilities = {}): Promise<string> {
  await agent.request(asks.initialize, { protocolVersion: PROTOCOL_VERSION, clientCapabilities });
  return (await agent.request(asks.session.new, { cwd: stage.project, mcpServers: [] })).sessionId;
}

const textOf = (updates: readonly SessionUpdate[], kind: SessionUpdate['sessionUpdate']) =>
  updates
    .map((update) =>
      update.sessionUpdate === kind && 'content' in update && update.content && 'text' in update.content
        ? update.content.text
        : '',
    )
    .join('');

const say = (sessionId: string, text: string): PromptRequest => ({ sessionId, prompt: [{ type: 'text', text }] });
const fixes = [
  calls('read', { path: 'src/sum.js' }),
  calls('edit', { path: 'src/sum.js', old_string: 'a - b', new_string: 'a + b' }, 'I see: it subtracts.'),
  says('Fixed.'),
];

describe('an editor', () => {
  it('shows its unsaved text, saves it before it is changed, and gets the change; undo holds', async () => {
    const stage = createStage();
    stage.write('a.txt', 'saved\n');
    const server = await stage.serve([
      calls('read', { path: 'a.txt' }),
      calls('edit', { path: 'a.txt', old_string: 'typed', new_string: 'changed' }),
      says('Done.'),
    ]);
    const editor = openEditor(stage, 'once', ['-m', 'openai/scripted']);
    const sessionId = await begin(editor, stage, { fs: { readTextFile: true, writeTextFile: true } });
    const path = join(stage.project, 'a.txt');
    editor.buffers.set(path, 'saved\nand typed\n');
    await editor.agent.request(asks.session.prompt, say(sessionId, 'change what I typed'));
    expect(JSON.stringify(server.log[1]?.request)).toContain('and typed');
    expect(stage.read('a.txt')).toBe('saved\nand changed\n');
    expect(editor.saved).toEqual([path, path]);
    expect(JSON.stringify(server.log.at(-1)?.request)).not.toContain('changed outside');
    editor.hangUp();
    await editor.exitCode;
    await stage.run(['undo']);
    expect(stage.read('a.txt')).toBe('saved\nand typed\n');
  });

  it('loses nothing that is typed while a change is asked about', async () => {
    const stage = createStage();
    stage.write('a.txt', 'saved\n');
    const server = await stage.serve([
      calls('read', { path: 'a.txt' }),
      calls('edit', { path: 'a.txt', old_string: 'saved', new_string: 'changed' }),
      says('Done.'),
    ]);
    const editor = openEditor(stage, 'once', ['-m', 'openai/scripted']);
    const sessionId = await begin(editor, stage, { fs: { readTextFile: true, writeTextFile: true } });
    const path = join(stage.project, 'a.txt');
    editor.whileAsked(() => editor.buffers.set(path, 'saved\nhours of work\n'));
    await editor.agent.request(asks.session.prompt, say(sessionId, 'change it'));
    expect(stage.read('a.txt')).toContain('hours of work');
    expect(JSON.stringify(server.log.at(-1)?.request)).toContain('has changed since');
  });

  it('is told how full the window is and what the session cost, also after it is resumed', async () => {
    const stage = createStage();
    stage.settings({ prices: { 'openai/gpt-5': { input: 1, output: 10 } } });
    const turn = { reply: { text: 'Yes.', usage: { input: 1000, output: 100 } } };
    await stage.serve([turn, turn], { mode: 'sequence' });
    const usages = ({ updates }: Editor) =>
      updates.flatMap((update) => (update.sessionUpdate === 'usage_update' ? [update] : []));
    const first = openEditor(stage, 'once', ['-m', 'openai/gpt-5']);
    const sessionId = await begin(first, stage);
    await first.agent.request(asks.session.prompt, say(sessionId, 'is it so?'));
    expect(usages(first)).toMatchObject([{ used: 1100, cost: { amount: 0.002, currency: 'USD' } }]);
    expect(usages(first)[0]?.size).toBeGreaterThan(1100);
    first.hangUp();
    await first.exitCode;
    const second = openEditor(stage, 'once', ['-m', 'openai/gpt-5']);
    await second.agent.request(asks.initialize, { protocolVersion: PROTOCOL_VERSION, clientCapabilities: {} });
    await second.agent.request(asks.session.resume, { sessionId, cwd: stage.project });
    await second.agent.request(asks.session.prompt, say(sessionId, 'and now?'));
    expect(usages(second)).toMatchObject([{ used: 1100, cost: { amount: 0.004 } }]);
  });

  it('is asked whether a plan is carried out, and the same run does it', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const [look, edit, end] = fixes;
    await stage.serve(
      [look, says('1. Turn the sign.'), edit, end].flatMap((turn) => turn ?? []),
      { mode: 'sequence' },
    );
    const editor = openEditor(stage, 'acceptEdits', ['-m', 'openai/scripted', '--permission-mode', 'plan']);
    const sessionId = await begin(editor, stage);
    await editor.agent.request(asks.session.prompt, say(sessionId, 'plan how to fix the sum'));
    expect(editor.asked.map(({ toolCall }) => toolCall.title)[0]).toBe('Carry out the plan?');
    expect(stage.read('src/sum.js')).toContain('a + b');
    await editor.seen('current_mode_update');
  });

  it('deletes a session whose run is at work: it is stopped first, and stays away', async () => {
    const stage = createStage();
    await stage.serve([{ delayMs: 5000, reply: { text: 'late' } }]);
    const editor = openEditor(stage, 'once', ['-m', 'openai/scripted']);
    const sessionId = await begin(editor, stage);
    const prompted = editor.agent.request(asks.session.prompt, say(sessionId, 'take your time'));
    await expect.poll(() => stage.sessionLogs()).toContain('run.started');
    await editor.agent.request(asks.session.delete, { sessionId });
    expect(await prompted).toMatchObject({ stopReason: 'cancelled' });
    expect(stage.sessionLogs()).not.toContain(sessionId);
    expect((await editor.agent.request(asks.session.list, {})).sessions).toEqual([]);
  });

  it('begins, prompts, is asked with the change before its eyes, and is told the verified end', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve(fixes);
    stage.settings({ model: 'openai/scripted' });
    const editor = openEditor(stage);
    const started = await editor.agent.request(asks.initialize, { protocolVersion: PROTOCOL_VERSION });
    expect(started).toMatchObject({
      protocolVersion: 1,
      agentInfo: { name: 'monkey-coder' },
      agentCapabilities: { loadSession: true, promptCapabilities: { embeddedContext: true, image: false } },
    });
    const session = await editor.agent.request(asks.session.new, { cwd: stage.project, mcpServers: [] });
    expect(session.modes?.currentModeId).toBe('default');
    expect(session.modes?.availableModes.map(({ id }) => id)).not.toContain('bypassPermissions');
    const ended = await editor.agent.request(asks.session.prompt, say(session.sessionId, 'make the tests pass'));
    expect(ended.stopReason).toBe('end_turn');
    expect(ended._meta?.['monkey']).toMatchObject({ status: 'verified', changes: [{ path: 'src/sum.js' }] });
    expect(stage.read('src/sum.js')).toContain('a + b');
    const question = editor.asked[0];
    expect(question?.options.map(({ kind }) => kind)).toEqual(['allow_once', 'allow_always', 'reject_once']);
    expect(question?.toolCall.content).toContainEqual({
      type: 'diff',
      path: `${stage.project}/src/sum.js`,
      oldText: 'a - b',
      newText: 'a + b',
    });
    const edits = editor.updates.filter(
      (update) => 'toolCallId' in update && update.toolCallId === question?.toolCall.toolCallId,
    );
    expect(edits.map((update) => 'status' in update && update.status)).toEqual(['pending', 'in_progress', 'completed']);
    const words = textOf(editor.updates, 'agent_message_chunk');
    expect(words).toContain('I see: it subtracts.');
    expect(words).toContain('Fixed.');
    expect(words).toContain('**verified**');
    expect(editor.stderr()).toBe('');
  });

  it('says no: nothing is written, and the model is told', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve(fixes);
    stage.settings({ model: 'openai/scripted' });
    const editor = openEditor(stage, 'no');
    const sessionId = await begin(editor, stage);
    const ended = await editor.agent.request(asks.session.prompt, say(sessionId, 'make the tests pass'));
    expect(ended._meta?.['monkey']).not.toMatchObject({ status: 'verified' });
    expect(stage.read('src/sum.js')).toContain('a - b');
  });

  it('changes the mode and the model of a session', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve(fixes);
    stage.settings({ model: 'openai/scripted' });
    const editor = openEditor(stage, 'never');
    const sessionId = await begin(editor, stage);
    await editor.agent.request(asks.session.setMode, { sessionId, modeId: 'acceptEdits' });
    await expect(
      editor.agent.request(asks.session.setMode, { sessionId, modeId: 'bypassPermissions' }),
    ).rejects.toMatchObject({ code: -32602 });
    await expect(
      editor.agent.request(asks.session.setConfigOption, { sessionId, configId: 'model', value: 'openai/none' }),
    ).rejects.toMatchObject({ code: -32602 });
    const ended = await editor.agent.request(asks.session.prompt, say(sessionId, 'make the tests pass'));
    expect(ended._meta?.['monkey']).toMatchObject({ status: 'verified' });
    expect(editor.asked).toEqual([]);
  });

  it('cancels while it is asked: the turn ends as cancelled, and the session goes on', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([...fixes.slice(0, 2), says('Stopped.')]);
    stage.settings({ model: 'openai/scripted' });
    const editor = openEditor(stage, 'never');
    const sessionId = await begin(editor, stage);
    const turn = editor.agent.request(asks.session.prompt, say(sessionId, 'make the tests pass'));
    await editor.seen('tool_call', (update) => 'status' in update && update.status === 'pending');
    await editor.agent.notify(asks.session.cancel, { sessionId });
    expect((await turn).stopReason).toBe('cancelled');
    expect(stage.read('src/sum.js')).toContain('a - b');
    const next = await editor.agent.request(asks.session.prompt, say(sessionId, 'what happened?'));
    expect(next.stopReason).toBe('end_turn');
  });

  it('lists, loads with its history, goes on, and deletes sessions, also in a new process', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([...fixes, says('It adds now.')]);
    stage.settings({ model: 'openai/scripted' });
    const first = openEditor(stage);
    const sessionId = await begin(first, stage);
    await first.agent.request(asks.session.prompt, say(sessionId, 'make the tests pass'));
    first.hangUp();
    expect(await first.exitCode).toBe(0);

    const editor = openEditor(stage);
    await editor.agent.request(asks.initialize, { protocolVersion: PROTOCOL_VERSION });
    const { sessions } = await editor.agent.request(asks.session.list, { cwd: stage.project });
    expect(sessions).toMatchObject([{ sessionId, cwd: stage.project }]);
    await editor.agent.request(asks.session.load, { sessionId, cwd: stage.project, mcpServers: [] });
    expect(textOf(editor.updates, 'user_message_chunk')).toContain('make the tests pass');
    expect(textOf(editor.updates, 'agent_message_chunk')).toContain('Fixed.');
    expect(editor.updates.filter((update) => update.sessionUpdate === 'tool_call')).toHaveLength(2);
    await editor.agent.request(asks.session.prompt, say(sessionId, 'what does it do?'));
    expect(textOf(editor.updates, 'agent_message_chunk')).toContain('It adds now.');
    await editor.agent.request(asks.session.delete, { sessionId });
    expect((await editor.agent.request(asks.session.list, { cwd: stage.project })).sessions).toEqual([]);
    await expect(
      editor.agent.request(asks.session.load, { sessionId, cwd: stage.project, mcpServers: [] }),
    ).rejects.toMatchObject({ code: -32002 });
  });

  it('is told in the protocol what is wrong: no key, no session, no folder, no text', async () => {
    const stage = createStage();
    const editor = openEditor(stage);
    const sessionId = await begin(editor, stage);
    await expect(editor.agent.request(asks.session.prompt, say(sessionId, 'go'))).rejects.toMatchObject({
      code: -32000,
    });
    await expect(editor.agent.request(asks.session.prompt, say('ses_none', 'go'))).rejects.toMatchObject({
      code: -32002,
    });
    await expect(editor.agent.request(asks.session.prompt, say(sessionId, ' '))).rejects.toMatchObject({
      code: -32602,
    });
    await expect(
      editor.agent.request(asks.session.new, { cwd: `${stage.project}/none`, mcpServers: [] }),
    ).rejects.toMatchObject({ code: -32600 });
  });

  it('is told of custom commands, and calls one', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write(
      '.monkey/commands/mend.md',
      '---\ndescription: mends a file\nargument-hint: FILE\n---\nMake $1 right.\n',
    );
    await stage.serve([says('Looked.')]);
    stage.settings({ model: 'openai/scripted' });
    const editor = openEditor(stage);
    const sessionId = await begin(editor, stage);
    await editor.seen('available_commands_update');
    expect(editor.updates).toContainEqual({
      sessionUpdate: 'available_commands_update',
      availableCommands: [{ name: 'mend', description: 'mends a file', input: { hint: 'FILE' } }],
    });
    await editor.agent.request(asks.session.prompt, say(sessionId, '/mend src/sum.js'));
    expect(stage.sessionLogs()).toContain('Make src/sum.js right.');
  });

  it('hands over an MCP server, whose tool is asked about and used', async () => {
    const stage = createStage();
    const use = calls('use_tool', { name: 'mcp__notes__add', arguments: { a: 40, b: 2 } });
    await stage.serve([use, says('It is 42.')]);
    stage.settings({ model: 'openai/scripted' });
    const editor = openEditor(stage);
    await editor.agent.request(asks.initialize, { protocolVersion: PROTOCOL_VERSION });
    const program = join(repositoryRoot, 'test', 'support', 'mcp-server.mjs');
    const notes: McpServer = { name: 'notes', command: process.execPath, args: [program], env: [] };
    const { sessionId } = await editor.agent.request(asks.session.new, { cwd: stage.project, mcpServers: [notes] });
    await editor.agent.request(asks.session.prompt, say(sessionId, 'what is 40 + 2?'));
    expect(editor.asked[0]?.toolCall.title).toContain('notes');
    expect(stage.sessionLogs()).toContain(String.raw`"status":"ok","output":"<mcp-data server=\"notes\">\n42\n`);
  });

  it('hangs up in the middle: the process ends, and the run can be gone on with', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve(fixes);
    stage.settings({ model: 'openai/scripted' });
    const editor = openEditor(stage, 'never');
    const sessionId = await begin(editor, stage);
    void editor.agent.request(asks.session.prompt, say(sessionId, 'make the tests pass')).catch(() => undefined);
    await editor.seen('tool_call', (update) => 'status' in update && update.status === 'pending');
    editor.hangUp();
    expect(await editor.exitCode).toBe(0);
    const logs = stage.sessionLogs();
    expect(logs).toContain('"status":"interrupted"');
  });
});
