/** Money is a bigint of pico-dollars (1e-12 USD): fine enough for the cheapest token, exact for any sum. */
export const PICO_PER_USD = 1_000_000_000_000n;

const DECIMALS = 12;
const CENT_DECIMALS = 2;

/** The text is no amount of dollars. It does not repeat the text: that may come from outside. */
export class InvalidAmount extends Error {
  override readonly name = 'InvalidAmount';
  constructor() {
    super('an amount is dollars in plain decimals, such as 5 or 0.25, with at most 12 places and no sign');
  }
}

/** The smaller of two amounts. */
// Stryker disable next-line EqualityOperator: of two equal amounts either is the smaller.
export const lesser = (pico: bigint, other: bigint): bigint => (pico < other ? pico : other);

/** The larger of two amounts. */
// Stryker disable next-line EqualityOperator: of two equal amounts either is the larger.
export const larger = (pico: bigint, other: bigint): bigint => (pico > other ? pico : other);

/**
 * Reads dollars, `5` or `5.00` for two, without a detour through a float.
 * @throws InvalidAmount
 */
export function parseUsd(text: string): bigint {
  if (!/^\d{1,26}(?:\.\d{1,12})?$/.test(text)) throw new InvalidAmount();
  const [, fraction = ''] = text.split('.');
  return BigInt(text.replace('.', '')) * 10n ** BigInt(DECIMALS - fraction.length);
}

/** Writes dollars exactly: no exponent, at least two decimals, and as many more as it takes (`5.00`, `-0.000123`). */
export function formatUsd(pico: bigint): string {
  const magnitude = larger(pico, -pico);
  const places = (magnitude % PICO_PER_USD).toString().padStart(DECIMALS, '0');
  const fraction = places.replace(/(?<!0)0+$/, '').padEnd(CENT_DECIMALS, '0');
  return `${pico < 0n ? '-' : ''}${magnitude / PICO_PER_USD}.${fraction}`;
}
