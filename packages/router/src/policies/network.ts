// A small multilayer perceptron with Adam: two hidden layers of rectified units, linear outputs; forward, backward, update.
//
// Adam after Kingma and Ba 2015; He initialisation. Weights are one flat array, so that a copy is a copy.
import type { JsonValue } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { drawNormal, type Random } from '../numbers/random.ts';

/** Sizes of the layers, inputs first. */
export type Layers = readonly number[];

/** Weights and Adam's moments. */
export interface Network {
  readonly layers: Layers;
  readonly weights: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly steps: number;
}

/** A fresh network. */
export function createNetwork(layers: Layers, random: Random): Network {
  const size = weightCount(layers);
  const weights = new Float64Array(size);
  let at = 0;
  for (const [index, inputs] of layers.slice(0, -1).entries()) {
    const outputs = layers[index + 1] ?? 0;
    const scale = Math.sqrt(2 / inputs);
    for (let weight = 0; weight < inputs * outputs; weight++) weights[at++] = drawNormal(random) * scale;
    at += outputs;
  }
  return { layers, weights, first: new Float64Array(size), second: new Float64Array(size), steps: 0 };
}

/** Weights of a network, biases included. */
export function weightCount(layers: Layers): number {
  return layers.slice(0, -1).reduce((sum, inputs, index) => sum + (inputs + 1) * (layers[index + 1] ?? 0), 0);
}

/** Outputs for an input. */
export function outputsOf(network: Pick<Network, 'layers' | 'weights'>, input: ArrayLike<number>): Float64Array {
  return activations(network, input).at(-1) ?? new Float64Array(0);
}

/** Adds to `gradient` that of an error signal on the outputs. */
export function addGradient(
  network: Pick<Network, 'layers' | 'weights'>,
  input: ArrayLike<number>,
  outputError: ArrayLike<number>,
  gradient: Float64Array,
): void {
  const values = activations(network, input);
  let error = Float64Array.from(outputError);
  for (const layer of placesOf(network.layers).toReversed()) {
    const from = values[layer.index] ?? new Float64Array(0);
    error = backThrough(network.weights, layer, { from, error }, gradient);
  }
}

/** Where a layer's weights stand: `outputs` rows of `inputs`, then the biases. */
interface Place {
  readonly index: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly start: number;
}

function placesOf(layers: Layers): Place[] {
  let start = 0;
  return layers.slice(0, -1).map((inputs, index) => {
    const place = { index, inputs, outputs: layers[index + 1] ?? 0, start };
    start += (inputs + 1) * place.outputs;
    return place;
  });
}

/** Adds a layer's gradient and gives the error of the layer below. */
function backThrough(
  weights: Float64Array,
  { inputs, outputs, start }: Place,
  { from, error }: { readonly from: Float64Array; readonly error: Float64Array },
  gradient: Float64Array,
): Float64Array<ArrayBuffer> {
  const below = new Float64Array(inputs);
  for (let out = 0; out < outputs; out++) {
    const signal = error[out] ?? 0;
    if (signal === 0) continue;
    const row = start + out * inputs;
    for (let at = 0; at < inputs; at++) {
      gradient[row + at] = (gradient[row + at] ?? 0) + signal * (from[at] ?? 0);
      below[at] = (below[at] ?? 0) + signal * (weights[row + at] ?? 0);
    }
    const bias = start + inputs * outputs + out;
    gradient[bias] = (gradient[bias] ?? 0) + signal;
  }
  // The rectifier passes errors where it passed values.
  for (let at = 0; at < inputs; at++) if (!((from[at] ?? 0) > 0)) below[at] = 0;
  return below;
}

/** The network after one step of Adam along a gradient. */
export function stepped(network: Network, gradient: Float64Array, rate: number): Network {
  const steps = network.steps + 1;
  const [first, second, weights] = [network.first.slice(), network.second.slice(), network.weights.slice()];
  const [firstScale, secondScale] = [1 - 0.9 ** steps, 1 - 0.999 ** steps];
  for (let at = 0; at < weights.length; at++) {
    const slope = gradient[at] ?? 0;
    const mean = 0.9 * (first[at] ?? 0) + 0.1 * slope;
    const square = 0.999 * (second[at] ?? 0) + 0.001 * slope * slope;
    first[at] = mean;
    second[at] = square;
    weights[at] = (weights[at] ?? 0) - (rate * (mean / firstScale)) / (Math.sqrt(square / secondScale) + 1e-8);
  }
  return { layers: network.layers, weights, first, second, steps };
}

/** Values of all layers, the input first. */
function activations(
  { layers, weights }: Pick<Network, 'layers' | 'weights'>,
  input: ArrayLike<number>,
): Float64Array[] {
  const all = [Float64Array.from(input)];
  for (const place of placesOf(layers)) {
    const sums = sumsOf(weights, place, all[place.index] ?? new Float64Array(0));
    const isHidden = place.index < layers.length - 2;
    if (isHidden) for (let at = 0; at < sums.length; at++) if ((sums[at] ?? 0) < 0) sums[at] = 0;
    all.push(sums);
  }
  return all;
}

function sumsOf(
  weights: Float64Array,
  { inputs, outputs, start }: Place,
  from: Float64Array,
): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(outputs);
  for (let out = 0; out < outputs; out++) {
    let sum = weights[start + inputs * outputs + out] ?? 0;
    const row = start + out * inputs;
    for (let at = 0; at < inputs; at++) sum += (weights[row + at] ?? 0) * (from[at] ?? 0);
    sums[out] = sum;
  }
  return sums;
}

const numbersSchema = z.array(z.number());
const networkSchema = z.object({
  layers: numbersSchema,
  weights: numbersSchema,
  first: numbersSchema,
  second: numbersSchema,
  steps: z.number(),
});

/** A network as JSON. */
export function packNetwork({ layers, weights, first, second, steps }: Network): Record<string, JsonValue> {
  return { layers: [...layers], weights: [...weights], first: [...first], second: [...second], steps };
}

/** A network from JSON; undefined when it is none. */
export function unpackNetwork(saved: JsonValue | undefined): Network | undefined {
  const parsed = networkSchema.safeParse(saved);
  if (!parsed.success || parsed.data.weights.length !== weightCount(parsed.data.layers)) return undefined;
  const { layers, weights, first, second, steps } = parsed.data;
  return {
    layers,
    steps,
    weights: Float64Array.from(weights),
    first: Float64Array.from(first),
    second: Float64Array.from(second),
  };
}
