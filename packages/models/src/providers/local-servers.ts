// Finds model servers running on this machine: Ollama, LM Studio, llama.cpp, vLLM.
import { listAt } from './list-models.ts';
import { type LocalServer, providerTable } from './table.ts';

/** How long a server may take to answer, in milliseconds. */
const patienceMs = 300;

/** Asks the usual ports on the loopback address, all at once. Never throws, never leaves this machine. */
export async function findLocalServers(signal: AbortSignal): Promise<LocalServer[]> {
  const asked = providerTable
    .filter((entry) => entry.isLocal)
    .map(async (entry): Promise<LocalServer | undefined> => {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      const list = await listAt(`${entry.baseUrl}${entry.listPath}`, {}, patience);
      if (list.kind === 'failed') return undefined;
      return { provider: entry.id, name: entry.name, baseUrl: entry.baseUrl, models: list.models };
    });
  return (await Promise.all(asked)).filter((server) => server !== undefined);
}
