// The tools of `monkey mcp-server`: what each takes, and what it does within the server's bounds.
import { jsonSchemaOf } from '@monkey-coder/agents';
import { describeIssues, permissionModeSchema } from '@monkey-coder/protocol';
import { type CodeIntelligence, createWorkspace } from '@monkey-coder/workspace';
import * as z from 'zod/mini';
import { runTask } from './run-task.ts';
import { engineFor, folderOf, type ServerSetting } from './server-setting.ts';
import type { ServerTool, ToolAnswer, ToolCall } from './server-tool.ts';

const positive = z.number().check(z.positive());
const cwd = z.optional(z.string());
const limit = z.optional(z.number().check(z.int(), z.gte(1), z.lte(200)));
const maxDiffChars = 60_000;

function tool<Schema extends z.ZodMiniType>(
  name: string,
  description: string,
  { schema, reads }: { readonly schema: Schema; readonly reads: boolean },
  call: (setting: ServerSetting, args: z.infer<Schema>, call: ToolCall) => Promise<ToolAnswer>,
): ServerTool {
  return {
    name,
    description,
    inputSchema: jsonSchemaOf(schema),
    annotations: { readOnlyHint: reads, destructiveHint: false, openWorldHint: !reads },
    async call(setting, args, given) {
      const parsed = z.safeParse(schema, args ?? {});
      if (!parsed.success) return { text: `wrong arguments: ${describeIssues(parsed.error)}`, isError: true };
      return call(setting, parsed.data, given);
    },
  };
}

/** All of them, in the order they are listed. */
export const serverTools: readonly ServerTool[] = [
  tool(
    'run_task',
    'Let Monkey Coder do a coding task in the folder: it plans, edits, runs commands and checks, and reports with evidence. Everything it changes can be undone with the undo tool. Limits can be made tighter, never wider, than the server has.',
    {
      schema: z.object({
        task: z.string().check(z.minLength(1)),
        cwd,
        mode: z.optional(permissionModeSchema),
        maxBudgetUsd: z.optional(positive),
        maxTurns: z.optional(positive.check(z.int())),
        maxMinutes: z.optional(positive),
        session: z.optional(z.string()),
      }),
      reads: false,
    },
    runTask,
  ),
  tool(
    'search_code',
    'Find pieces of code related to words, best first (path:lines name), without a model.',
    { schema: z.object({ query: z.string().check(z.minLength(1)), cwd, limit }), reads: true },
    async (setting, { query, cwd: folder, limit: wanted }, { signal }) => {
      const found = await withCode(setting, folder, signal, async (code) =>
        code.rank(query, { limit: wanted ?? 20, signal }),
      );
      const lines = found.map(({ path, firstLine, lastLine, name }) =>
        `${path}:${firstLine}-${lastLine} ${name}`.trimEnd(),
      );
      return { text: lines.join('\n') || 'nothing found' };
    },
  ),
  tool(
    'map',
    'Show the definitions of the folder that matter most, for a task if one is given.',
    {
      schema: z.object({
        task: z.optional(z.string()),
        cwd,
        tokens: z.optional(positive.check(z.int(), z.lte(20_000))),
      }),
      reads: true,
    },
    async (setting, { task, cwd: folder, tokens }, { signal }) => {
      const made = await withCode(setting, folder, signal, async (code) =>
        code.map({ text: task ?? '', focus: [], maxTokens: tokens ?? 2000 }),
      );
      return { text: made.text || 'no definitions found' };
    },
  ),
  tool(
    'sessions',
    'List the sessions of the folder, the newest first.',
    { schema: z.object({ cwd, limit }), reads: true },
    async (setting, { cwd: folder, limit: wanted }) => {
      const root = folderOf(setting, folder);
      const all = engineFor(setting, root)
        .sessions.list({ cwd: root })
        .slice(0, wanted ?? 20);
      const lines = all.map(({ id, status, title }) => `${id} ${status} ${title}`);
      return { text: lines.join('\n') || 'no sessions yet', data: { sessions: all } };
    },
  ),
  tool(
    'undo',
    'Take back what the last run changed in the folder, keeping what was changed since. preview: only show it.',
    { schema: z.object({ cwd, preview: z.optional(z.boolean()) }), reads: false },
    async (setting, { cwd: folder, preview = false }) => {
      const root = folderOf(setting, folder);
      const report = await engineFor(setting, root).undo(root, { kind: 'last-run' }, { preview });
      const paths = report.changes.map(({ path }) => path);
      const kept =
        report.kept.length === 0
          ? ''
          : `; kept because it changed since: ${report.kept.map(({ path }) => path).join(', ')}`;
      const head =
        paths.length === 0 ? 'nothing to undo' : `${preview ? 'would take back' : 'taken back'}: ${paths.join(', ')}`;
      return {
        text: `${head}${kept}${preview ? `\n${report.diff.slice(0, maxDiffChars)}` : ''}`,
        data: { changes: report.changes, kept: report.kept },
      };
    },
  ),
];

async function withCode<T>(
  setting: ServerSetting,
  folder: string | undefined,
  signal: AbortSignal,
  use: (code: CodeIntelligence) => Promise<T>,
): Promise<T> {
  const { environment, now, newId, homes } = setting.world;
  const workspace = createWorkspace({
    root: folderOf(setting, folder),
    addedFolders: [],
    stateFolder: homes.state,
    protectedFolders: [homes.config],
    environment,
    now,
    newId,
  });
  try {
    const code = await workspace.code();
    await code.ready({ signal });
    return await use(code);
  } finally {
    await workspace.close();
  }
}
