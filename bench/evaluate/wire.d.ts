/** Right, refused (no such dialect here) and wrong cases. */
export interface WireTally {
  total: number;
  right: number;
  refused: number;
  wrong: number;
}
/** The score of a file of cases. A codec writes nothing, so `wronglyWritten` is always 0. */
export interface WireScore extends WireTally {
  readonly wronglyWritten: 0;
  readonly byDialect: Record<string, WireTally>;
  /** What was wrong, one line a case: id and fields. */
  readonly failures: string[];
}
/** Scores every case of a JSON-lines file of the form of `shared/data/wire/cases.jsonl`. */
export declare function evaluateWire(file: string): Promise<WireScore>;
