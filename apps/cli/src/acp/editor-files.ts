// Files as the editor has them: its unsaved text is read, and what changed is shown in it at once.
import { type AgentContext, type ClientCapabilities, methods } from '@agentclientprotocol/sdk';
import type { EditorFiles } from '@monkey-coder/engine';

/** How long an editor may take with one file, in milliseconds; then the disk counts. */
const longestMs = 3000;

/** The files of an editor, as far as it offers them; undefined where it offers none. */
export function editorFiles(
  client: AgentContext,
  sessionId: string,
  { fs }: ClientCapabilities,
): EditorFiles | undefined {
  if (fs?.readTextFile !== true) return undefined;
  const read = async (path: string): Promise<string | undefined> =>
    (await inTime(client.request(methods.client.fs.readTextFile, { sessionId, path })))?.content;
  if (fs.writeTextFile !== true) return { read };
  return {
    read,
    write: async (path, content) => {
      await inTime(client.request(methods.client.fs.writeTextFile, { sessionId, path, content }));
    },
  };
}

/** Undefined when the editor fails, or says nothing: it may not know the file. */
async function inTime<T>(asked: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), longestMs);
  });
  try {
    return await Promise.race([asked.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
