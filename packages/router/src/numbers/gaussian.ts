// A joint normal belief over named variables: grown, looked at along lines, and updated by moments.
//
// Every variable has a name ("model:x", "kind:bugfix"). What is asked about is a line: a sum of named variables with
// coefficients. An observation of a line changes all variables that vary with it. Values are never changed in place.

/** A sum of named variables. */
export type Line = readonly (readonly [name: string, coefficient: number])[];

/** The belief. `covariance` is row-major, `names.length` squared. */
export interface Gaussian {
  readonly names: readonly string[];
  /** Where each name stands. */
  readonly index: ReadonlyMap<string, number>;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** A variable before anything was observed of it. */
export interface Variable {
  readonly name: string;
  readonly mean: number;
  readonly variance: number;
}

/** Mean and variance of a line. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** A belief over nothing. */
export const emptyGaussian: Gaussian = {
  names: [],
  index: new Map(),
  mean: new Float64Array(0),
  covariance: new Float64Array(0),
};

/** Where each name stands. */
export function indexOfNames(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, at) => [name, at]));
}

/** The belief with further, independent variables; those it has already are left as they are. */
export function withVariables(belief: Gaussian, variables: readonly Variable[]): Gaussian {
  const seen = new Set<string>();
  const added = variables.filter((one) => !belief.index.has(one.name) && !seen.has(one.name) && seen.add(one.name));
  if (added.length === 0) return belief;
  const old = belief.names.length;
  const size = old + added.length;
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  mean.set(belief.mean);
  for (let row = 0; row < old; row++)
    covariance.set(belief.covariance.subarray(row * old, (row + 1) * old), row * size);
  for (const [offset, one] of added.entries()) {
    mean[old + offset] = one.mean;
    covariance[(old + offset) * (size + 1)] = one.variance;
  }
  const names = [...belief.names, ...added.map((one) => one.name)];
  return { names, index: indexOfNames(names), mean, covariance };
}

/** The belief about all but some variables. */
export function withoutVariables(belief: Gaussian, isLeftOut: (name: string) => boolean): Gaussian {
  return marginal(
    belief,
    belief.names.filter((name) => !isLeftOut(name)),
  );
}

/** The belief about some variables alone, in that order; those it does not know are left out. */
export function marginal(belief: Gaussian, wanted: readonly string[]): Gaussian {
  const names = wanted.filter((name) => belief.index.has(name));
  const size = names.length;
  const old = belief.names.length;
  const from = Uint32Array.from(names, (name) => belief.index.get(name) ?? 0);
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const source = (from[row] as number) * old;
    mean[row] = belief.mean[from[row] as number] as number;
    for (let column = 0; column < size; column++)
      covariance[row * size + column] = belief.covariance[source + (from[column] as number)] as number;
  }
  return { names, index: indexOfNames(names), mean, covariance };
}

/** A line as indices into the belief; variables that it does not know are left out. */
type Indexed = readonly (readonly [index: number, coefficient: number])[];

function indexed(belief: Gaussian, line: Line): Indexed {
  const found: [number, number][] = [];
  for (const [name, coefficient] of line) {
    const index = belief.index.get(name);
    if (index !== undefined) found.push([index, coefficient]);
  }
  return found;
}

/** Covariance of a line with every variable. */
function alongLine(belief: Gaussian, line: Indexed): Float64Array {
  const size = belief.names.length;
  const result = new Float64Array(size);
  for (const [index, coefficient] of line) {
    const from = index * size;
    for (let column = 0; column < size; column++)
      result[column] = (result[column] as number) + coefficient * (belief.covariance[from + column] as number);
  }
  return result;
}

/** Mean and variance of a line. */
export function lineMoments(belief: Gaussian, line: Line): Moments {
  const at = indexed(belief, line);
  const along = alongLine(belief, at);
  return { mean: dot(belief.mean, at), variance: Math.max(0, dot(along, at)) };
}

/** Mean of a line alone. */
export function lineMean(belief: Gaussian, line: Line): number {
  return dot(belief.mean, indexed(belief, line));
}

