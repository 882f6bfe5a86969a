// What every tool must hold, as checks a test runner can name: declared small, pure intent, no effect in `prepare`, failures as results.
import assert from 'node:assert/strict';
import type { Workspace } from '@monkey-coder/workspace';
import { jsonSchemaOf } from '../tools/json-schema.ts';
import { parseArguments } from '../tools/parse-arguments.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';

/** One rule; `check` throws when it is broken. */
export interface ConformanceCase {
  readonly name: string;
  readonly check: () => Promise<void>;
}

/** A tool with arguments it must take and arguments that must come to a failed result. */
export interface ToolSubject {
  readonly tool: Tool;
  readonly valid: unknown;
  /** Fit the schema, but cannot work (a missing file, an ambiguous edit). */
  readonly failing?: unknown;
  readonly openWorkspace: () => Promise<Workspace>;
}

/** The rules for one tool. */
export function toolConformance(subject: ToolSubject): ConformanceCase[] {
  const { tool, valid } = subject;
  const parsed = (): unknown => {
    const result = parseArguments(tool, JSON.stringify(valid));
    assert.equal(result.kind, 'valid');
    return result.kind === 'valid' ? result.value : undefined;
  };
  return [
    {
      name: 'is declared in at most 500 characters, the same each time',
      check: async () => {
        const declared = JSON.stringify([tool.name, tool.description, jsonSchemaOf(tool.parameters)]);
        assert.ok(declared.length <= 500, `${declared.length} characters`);
        assert.equal(declared, JSON.stringify([tool.name, tool.description, jsonSchemaOf(tool.parameters)]));
      },
    },
    {
      name: 'says what is wrong with arguments',
      check: async () => {
        for (const text of ['{', '[]', '"x"', '{"path":7,"command":7,"pattern":7,"items":7,"glob":7}']) {
          const result = parseArguments(tool, text);
          assert.equal(result.kind, 'invalid', text);
          assert.match(result.kind === 'invalid' ? result.message : '', /Expected: \{/);
        }
      },
    },
    {
      name: 'has a pure one-line intent',
      check: async () => {
        const first = tool.intent(parsed());
        assert.deepEqual(tool.intent(parsed()), first);
        assert.ok(first.title.length > 0 && !first.title.includes('\n'));
      },
    },
    {
      name: 'changes nothing before it runs',
      check: () => withWorkspace(subject, (workspace) => prepareIsPure(subject, parsed(), workspace)),
    },
    {
      name: 'turns failure into a result',
      check: () => withWorkspace(subject, (workspace) => failsAsResult(subject, workspace)),
    },
  ];
}

async function withWorkspace(subject: ToolSubject, work: (workspace: Workspace) => Promise<void>): Promise<void> {
  const workspace = await subject.openWorkspace();
  try {
    await work(workspace);
  } finally {
    await workspace.close();
  }
}

async function prepareIsPure({ tool }: ToolSubject, args: unknown, workspace: Workspace): Promise<void> {
  const before = await workspace.snapshots.treeHash();
  const prepared = await tool.prepare(args, testContext(workspace));
  assert.equal(await workspace.snapshots.treeHash(), before);
  assert.ok('run' in prepared, 'the valid arguments must come to a prepared call');
  const result = await prepared.run();
  assert.equal(result.status, 'ok', result.output);
  if (prepared.effect.kind === 'none') assert.equal(await workspace.snapshots.treeHash(), before);
}

async function failsAsResult({ tool, failing }: ToolSubject, workspace: Workspace): Promise<void> {
  if (failing === undefined) return;
  const parsed = parseArguments(tool, JSON.stringify(failing));
  assert.equal(parsed.kind, 'valid');
  const prepared = await tool.prepare(parsed.kind === 'valid' ? parsed.value : undefined, testContext(workspace));
  const result = 'run' in prepared ? await prepared.run() : prepared;
  assert.equal(result.status, 'failed');
  assert.ok(result.output.length > 0);
}

/** A context for calling a tool without a loop. */
export function testContext(workspace: Workspace, overrides: Partial<ToolContext> = {}): ToolContext {
  return {
    workspace,
    callId: 'call_test',
    seen: new Map(),
    isHidden: () => false,
    signal: new AbortController().signal,
    onOutput: () => undefined,
    limits: { commandTimeoutMs: 20_000, outputChars: 30_000 },
    diagnostics: 'syntax',
    network: false,
    sandbox: 'preferred',
    grantedRules: [],
    setTodos: () => undefined,
    ...overrides,
  };
}
