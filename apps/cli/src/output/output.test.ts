// What each output format makes of the same events.
import type { Event, EventBody, Outcome } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { createStyle, printable, wantsColor } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { blockOf } from './blocks.ts';
import { createHumanOutput } from './human.ts';
import type { OutputListener, OutputStreams } from './listener.ts';
import { createJsonOutput, createPrintOutput } from './quiet.ts';
import { createStreamJsonOutput } from './stream-json.ts';
import { summary } from './summary.ts';

const usage = {
  inputTokens: 1000,
  outputTokens: 50,
  cachedInputTokens: 250,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};
const outcome: Outcome = {
  status: 'verified',
  reason: 'npm test passed',
  text: 'Fixed.',
  receipts: [],
  changes: [{ path: 'a\u001b.js', kind: 'modified', added: 2, removed: 1 }],
  turns: 2,
  usage,
  costMicroUsd: 12_500,
  durationMs: 1234,
  denials: [],
};
const report = { sessionId: 'ses_1', runId: 'run_1', outcome };
const plain = createStyle(false);

function capture(): { readonly streams: OutputStreams; out(): string; err(): string } {
  let out = '';
  let err = '';
  const streams: OutputStreams = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    outIsTerminal: true,
  };
  return { streams, out: () => out, err: () => err };
}

function event(body: EventBody, seq = 1): Event {
  return { seq, time: 0, sessionId: 'ses_1', runId: 'run_1', ...body };
}

function human(streams: OutputStreams, verbose: boolean): OutputListener {
  return createHumanOutput({ streams, style: plain, version: '1.0.0', verbose });
}

const delta = (text: string): Event => event({ type: 'text.delta', callId: 'c', text });
const todo = event({ type: 'todo.updated', items: [{ text: 'one', status: 'done' }] });

describe('a take-over', () => {
  const taken = {
    type: 'route.escalated',
    from: 'a/x',
    to: 'b/y',
    verdict: 'rejected',
    reason: 'npm test failed',
  } as const;
  const options = { style: plain, version: '1.0.0', verbose: false };

  it('says what is expected of the rest, where that is known', () => {
    const forecast = {
      success: { mean: 0.6, low: 0.4, high: 0.8 },
      costMicroUsd: { mean: 3e5, low: 2e5, high: 4e5 },
      durationMs: { mean: 3e4, low: 2e4, high: 4e4 },
    };
    expect(blockOf(event(taken), options)).toBe('↑ b/y takes over from a/x: npm test failed');
    expect(blockOf(event({ ...taken, forecast }), options)).toMatch(/\nexpected of the rest: .*60 %/);
  });
});

