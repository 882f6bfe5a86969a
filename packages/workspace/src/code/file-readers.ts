// Reads many files for the index: in worker threads where their program was shipped, else here, one file at a time.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { WorkerReply, WorkerRequest } from './code-worker.ts';
import { type NameTable, renumber } from './packed-facts.ts';
import { type FileToRead, type ReadFacts, readFileFacts } from './read-file-facts.ts';
import { createCodeParser } from './tree-sitter-parser.ts';

/** What files are read with. */
export interface FileReading {
  readonly root: string;
  readonly files: readonly FileToRead[];
  /** Numbers all names. */
  readonly table: NameTable;
  /** Called as files come in, in no certain order; null for a file that could not be read. */
  readonly onRead: (path: string, read: ReadFacts | null) => void;
  /** Program of a worker; null to read here. */
  readonly workerFile: string | null;
  readonly threads: number;
  readonly signal: AbortSignal;
}

const FILES_OF_A_BATCH = 24;
// Starting a thread and its grammars costs more than reading a few files.
const THREADS_FROM_FILES = 200;

/** The worker's program beside this bundle; null when running from source. */
export function bundledWorker(): string | null {
  try {
    return createRequire(import.meta.url).resolve('./code-worker.cjs');
  } catch {
    return null;
  }
}

/** Reads all files. Throws what `signal` says when it is aborted, and what a worker broke down with. */
export async function readFiles(reading: FileReading): Promise<void> {
  const { workerFile, files } = reading;
  if (workerFile === null || files.length < THREADS_FROM_FILES) return readHere(reading);
  const queue = { next: 0 };
  const threads = Array.from({ length: reading.threads }, () => readInThread(reading, workerFile, queue));
  try {
    await Promise.all(threads);
  } finally {
    queue.next = files.length;
    await Promise.allSettled(threads);
  }
}

async function readHere({ root, files, table, onRead, signal }: FileReading): Promise<void> {
  const parser = createCodeParser();
  try {
    for (const file of files) {
      onRead(file.path, await readFileFacts(root, file, { parser, table }));
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  } finally {
    parser.close();
  }
}

async function readInThread(reading: FileReading, workerFile: string, queue: { next: number }): Promise<void> {
  const { root, files, table, onRead, signal } = reading;
  const worker = new Worker(workerFile, { stdin: false, execArgv: [], env: {} });
  const numbers: number[] = [];
  try {
    while (queue.next < files.length) {
      const batch = files.slice(queue.next, queue.next + FILES_OF_A_BATCH);
      queue.next += batch.length;
      const reply = await ask(worker, { root, files: batch }, signal);
      for (const name of reply.newNames) numbers.push(table.add(name));
      reply.files.forEach((read, at) => {
        onRead(batch[at]?.path ?? '', read && { ...read, facts: read.facts && renumber(read.facts, numbers) });
      });
    }
  } finally {
    await worker.terminate();
  }
}

function ask(worker: Worker, request: WorkerRequest, signal: AbortSignal): Promise<WorkerReply> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const onMessage = (reply: WorkerReply) => settle(() => resolve(reply));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = () => settle(() => reject(new Error('a thread that reads code ended')));
    const onAbort = () => settle(() => reject(signal.reason));
    if (signal.aborted) return reject(signal.reason);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    signal.addEventListener('abort', onAbort);
    worker.postMessage(request);
  });
}
