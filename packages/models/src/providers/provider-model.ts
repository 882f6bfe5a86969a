// A model behind HTTP: one dialect over the transport, with watchdogs, as a LanguageModel.
import type { ModelEvent, ModelFailure, ModelRequest, ModelTerminalEvent } from '@monkey-coder/protocol';
import { MonkeyError, noUsage } from '@monkey-coder/protocol';
import { estimateTokens } from '../catalogue/token-estimate.ts';
import { clientDialectNamed } from '../dialects/client-dialects.ts';
import type { ClientDialect, WireDecoder } from '../dialects/dialect.ts';
import type { LanguageModel } from '../language-model.ts';
import { EventQueue } from '../transport/event-queue.ts';
import { modelFailure, networkFailure } from '../transport/failures.ts';
import { createHttpClient, type HttpClient, type HttpExchange } from '../transport/http-client.ts';
import type { ProxyFor } from '../transport/proxy.ts';
import { defaultWatchdogLimits, type WatchdogLimits, Watchdogs } from '../transport/watchdogs.ts';
import { bedrockRequest, createBedrockDecoder } from './bedrock.ts';
import { truthful } from './empty-answer.ts';
import { fitRequest } from './fit-request.ts';
import { signedHeaders } from './headers.ts';
import type { ModelTarget } from './target.ts';

/** How a provider's model is called. */
export interface ProviderModelOptions {
  /** Shared connections; without it the model keeps its own. */
  readonly http?: HttpClient;
  /** The proxy of an address, for a model with its own connections. */
  readonly proxyFor?: ProxyFor;
  readonly watchdogs?: WatchdogLimits;
  /** Hears what was left out of a request because the model does not take it. */
  readonly onNote?: (note: string) => void;
  /** Hears the headers of every answer (names in lower case): rate limits are told there. */
  readonly onHead?: (headers: Readonly<Record<string, string>>) => void;
  /** Milliseconds since 1970, for hosts that want signed requests. */
  readonly now?: () => number;
}

/** Makes the model of a target. Throws MonkeyError `model.unknown` when its dialect is not spoken. */
export function createProviderModel(target: ModelTarget, options: ProviderModelOptions = {}): LanguageModel {
  const dialect = clientDialectNamed(target.dialect);
  if (dialect === undefined) throw new MonkeyError('model.unknown', `the dialect ${target.dialect} is not spoken yet`);
  const context: CallContext = {
    target,
    dialect,
    http: options.http ?? createHttpClient(options.proxyFor === undefined ? {} : { proxyFor: options.proxyFor }),
    watchdogs: options.watchdogs ?? defaultWatchdogLimits,
    onNote: options.onNote ?? (() => undefined),
    onHead: options.onHead ?? (() => undefined),
    now: options.now ?? Date.now,
  };
  return {
    identity: { provider: target.provider, model: target.model },
    stream: (request, { signal }) => new Call(context, request, signal).events,
  };
}

interface CallContext {
  readonly target: ModelTarget;
  readonly dialect: ClientDialect;
  readonly http: HttpClient;
  readonly watchdogs: WatchdogLimits;
  readonly onNote: (note: string) => void;
  readonly onHead: (headers: Readonly<Record<string, string>>) => void;
  readonly now: () => number;
}

/** Bytes decoded at once. */
const sliceBytes = 2048;

/** One call from first `next()` to terminal event; owns the exchange and the timers. */
class Call {
  readonly events: EventQueue<ModelEvent>;
  readonly #context: CallContext;
  readonly #request: ModelRequest;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#stop(modelFailure('cancelled', 'the call was cancelled'));
  #exchange: HttpExchange | undefined;
  #decoder: WireDecoder | undefined;
  #watchdogs: Watchdogs | undefined;
  #over = false;
  #promptTokens = 0;
  #hasContent = false;
  #isPaused = false;
  #held: Uint8Array | undefined;
  #bodyEnd: { readonly failure: ModelFailure | undefined } | undefined;

  constructor(context: CallContext, request: ModelRequest, signal: AbortSignal) {
    this.#context = context;
    this.#request = request;
    this.#signal = signal;
    this.events = new EventQueue<ModelEvent>({
      onStart: () => this.#start(),
      onLeave: () => this.#release('close'),
      onDrained: () => this.#goOn(),
    });
  }