describe('the output for people', () => {
  it('joins streamed text, and keeps blocks and text on lines of their own', () => {
    const { streams, out } = capture();
    const output = human(streams, false);
    for (const one of [delta('Hel'), delta('lo'), todo, delta('again')]) output.onEvent(one);
    expect(out()).toBe('\nHello\n\n  ☑ one\n\nagain');
  });

  it('shows reasoning and info notices only when verbose, warnings always', () => {
    const events = [
      event({ type: 'reasoning.delta', callId: 'c', text: 'hm' }),
      event({ type: 'notice', level: 'info', code: 'x', text: 'by the way' }),
      event({ type: 'notice', level: 'warning', code: 'x', text: 'careful' }),
    ];
    const quiet = capture();
    const loud = capture();
    for (const one of events) {
      human(quiet.streams, false).onEvent(one);
      human(loud.streams, true).onEvent(one);
    }
    expect(quiet.out()).toBe('! careful\n');
    expect(loud.out()).toContain('hm');
    expect(loud.out()).toContain('by the way');
  });

  it('shows what a command printed last, and how it ended', () => {
    const { streams, out } = capture();
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`).join('\n');
    human(streams, false).onEvent(
      event({ type: 'tool.ended', callId: 'c', name: 'bash', status: 'ok', output: lines, exitCode: 2, durationMs: 1 }),
    );
    expect(out()).toContain('exit 2');
    expect(out()).toContain('… 28 lines before');
    expect(out()).toContain('line 40');
    expect(out()).not.toContain('line 28\n');
  });

  it('obeys no control characters of models, files or commands', () => {
    const { streams, out } = capture();
    const output = human(streams, true);
    output.onEvent(delta('\u001b[2J'));
    output.onEvent(
      event({
        type: 'tool.ended',
        callId: 'c',
        name: 'bash',
        status: 'ok',
        output: '\u0007\u009b1m',
        exitCode: 0,
        durationMs: 1,
      }),
    );
    output.onEvent(
      event({
        type: 'permission.decided',
        callId: 'c',
        tool: 'bash',
        what: 'run \u202etxt.exe',
        decision: 'denied',
        by: 'guard',
        reason: '/x/\u001b[2J is outside of the workspace',
      }),
    );
    output.onReport(report, 0);
    output.onFailure({ code: 'x', message: '\u001b]0;x', advice: 'do \u001b[1m', exitCode: 1 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(out()).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});

describe('the summary', () => {
  it('says status, changes, price with cap and cache, undo and how to go on', () => {
    expect(summary(report, 5_000_000, plain).split('\n')).toEqual([
      '',
      '✓ verified: npm test passed',
      '  modified a\\x1b.js  +2 -1',
      '  cost     $0.0125 of at most $5.00 · 2 calls · 1000 tokens in (25 % cached), 50 out · 1.2 s',
      '  undo     monkey undo',
      '  go on    monkey --resume ses_1',
    ]);
  });

  it('offers no undo where nothing changed, and no price where none is known', () => {
    const text = summary({ ...report, outcome: { ...outcome, changes: [], costMicroUsd: null } }, null, plain);
    expect(text).not.toContain('undo');
    expect(text).toContain('unknown price');
  });

  it('says how what nobody was there to allow may be allowed', () => {
    const denial = { tool: 'bash', what: 'run make test', reason: 'no rule allows it', by: 'headless' };
    const denied = (denials: (typeof denial)[]): string =>
      summary({ ...report, outcome: { ...outcome, denials } }, null, plain);
    expect(denied([denial, denial])).toMatch(/ {2}denied {3}2 calls that .*auto .*"Bash\(make:\*\)"/);
    const second = { ...denial, what: 'run cd a && go vet', reason: '`go vet` is a command and no rule allows it' };
    expect(denied([second])).toContain('"Bash(go:*)"');
    expect(denied([{ ...denial, tool: 'edit', what: 'edit a.js' }])).toMatch(/1 call that .*acceptEdits/);
    expect(denied([{ ...denial, by: 'person' }])).not.toContain('denied');
  });
});

describe('a call that could not be read', () => {
  const ended = {
    type: 'tool.ended',
    callId: 'c',
    name: 'edit',
    status: 'failed',
    output: 'Invalid arguments for edit: path: expected string. Expected: {"type":"object","properties":{}}',
    durationMs: 1,
  } as const;

  it('is named, and the schema is left to the model', () => {
    expect(blockOf(event(ended), { style: plain, version: '1', verbose: false })).toBe(
      '  edit failed\n    Invalid arguments for edit: path: expected string.',
    );
  });
});

describe('the quiet formats', () => {
  it('prints the answer alone, and the status beside it', () => {
    const { streams, out, err } = capture();
    const output = createPrintOutput(streams);
    output.onEvent(delta('Fix'));
    output.onReport(report, 0);
    expect(out()).toBe('Fixed.\n');
    expect(err()).toBe('monkey: verified: npm test passed\n');
  });

  it('tells how to go on after what was no success', () => {
    const { streams, err } = capture();
    createPrintOutput(streams).onReport({ ...report, outcome: { ...outcome, status: 'limit', reason: 'too long' } }, 5);
    expect(err()).toBe('monkey: limit: too long (monkey --resume ses_1)\n');
  });

  it('prints control characters to a file as they are, to a terminal made harmless', () => {
    const screen = capture();
    const colored = { ...report, outcome: { ...outcome, text: '\u001b[1mx' } };
    createPrintOutput(screen.streams).onReport(colored, 0);
    const file = capture();
    createPrintOutput({ ...file.streams, outIsTerminal: false }).onReport(colored, 0);
    expect(screen.out()).toBe('\\x1b[1mx\n');
    expect(file.out()).toBe('\u001b[1mx\n');
  });

  it('prints one JSON object, of runs and of failures', () => {
    const { streams, out } = capture();
    createJsonOutput(streams).onReport(report, 143);
    createJsonOutput(streams).onFailure({ code: 'usage.invalid', message: 'no', advice: 'yes', exitCode: 2 });
    const [run, failure] = out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(run).toMatchObject({
      exit_code: 143,
      is_error: true,
      total_cost_usd: 0.0125,
      usage: { input_tokens: 1000 },
    });
    expect(failure).toMatchObject({ exit_code: 2, error_code: 'usage.invalid', advice: 'yes' });
  });

  it('gives structured output only where the answer counts', () => {
    const structured = (status: Outcome['status'], text: string): unknown => {
      const { streams, out } = capture();
      createJsonOutput(streams).onReport({ ...report, outcome: { ...outcome, status, text } }, 0);
      return (JSON.parse(out()) as { structured_output?: unknown }).structured_output;
    };
    expect(structured('answered', '```json\n{"a":1}\n```')).toEqual({ a: 1 });
    expect(structured('verification-failed', '{"a":1}')).toBeUndefined();
    expect(structured('answered', 'just words')).toBeUndefined();
  });
});

describe('stream-json', () => {
  const lines = (events: readonly Event[]): Record<string, unknown>[] => {
    const { streams, out } = capture();
    const output = createStreamJsonOutput(streams, '1.0.0');
    for (const one of events) output.onEvent(one);
    output.onReport(report, 0);
    return out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it('makes a partial of a delta, and a message with a tool call of an answer', () => {
    const message = {
      role: 'assistant' as const,
      parts: [
        { type: 'text' as const, text: 'I read.' },
        { type: 'tool-call' as const, id: 'call_1', name: 'read', arguments: '{"path":"a"}' },
        { type: 'tool-call' as const, id: 'call_2', name: 'read', arguments: '{"path":' },
      ],
    };
    const ended = event({
      type: 'model.ended',
      callId: 'c',
      message,
      finishReason: 'tool-calls',
      model: 'm',
      usage,
      costMicroUsd: 1,
      durationMs: 1,
      firstTokenMs: 1,
    });
    const [partial, assistant, own] = lines([delta('I'), ended]);
    expect(partial).toMatchObject({ type: 'stream_event', event: { delta: { type: 'text_delta', text: 'I' } } });
    expect(assistant).toMatchObject({
      type: 'assistant',
      session_id: 'ses_1',
      parent_tool_use_id: null,
      message: {
        stop_reason: 'tool_use',
        usage: { input_tokens: 750, cache_read_input_tokens: 250 },
        content: [
          { type: 'text', text: 'I read.' },
          { type: 'tool_use', id: 'call_1', name: 'read', input: { path: 'a' } },
          { type: 'tool_use', id: 'call_2', input: '{"path":' },
        ],
      },
    });
    expect(own).toMatchObject({ type: 'event', event: { type: 'model.ended' } });
  });

  it('says in the result what each model used, failed calls too, and no cost where one is unknown', () => {
    const call = (callId: string, model: string, costMicroUsd: number | null): Event[] => [
      event({ type: 'model.started', callId, turn: 1, provider: 'p', model, estimatedInputTokens: 1 }),
      event({
        type: 'model.failed',
        callId,
        failure: { code: 'network', message: 'cut', retry: true, failover: true, countsAgainstHealth: true },
        partial: { role: 'assistant', parts: [] },
        usage,
        costMicroUsd,
      }),
    ];
    const events = [
      ...call('1', 'a', 500_000),
      ...call('2', 'a', 250_000),
      ...call('3', 'b', 1),
      ...call('4', 'b', null),
    ];
    expect(lines(events).at(-1)).toMatchObject({
      modelUsage: {
        'p/a': {
          inputTokens: 2000,
          outputTokens: 100,
          cacheReadInputTokens: 500,
          cacheCreationInputTokens: 0,
          costUSD: 0.75,
        },
        'p/b': { costUSD: null },
      },
    });
  });

  it('counts every denial in the result', () => {
    const denied = event({
      type: 'permission.decided',
      callId: 'c',
      tool: 'bash',
      what: 'run rm',
      decision: 'denied',
      by: 'guard',
      reason: 'no',
    });
    expect(lines([denied, denied]).at(-1)).toMatchObject({ type: 'result', permission_denials: [{}, {}] });
  });

  it('begins with an init line even when the run could not start', () => {
    const { streams, out } = capture();
    createStreamJsonOutput(streams, '1.0.0').onFailure({ code: 'x', message: 'no', advice: 'yes', exitCode: 52 });
    const [init, result] = out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(init).toMatchObject({ type: 'system', subtype: 'init', error: 'no' });
    expect(result).toMatchObject({ type: 'result', exit_code: 52 });
  });
});

describe('terminal helpers', () => {
  it.each([
    [{}, true, false, true],
    [{}, false, false, false],
    [{ TERM: 'dumb' }, true, false, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false, false],
    [{ NO_COLOR: '' }, true, false, true],
    [{ FORCE_COLOR: '1' }, false, false, true],
    [{ FORCE_COLOR: '0' }, false, false, false],
    [{ FORCE_COLOR: '1' }, true, true, false],
  ])('colours with %j, terminal %s, --no-color %s: %s', (environment, isTTY, flagOff, wanted) => {
    expect(wantsColor(environment, { isTTY }, flagOff)).toBe(wanted);
  });

  it('keeps tabs and line ends, drops carriage returns, shows the rest', () => {
    expect(printable('a\tb\r\nc\rd\u0000')).toBe('a\tb\ncd\\x00');
  });

  it('aligns columns', () => {
    expect(
      formatTable(
        [
          ['a', '1', 'x'],
          ['bbb', '22', 'y'],
        ],
        [1],
      ),
    ).toBe('a     1  x\nbbb  22  y');
  });
});
