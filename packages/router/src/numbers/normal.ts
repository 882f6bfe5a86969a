// The standard normal distribution: density, cumulative probability and its inverse.

/** Density of the standard normal. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / 2.5066282746310002;
}

/** P(Z <= x) of the standard normal; absolute error below 1e-7 (Abramowitz and Stegun 26.2.17). */
export function normalCumulative(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = normalDensity(x) * poly;
  return x >= 0 ? 1 - upper : upper;
}

/** The x with P(Z <= x) = p, for 0 < p < 1; a rational start (Acklam's form) and one Newton step. */
export function normalQuantile(p: number): number {
  const bounded = Math.min(1 - 1e-9, Math.max(1e-9, p));
  const q = Math.min(bounded, 1 - bounded);
  const t = Math.sqrt(-2 * Math.log(q));
  const start = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  const signed = bounded < 0.5 ? -start : start;
  const density = normalDensity(signed);
  return density < 1e-12 ? signed : signed - (normalCumulative(signed) - bounded) / density;
}
