// What similar requests say about a request: kernel regression over the words and the shape of past ones.
//
// The kernel is a weighted sum of the cosine of tf-idf stems and a radial function of the shape. What is learnt are residuals around what
// is believed without the text; strong regularisation keeps the text a weak voice, which is what it proved to be.
import { shapeSize, type TextSignature } from '../features/text-signature.ts';
import { cholesky } from '../numbers/gaussian.ts';

/** Regularisation, share of the shape in the kernel, and the probit by which a request that is longer than usual by one deviation is expected to be harder. */
const ridge = 10;
const shapeShare = 0.3;
const lengthPrior = 0.2;

interface Remembered {
  readonly words: ReadonlyMap<number, number>;
  readonly shape: readonly number[];
}

/** Predicts residuals of success for each of the targets. */
export interface TextMemory {
  predict(signature: TextSignature): number[];
}

/**
 * Learns from requests and their residuals (one per target and request); `sensitivities` are by how much each target's success changes
 * with a probit of hardness. Cubic in the number of requests.
 */
export function rememberTexts(
  signatures: readonly TextSignature[],
  residuals: readonly (readonly number[])[],
  sensitivities: readonly number[],
): TextMemory {
  const view = createView(signatures);
  const seen = signatures.map(view);
  const count = seen.length;
  const matrix = new Float64Array(count * count);
  for (const [row, one] of seen.entries())
    for (let column = 0; column <= row; column++) {
      const other = seen[column];
      const value = other ? similarity(one, other) + (row === column ? ridge : 0) : 0;
      matrix[row * count + column] = value;
      matrix[column * count + row] = value;
    }
  const lower = cholesky(matrix, count);
  const weights = sensitivities.map((sensitivity, target) => {
    const values = residuals.map((row, index) => (row[target] ?? 0) + sensitivity * hardness(seen[index]));
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
    return {
      mean,
      sensitivity,
      alpha: solve(
        lower,
        count,
        Float64Array.from(values, (value) => value - mean),
      ),
    };
  });
  return {
    predict(signature) {
      const one = view(signature);
      const near = seen.map((other) => similarity(one, other));
      return weights.map(
        ({ mean, sensitivity, alpha }) =>
          mean - sensitivity * hardness(one) + near.reduce((sum, value, index) => sum + value * (alpha[index] ?? 0), 0),
      );
    },
  };
}

/** Longer requests with more sentences are a little harder, for whatever model. */
function hardness(one: Remembered | undefined): number {
  return one ? (lengthPrior * ((one.shape[0] ?? 0) + (one.shape[1] ?? 0))) / 2 : 0;
}

/** Tf-idf and standardisation as the remembered requests have them. */
function createView(signatures: readonly TextSignature[]): (signature: TextSignature) => Remembered {
  const documents = new Map<number, number>();
  for (const { stems } of signatures) for (const [stem] of stems) documents.set(stem, (documents.get(stem) ?? 0) + 1);
  const columns = Array.from({ length: shapeSize }, (_, column) =>
    moments(signatures.map((one) => one.shape[column] ?? 0)),
  );
  return ({ stems, shape }) => {
    const raw = stems.map(([stem, count]): [number, number] => {
      const inverse = Math.log((signatures.length + 1) / (documents.get(stem) ?? 0.5));
      return [stem, (1 + Math.log(count)) * Math.max(0, inverse)];
    });
    const norm = Math.sqrt(raw.reduce((sum, [, weight]) => sum + weight * weight, 0)) || 1;
    return {
      words: new Map(raw.map(([stem, weight]) => [stem, weight / norm])),
      shape: columns.map(({ mean, deviation }, column) => ((shape[column] ?? 0) - mean) / deviation),
    };
  };
}

function moments(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

function similarity(a: Remembered, b: Remembered): number {
  const [small, large] = a.words.size < b.words.size ? [a.words, b.words] : [b.words, a.words];
  let cosine = 0;
  for (const [stem, weight] of small) cosine += weight * (large.get(stem) ?? 0);
  let distance = 0;
  for (let column = 0; column < shapeSize; column++) distance += ((a.shape[column] ?? 0) - (b.shape[column] ?? 0)) ** 2;
  return (1 - shapeShare) * cosine + shapeShare * Math.exp(-distance / (2 * shapeSize));
}

/** Solves L·Lᵀ·x = values. */
function solve(lower: Float64Array, size: number, values: Float64Array): Float64Array {
  const x = values.slice();
  for (let row = 0; row < size; row++) {
    let sum = x[row] ?? 0;
    for (let k = 0; k < row; k++) sum -= (lower[row * size + k] ?? 0) * (x[k] ?? 0);
    x[row] = sum / (lower[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row] ?? 0;
    for (let k = row + 1; k < size; k++) sum -= (lower[k * size + row] ?? 0) * (x[k] ?? 0);
    x[row] = sum / (lower[row * size + row] ?? 1);
  }
  return x;
}
