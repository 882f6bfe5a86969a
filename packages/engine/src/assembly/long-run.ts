// Keeps the memory of long runs small. Short ones are left alone: they would only pay for more collections of garbage.
import { keepYoungHeapSmall } from '@monkey-coder/models';
import type { Event } from '@monkey-coder/protocol';

/** Answers of models after which a run counts as long. */
const manyAnswers = 30;

/** A listener that passes everything on and, once a run is long, holds V8's young generation small for the rest of the process. */
export function watchLength(listener: (event: Event) => void): (event: Event) => void {
  let answers = 0;
  return (event) => {
    if (event.type === 'model.ended') {
      answers += 1;
      if (answers === manyAnswers) keepYoungHeapSmall();
    }
    listener(event);
  };
}
