import { percentOff } from './discount.js';

/**
 * The total of a cart in cents.
 * @param {{ name: string, cents: number, quantity: number, percentOff?: number }[]} lines
 */
export function total(lines) {
  let sum = 0;
  for (const line of lines) sum += lineTotal(line);
  return sum;
}

/** The total of one line in cents. */
export function lineTotal(line) {
  if (!Number.isInteger(line.quantity) || line.quantity < 0) throw new RangeError(`bad quantity: ${line.quantity}`);
  return percentOff(line.cents, line.percentOff ?? 0) * line.quantity;
}
