import { z } from 'zod';
import { formatUsd, parseUsd } from '../../../lambdas/domain/money/pico';
import { CREDIT_PICO_MAX } from '../../../lambdas/domain/wallet/ledger/payment';

/** An amount of dollars that is moved, as text. */
export const amount = z
  .string()
  .refine((text) => (picoOf(text) ?? 0n) > 0n, 'The amount must be a positive number of dollars, such as 5 or 0.25.')
  .refine(
    (text) => (picoOf(text) ?? 0n) <= CREDIT_PICO_MAX,
    `The amount must be at most ${formatUsd(CREDIT_PICO_MAX)} dollars.`,
  );

/** @returns undefined if the text is no amount */
export function picoOf(text: string): bigint | undefined {
  try {
    return parseUsd(text);
  } catch {
    return undefined;
  }
}