  #start(): void {
    if (this.#signal.aborted) {
      this.#onAbort();
      return;
    }
    try {
      this.#send();
    } catch (error) {
      this.#stop(modelFailure('invalid_request', `the request could not be written: ${String(error)}`));
    }
  }

  #send(): void {
    const { target, dialect, http, now } = this.#context;
    const fitted = fitRequest({ ...this.#request, model: target.model }, target.facts);
    const plain = dialect.encodeRequest(fitted.request, target.quirks);
    const wire = target.aws === undefined ? plain : bedrockRequest(plain, target.model);
    for (const note of [...fitted.notes, ...wire.notes]) this.#context.onNote(note);
    const url = addressOf(target, wire.path);
    const body = JSON.stringify(wire.body);
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#promptTokens = estimateTokens(fitted.request);
    this.#watchdogs = new Watchdogs(this.#context.watchdogs, this.#promptTokens, (failure) => this.#stop(failure));
    this.#watchdogs.start();
    this.#exchange = http.send(
      {
        method: 'POST',
        url,
        headers: { ...signedHeaders(target, { url, body, now: now() }), ...callHeaders(this.#request) },
        body,
      },
      {
        onHead: (status, headers) => {
          this.#context.onHead(headers);
          const head = { status, headers };
          const decoder = dialect.createDecoder(head, { model: target.model, quirks: target.quirks });
          this.#decoder = target.aws === undefined ? decoder : createBedrockDecoder(head, decoder);
        },
        onData: (bytes) => this.#read(bytes),
        onEnd: () => this.#bodyEnded(undefined),
        onError: (error) => this.#bodyEnded(networkFailure(error, url.host)),
      },
    );
  }

  /** A slice at a time: what a reader that is behind does not take yet stays bytes, which are smaller than events. */
  #read(bytes: Uint8Array): void {
    this.#watchdogs?.alive();
    for (let from = 0; from < bytes.length && !this.#over; from += sliceBytes) {
      if (this.#isPaused) {
        this.#held = bytes.subarray(from);
        return;
      }
      this.#receive(this.#decoder?.push(bytes.subarray(from, from + sliceBytes)) ?? []);
    }
  }

  #goOn(): void {
    this.#isPaused = false;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#read(held);
    if (this.#isPaused || this.#over) return;
    this.#watchdogs?.resume();
    if (this.#bodyEnd === undefined) this.#exchange?.resume();
    else this.#finish(this.#bodyEnd.failure);
  }

  /** What came before the end is told before it. */
  #bodyEnded(failure: ModelFailure | undefined): void {
    if (this.#held === undefined) this.#finish(failure);
    else this.#bodyEnd = { failure };
  }

  #receive(events: readonly ModelEvent[]): void {
    if (this.#over) return;
    const last = events.at(-1);
    if (last === undefined) return;
    if (!this.#hasContent && events.some((event) => event.type !== 'start')) {
      this.#hasContent = true;
      this.#watchdogs?.contentBegan();
    }
    const isTerminal = last.type === 'end' || last.type === 'error';
    const kept = this.events.push(isTerminal ? [...events.slice(0, -1), this.#finished(truthful(last))] : events);
    if (isTerminal) this.#release(last.type === 'end' ? 'drain' : 'close');
    else if (!kept) this.#pause();
  }

  #pause(): void {
    this.#isPaused = true;
    this.#watchdogs?.pause();
    this.#exchange?.pause();
  }

  /** Hosts may repeat a key in their error; where they told no counts, the prompt's size is estimated too. */
  #finished(event: ModelTerminalEvent): ModelTerminalEvent {
    return this.#withPromptEstimate(
      event.type === 'error' ? { ...event, failure: this.#redacted(event.failure) } : event,
    );
  }

  #redacted(failure: ModelFailure): ModelFailure {
    const key = this.#context.target.key?.reveal();
    return key === undefined ? failure : { ...failure, message: failure.message.replaceAll(key, '***') };
  }

  #withPromptEstimate<E extends ModelTerminalEvent>(event: E): E {
    const { usage } = event;
    if (!usage.estimated || (event.type === 'error' && usage.outputTokens === 0)) return event;
    return { ...event, usage: { ...usage, inputTokens: this.#promptTokens } };
  }

  #finish(failure: ModelFailure | undefined): void {
    if (this.#over) return;
    if (this.#decoder !== undefined) this.#receive(this.#decoder.finish(failure));
    else this.#stop(failure ?? modelFailure('network', 'the connection ended without an answer'));
  }

  #stop(failure: ModelFailure): void {
    if (this.#over) return;
    if (this.#decoder !== undefined) this.#receive(this.#decoder.finish(failure));
    else this.events.push([bareError(failure)]);
    this.#release('close');
  }

  #release(how: 'close' | 'drain'): void {
    if (this.#over) return;
    this.#over = true;
    this.#watchdogs?.stop();
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (how === 'close') this.#exchange?.close();
    else this.#exchange?.drain();
    this.events.close();
  }
}

function addressOf(target: ModelTarget, path: string): URL {
  const url = new URL(`${target.baseUrl}${path}`);
  for (const [name, value] of new URLSearchParams(target.query ?? '')) url.searchParams.set(name, value);
  return url;
}

function bareError(failure: ModelFailure): ModelEvent {
  return { type: 'error', failure, partial: { role: 'assistant', parts: [] }, usage: noUsage };
}

/** The call id lets a host that knows idempotency keys bill a repeated call once. */
function callHeaders(request: ModelRequest): Record<string, string> {
  const base = { accept: 'text/event-stream', 'content-type': 'application/json' };
  return /^[\w-]{1,200}$/.test(request.callId) ? { ...base, 'idempotency-key': request.callId } : base;
}
