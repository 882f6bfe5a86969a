// The seam every model stands behind: real providers, the scripted model, and the decorators around them.
import type { ModelEvent, ModelRequest } from '@monkey-coder/protocol';

/** Which model answers. */
export interface ModelIdentity {
  /** Id in the provider table, `openai` for example. */
  readonly provider: string;
  /** The provider's own name of the model. */
  readonly model: string;
}

/**
 * A model that can be called.
 *
 * Contract:
 * - `stream` never throws and the iterable never throws; what goes wrong arrives as the terminal event `error`.
 * - Exactly one terminal event (`end` or `error`) is yielded, and it is the last one. `restart` may precede it any number of times.
 * - Nothing is sent before the first `next()`. Calling `stream` again is a new call.
 * - Aborting the signal, or leaving the `for await`, closes the upstream connection within 100 ms; an aborted stream
 *   ends with `error` of code `cancelled`.
 * - Events are in the order of the wire; `end.message` holds the whole answer, byte for byte what must be replayed.
 */
export interface LanguageModel {
  readonly identity: ModelIdentity;
  stream(request: ModelRequest, options: { readonly signal: AbortSignal }): AsyncIterable<ModelEvent>;
}

/** Wraps a model in another that looks the same. */
export type ModelDecorator = (inner: LanguageModel) => LanguageModel;
