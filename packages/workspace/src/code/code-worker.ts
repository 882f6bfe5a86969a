// The program of a worker thread that reads files for the index. Bundled as a file of its own by the application.
import { parentPort } from 'node:worker_threads';
import { NameTable } from './name-table.ts';
import { type FileToRead, type ReadFacts, readFileFacts } from './read-file-facts.ts';
import { createCodeParser } from './tree-sitter-parser.ts';

/** What a worker is asked. */
export interface WorkerRequest {
  readonly root: string;
  readonly files: readonly FileToRead[];
}

/** What it answers: names are numbered by this worker, in the order it met them. */
export interface WorkerReply {
  readonly newNames: readonly string[];
  readonly files: readonly (ReadFacts | null)[];
}

const parser = createCodeParser({ expects: 'many files' });
const table = new NameTable();

parentPort?.on('message', async ({ root, files }: WorkerRequest) => {
  const told = table.names.length;
  const found: (ReadFacts | null)[] = [];
  for (const file of files) found.push(await readFileFacts(root, file, { parser, table }));
  const reply: WorkerReply = { newNames: table.names.slice(told), files: found };
  parentPort?.postMessage(reply);
});
