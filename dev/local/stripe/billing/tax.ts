/** Rates in hundredths of a percent, one for each country. Other countries are untaxed. */
const RATES: Readonly<Record<string, number>> = { AT: 2000, CH: 810, DE: 1900, FR: 2000, GB: 2000, US: 800 };

export interface TaxRule {
  readonly rate: number;
  readonly isInclusive: boolean;
}

/** @param country ISO 3166 code of the billing address */
export const taxRateOf = (country: string | null | undefined): number => RATES[country ?? ''] ?? 0;

/** The tax on an amount, or in it, in cents and rounded half up. */
export function taxOn(amount: number, { rate, isInclusive }: TaxRule): number {
  const base = isInclusive ? 10_000 + rate : 10_000;
  const size = Math.floor((Math.abs(amount) * rate * 2 + base) / (base * 2));
  return amount < 0 ? -size : size;
}
