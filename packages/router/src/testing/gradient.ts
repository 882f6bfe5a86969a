// Holds the network's gradient against finite differences.
import { drawNormal, seededRandom } from '../numbers/random.ts';
import { addGradient, createNetwork, outputsOf } from '../policies/network.ts';

/** Largest difference over all weights of a small network. */
export function gradientError(): number {
  const random = seededRandom(3);
  const network = createNetwork([5, 8, 7, 3], random);
  const input = Array.from({ length: 5 }, () => drawNormal(random));
  const loss = (weights: Float64Array): number =>
    outputsOf({ layers: network.layers, weights }, input).reduce((sum, value, at) => sum + (value - at) ** 2 / 2, 0);
  const gradient = new Float64Array(network.weights.length);
  const errors = outputsOf(network, input).map((value, at) => value - at);
  addGradient(network, input, errors, gradient);
  return gradient.reduce((worst, slope, at) => {
    const moved = (step: number): number => loss(network.weights.map((value, i) => (i === at ? value + step : value)));
    return Math.max(worst, Math.abs((moved(1e-5) - moved(-1e-5)) / 2e-5 - slope));
  }, 0);
}
