import { PICO_PER_USD } from '../money/pico';

/** Payments are in US cents, the smallest unit that the payment processor knows. */
const PICO_PER_CENT = PICO_PER_USD / 100n;

export const picoOfCents = (cents: bigint): bigint => cents * PICO_PER_CENT;

/** The whole cents in an amount of pico-dollars that is not negative; a rest is left out. */
export const wholeCentsIn = (pico: bigint): bigint => pico / PICO_PER_CENT;

/** A part of a positive amount, in proportion, rounded down. */
export const shareOf = (amount: bigint, part: bigint, whole: bigint): bigint => (amount * part) / whole;

/** A part of a positive amount, in proportion, rounded up. */
export const shareOfRoundedUp = (amount: bigint, part: bigint, whole: bigint): bigint =>
  (amount * part + whole - 1n) / whole;
