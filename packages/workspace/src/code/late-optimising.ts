// Compiles WebAssembly that will run for milliseconds only: V8 would optimise its largest functions in the background as soon as they
// have run for a moment, which for a grammar's lexer costs three times what parsing a few files does.
import { setFlagsFromString } from 'node:v8';

/** V8's own budget of executed bytes after which a function is optimised, and one that a few files do not use up. */
const usualBudget = 1_800_000;
const patientBudget = 40_000_000;

let compiling = 0;

/** Does the work; modules that are compiled meanwhile are optimised late. Source: V8's flag `wasm-tiering-budget`. */
export async function withLateOptimising<T>(compile: () => Promise<T>): Promise<T> {
  compiling += 1;
  setFlagsFromString(`--wasm-tiering-budget=${patientBudget}`);
  try {
    return await compile();
  } finally {
    compiling -= 1;
    if (compiling === 0) setFlagsFromString(`--wasm-tiering-budget=${usualBudget}`);
  }
}