/** Means and covariance (row-major) of several lines together. */
export function jointMoments(
  belief: Gaussian,
  lines: readonly Line[],
): { mean: Float64Array; covariance: Float64Array } {
  const all = lines.map((line) => indexed(belief, line));
  const covariance = new Float64Array(lines.length * lines.length);
  for (const [row, line] of all.entries()) {
    const along = alongLine(belief, line);
    for (const [column, other] of all.entries()) covariance[row * lines.length + column] = dot(along, other);
  }
  return { mean: Float64Array.from(all, (line) => dot(belief.mean, line)), covariance };
}

/** Makes the moments of a line those given, in place: for a belief that nobody else has. */
export function setLineMoments(belief: Gaussian, line: Line, after: Moments): void {
  const { mean, covariance } = belief;
  const size = belief.names.length;
  const at = indexed(belief, line);
  const along = alongLine(belief, at);
  const before = { mean: dot(mean, at), variance: dot(along, at) };
  if (!(before.variance > 1e-12)) return;
  const shift = (after.mean - before.mean) / before.variance;
  const shrink = (after.variance - before.variance) / (before.variance * before.variance);
  for (let row = 0; row < size; row++) {
    const moved = along[row] as number;
    if (moved === 0) continue;
    mean[row] = (mean[row] as number) + moved * shift;
    const scaled = moved * shrink;
    const from = row * size;
    for (let column = 0; column < size; column++)
      covariance[from + column] = (covariance[from + column] as number) + scaled * (along[column] as number);
  }
}

/** Variables that move towards what was thought of them at first; `kept` is the share of their distance that is left, 0..1. */
export interface Drift {
  readonly towards: readonly Variable[];
  readonly kept: number;
}

/**
 * Lets variables drift in place, for a belief that nobody else has. A step of the Ornstein and Uhlenbeck process with the first belief
 * as its rest: means go back towards it, variances grow (or shrink) towards it, covariances shrink in step, so that what is
 * known of the others is as it was.
 */
export function setDrift({ index, mean, covariance, names }: Gaussian, { towards, kept }: Drift): void {
  const size = names.length;
  for (const variable of towards) {
    const at = index.get(variable.name);
    if (at === undefined) continue;
    mean[at] = variable.mean + kept * ((mean[at] as number) - variable.mean);
    const own = covariance[at * (size + 1)] as number;
    for (let other = 0; other < size; other++) {
      covariance[at * size + other] = kept * (covariance[at * size + other] as number);
      covariance[other * size + at] = kept * (covariance[other * size + at] as number);
    }
    covariance[at * (size + 1)] = kept * kept * own + (1 - kept * kept) * variable.variance;
  }
}

/** A belief of one's own, to be written into. */
export function copied(belief: Gaussian): Gaussian {
  return { ...belief, mean: belief.mean.slice(), covariance: belief.covariance.slice() };
}

/** The belief after a line was measured with Gaussian noise of the given variance. */
export function measured(belief: Gaussian, line: Line, value: number, noiseVariance: number): Gaussian {
  const copy = copied(belief);
  setMeasured(copy, line, value, noiseVariance);
  return copy;
}

/** The same in place: for a belief that nobody else has. */
export function setMeasured(belief: Gaussian, line: Line, value: number, noiseVariance: number): void {
  const { mean, variance } = lineMoments(belief, line);
  const gain = variance / (variance + noiseVariance);
  setLineMoments(belief, line, { mean: mean + gain * (value - mean), variance: variance * (1 - gain) });
}

/** Lower triangle L with L·Lᵀ = matrix; a little is added to the diagonal where rounding made it lose its rank. */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] ?? 0;
      for (let k = 0; k < column; k++) sum -= (lower[row * size + k] ?? 0) * (lower[column * size + k] ?? 0);
      lower[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, 1e-10)) : sum / (lower[column * size + column] ?? 1);
    }
  }
  return lower;
}

function dot(values: Float64Array, line: Indexed): number {
  let sum = 0;
  for (const [index, coefficient] of line) sum += coefficient * (values[index] ?? 0);
  return sum;
}
