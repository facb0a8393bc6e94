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

/**
 * Reads dollars, `5` or `5.00` for two, without a detour through a float.
 * @throws InvalidAmount
 */
export function parseUsd(text: string): bigint {
  const [, dollars, fraction = ''] = /^(\d{1,26})(?:\.(\d{1,12}))?$/.exec(text) ?? [];
  if (dollars === undefined) throw new InvalidAmount();
  return BigInt(dollars) * PICO_PER_USD + BigInt(fraction.padEnd(DECIMALS, '0'));
}

/** Writes dollars exactly: no exponent, at least two decimals, and as many more as it takes (`5.00`, `-0.000123`). */
export function formatUsd(pico: bigint): string {
  const magnitude = pico < 0n ? -pico : pico;
  const places = (magnitude % PICO_PER_USD).toString().padStart(DECIMALS, '0');
  const fraction = places.replace(/0+$/, '').padEnd(CENT_DECIMALS, '0');
  return `${pico < 0n ? '-' : ''}${magnitude / PICO_PER_USD}.${fraction}`;
}
