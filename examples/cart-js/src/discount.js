/** Takes a percentage off an amount in cents; the result is whole cents. */
export function percentOff(cents, percent) {
  if (percent < 0 || percent > 100) throw new RangeError(`bad percentage: ${percent}`);
  return Math.floor(cents * (1 - percent / 100));
}
