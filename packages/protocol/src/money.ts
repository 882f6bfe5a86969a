// Money as integer micro-dollars: 1 USD = 1,000,000.

/** Micro-dollars of an amount in USD, rounded up so that a bound stays a bound. */
export function microUsd(usd: number): number {
  return Math.ceil(usd * 1_000_000 - 1e-9);
}

/** `$0.0123` style text: two decimals from one cent on, up to six below. */
export function formatMicroUsd(amount: number): string {
  const usd = amount / 1_000_000;
  if (amount === 0) return '$0.00';
  if (Math.abs(usd) >= 1) return `$${usd.toFixed(2)}`;
  return `$${usd.toFixed(Math.abs(usd) >= 0.01 ? 4 : 6)}`;
}
