/** Money is a bigint of pico-dollars (1e-12 USD), which is fine enough for the cheapest token and exact for any sum. */
export const PICO_PER_USD = 1_000_000_000_000n;

const DECIMALS = 12;
const CENT_DECIMALS = 2;

/** The text is not an amount in dollars. The message does not repeat the text because it may be untrusted input. */
export class InvalidAmount extends Error {
  override readonly name = 'InvalidAmount';
  constructor() {
    super('the amount must be a decimal number of dollars, such as 5 or 0.25, with at most 12 decimals and no sign');
  }
}

// Stryker disable next-line EqualityOperator: for equal amounts, it does not matter which one is returned.
export const lesser = (pico: bigint, other: bigint): bigint => (pico < other ? pico : other);

// Stryker disable next-line EqualityOperator: for equal amounts, it does not matter which one is returned.
export const larger = (pico: bigint, other: bigint): bigint => (pico > other ? pico : other);

/**
 * Parses dollars such as `5` or `5.00` into pico-dollars without going through a float.
 * @throws InvalidAmount when the text is not an unsigned decimal number with at most 12 decimals
 */
export function parseUsd(text: string): bigint {
  if (!/^\d{1,26}(?:\.\d{1,12})?$/.test(text)) throw new InvalidAmount();
  const [, fraction = ''] = text.split('.');
  return BigInt(text.replace('.', '')) * 10n ** BigInt(DECIMALS - fraction.length);
}

/** Formats dollars exactly, with at least two decimals and no exponent (`5.00`, `-0.000123`). */
export function formatUsd(pico: bigint): string {
  const magnitude = larger(pico, -pico);
  const decimals = (magnitude % PICO_PER_USD).toString().padStart(DECIMALS, '0');
  const fraction = decimals.replace(/(?<!0)0+$/, '').padEnd(CENT_DECIMALS, '0');
  return `${pico < 0n ? '-' : ''}${magnitude / PICO_PER_USD}.${fraction}`;
}
