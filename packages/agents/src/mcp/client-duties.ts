// What a client owes its server: the roots, an answer to questions for the person, an ear for changed lists. Sampling is refused.
import { pathToFileURL } from 'node:url';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  ElicitRequestSchema,
  ListRootsRequestSchema,
  PromptListChangedNotificationSchema,
  ResourceListChangedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { oneLine } from './call-result.ts';
import type { ElicitationAnswer, McpParts } from './mcp-client.ts';

/** What this client says that it can do. */
export const clientCapabilities = { roots: {}, elicitation: { form: { applyDefaults: true }, url: {} } } as const;

/** Questions one connection may put to a person; more are declined, so that nobody is worn down. */
const maxQuestions = 10;

interface Duties extends Pick<McpParts, 'root' | 'elicit'> {
  readonly onChange: () => void;
}

/** Registers the handlers. Requests of other kinds, sampling among them, are answered with "method not found". */
export function answerServerQuestions(client: Client, server: string, { root, elicit, onChange }: Duties): void {
  client.setRequestHandler(ListRootsRequestSchema, async () => ({
    roots: [{ uri: pathToFileURL(root).href, name: 'workspace' }],
  }));
  let asked = 0;
  let isAsking = false;
  client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => {
    asked += 1;
    if (isAsking || asked > maxQuestions) return { action: 'decline' as const };
    isAsking = true;
    try {
      const message = oneLine(params.message, 2000);
      if (params.mode === 'url')
        return await openAddress(params.url, (url) => elicit({ server, message, url }, signal));
      const form = params.requestedSchema as unknown as Record<string, unknown>;
      const answer = await elicit({ server, message, form }, signal);
      return answer.action === 'accept' ? { action: 'accept' as const, content: { ...answer.content } } : answer;
    } finally {
      isAsking = false;
    }
  });
  for (const schema of [
    ToolListChangedNotificationSchema,
    ResourceListChangedNotificationSchema,
    PromptListChangedNotificationSchema,
  ]) {
    client.setNotificationHandler(schema, () => onChange());
  }
}

async function openAddress(url: string, ask: (url: string) => Promise<ElicitationAnswer>) {
  const isWeb = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  return isWeb ? { action: (await ask(new URL(url).href)).action } : { action: 'decline' as const };
}
