// Hands events from a push source to one `for await` without a generator, so that an event costs about one promise.

/** What the owner of a queue does when its reader moves. */
export interface QueueSource {
  /** The first `next()`: start now. */
  onStart(): void;
  /** The reader left before the end: stop now. */
  onLeave(): void;
  /** The queue has run empty again after it was longer than the high-water mark. */
  onDrained?(): void;
}

const highWater = 32;

/** An iterable that can be read once. Events pushed after `close` are dropped. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #source: QueueSource;
  #items: T[] = [];
  #head = 0;
  #started = false;
  #closed = false;
  #full = false;
  #waiting: ((result: IteratorResult<T>) => void) | undefined;

  constructor(source: QueueSource) {
    this.#source = source;
  }

  /** Adds events; false when the reader lags far behind and the source should pause. */
  push(events: readonly T[]): boolean {
    if (this.#closed) return true;
    for (const event of events) this.#add(event);
    if (this.#items.length - this.#head > highWater) this.#full = true;
    return !this.#full;
  }

  /** No more events come. */
  close(): void {
    this.#closed = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined && this.#head >= this.#items.length) waiting({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<T>> {
    if (!this.#started) {
      this.#started = true;
      this.#source.onStart();
    }
    if (this.#head < this.#items.length) return Promise.resolve({ value: this.#take(), done: false });
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<T>> {
    this.#started = true;
    this.#items = [];
    this.#head = 0;
    if (!this.#closed) {
      this.close();
      this.#source.onLeave();
    }
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #add(event: T): void {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#items.push(event);
      return;
    }
    this.#waiting = undefined;
    waiting({ value: event, done: false });
  }

  #take(): T {
    const item = this.#items[this.#head] as T;
    this.#head++;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
      if (this.#full) {
        this.#full = false;
        this.#source.onDrained?.();
      }
    }
    return item;
  }
}
