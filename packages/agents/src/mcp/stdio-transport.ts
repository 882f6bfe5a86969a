// JSON-RPC over the standard streams of a program, one message a line, for the client of the MCP SDK.
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { type PeerProcess, type PeerProcessOptions, startPeerProcess } from '@monkey-coder/workspace';

/** A line longer than this ends the connection, in bytes. */
const maxLineBytes = 8 * 1024 * 1024;
/** Lines that are no messages and are passed over; a program that prints more is not one that talks to us. */
const maxStrayLines = 200;
/** Messages that come between two of ours; a server that sends more floods us. */
const maxUnasked = 10_000;

/** A connection to a program that is started by it and ends with it. */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T) => void;
  readonly #options: PeerProcessOptions;
  #process: PeerProcess | undefined;
  #pieces: Buffer[] = [];
  #pendingBytes = 0;
  #strayLines = 0;
  #unasked = 0;
  #isGivenUp = false;

  constructor(options: PeerProcessOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const started = await startPeerProcess(this.#options);
    this.#process = started;
    started.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    void started.ended.then(() => this.onclose?.());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#process?.stdin;
    if (stdin === undefined || stdin.destroyed || stdin.writableEnded) throw new Error('the server is not running');
    this.#unasked = 0;
    await new Promise<void>((resolve, reject) => {
      stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    await this.#process?.close();
  }

  /** The end of its error stream, and how it ended, where it did. */
  lastWords(): string {
    return this.#process?.lastWords() ?? '';
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.#pieces.push(chunk.subarray(from, at));
      from = at + 1;
      const line = Buffer.concat(this.#pieces).toString('utf8').trim();
      this.#pieces = [];
      this.#pendingBytes = 0;
      if (line !== '') this.#takeLine(line);
    }
    if (from < chunk.length) {
      this.#pieces.push(chunk.subarray(from));
      this.#pendingBytes += chunk.length - from;
    }
    if (this.#pendingBytes > maxLineBytes) this.#giveUp(`a message of more than ${maxLineBytes} bytes`);
  }

  #takeLine(line: string): void {
    if (this.#isGivenUp) return;
    let message: JSONRPCMessage;
    try {
      message = JSONRPCMessageSchema.parse(JSON.parse(line));
    } catch {
      this.#strayLines += 1;
      if (this.#strayLines > maxStrayLines) this.#giveUp('too many lines that are no messages');
      return;
    }
    this.#unasked += 1;
    if (this.#unasked > maxUnasked) this.#giveUp('a flood of messages');
    else this.onmessage?.(message);
  }

  #giveUp(reason: string): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.#process?.stdout.removeAllListeners('data').resume();
    this.#pieces = [];
    this.#pendingBytes = 0;
    this.onerror?.(new Error(reason));
    void this.close();
  }
}
