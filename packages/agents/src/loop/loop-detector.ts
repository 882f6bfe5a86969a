// Notices an agent that turns in a circle: the same call with the same result again and again, or two in turns.

/** What a repetition calls for. */
export type LoopVerdict = 'none' | 'tell' | 'stop';

/** Told to the model once. */
export const loopNote =
  '[This call has given the same result several times in a row. Repeating it will not help: try something else, or say what stops you.]';

const tellAfter = 3;
const stopAfter = 5;

/** Remembers the last calls of one run. */
export class LoopDetector {
  readonly #signatures: string[] = [];

  /** Takes a finished call and says what to do about it. */
  add(call: { readonly name: string; readonly arguments: string; readonly output: string }): LoopVerdict {
    this.#signatures.push(JSON.stringify([call.name, call.arguments, call.output]));
    if (this.#signatures.length > stopAfter * 2) this.#signatures.shift();
    const same = this.#period(1);
    const alternating = Math.floor(this.#period(2) / 2);
    const rounds = Math.max(same, alternating);
    if (rounds >= stopAfter) return 'stop';
    return rounds === tellAfter && (same === tellAfter || this.#period(2) === tellAfter * 2) ? 'tell' : 'none';
  }

  /** Length of the newest stretch in which each call equals the one `period` before it. */
  #period(period: number): number {
    const list = this.#signatures;
    let length = Math.min(period, list.length);
    for (let index = list.length - 1 - period; index >= 0; index--) {
      if (list[index] !== list[index + period]) break;
      length += 1;
    }
    return length;
  }
}
