// Lets a model write the message of a change; what it writes is taken only when it has the form of one.
import { MonkeyError, microUsd } from '@monkey-coder/protocol';
import type { ChangedFile } from '@monkey-coder/workspace';
import type { CommandContext } from '../configuration/command-context.ts';

const maxDiffChars = 40_000;
const maxTitleChars = 72;

/** A title and a body that is asked for. */
export interface AskedMessage {
  readonly title: string;
  readonly body: string;
}

/** Asks the model of `--model` for a message of these files. Throws MonkeyError when it cannot be asked, or answers with something else. */
export async function messageByModel(
  context: CommandContext,
  what: 'commit' | 'pull request',
  files: readonly ChangedFile[],
): Promise<AskedMessage> {
  const { limits } = context.loaded().settings;
  const diff = files
    .map((file) => file.diff)
    .join('')
    .slice(0, maxDiffChars);
  const prompt = `Write the message of a ${what} for this change: a title of at most ${maxTitleChars} characters in the imperative, an empty line, then why, in a few lines. Answer with the message alone, no fences.\n\n<diff>\n${diff}\n</diff>`;
  const { settings } = context.loaded();
  const report = await context.engine().run(
    {
      prompt,
      cwd: context.cwd(),
      addDirs: [],
      ...(settings.model === undefined ? {} : { model: settings.model }),
      permissionMode: 'plan',
      allowedTools: [],
      disallowedTools: [],
      limits: {
        maxTurns: 3,
        maxDurationMs: 120_000,
        ...(limits.maxBudgetUsd === null ? {} : { maxCostMicroUsd: microUsd(limits.maxBudgetUsd) }),
      },
      checks: [],
    },
    { kind: 'ephemeral' },
    {
      onEvent: () => undefined,
      gate: { available: false, ask: async () => ({ kind: 'denied' as const }) },
      signal: new AbortController().signal,
    },
  );
  const message = readMessage(report.outcome.text);
  if (message !== undefined) return message;
  throw new MonkeyError('model.failed', `the model wrote no ${what} message: ${report.outcome.reason}`, {
    advice: 'Leave --model out: the message is then made from the change itself.',
  });
}

/** The message in an answer; undefined for what has no short title. */
export function readMessage(answer: string): AskedMessage | undefined {
  const text = answer
    .trim()
    .replace(/^```\w*\n([\s\S]*?)\n```$/, '$1')
    .trim();
  const [title = '', ...rest] = text.split('\n');
  const isTitle = title.trim() !== '' && title.length <= maxTitleChars && !/^[#>`-]/.test(title);
  return isTitle ? { title: title.trim(), body: rest.join('\n').trim() } : undefined;
}
