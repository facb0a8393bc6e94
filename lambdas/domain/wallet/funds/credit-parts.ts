import { lesser } from '../../money/pico';
import type { Balance } from '../balance/balance';
import { type Grants, promotionalLeft, spendGrants } from './grants';

/**
 * The money of an account, by where it came from, in pico-dollars. A charge takes promotional credit first, then paid
 * credit, and the credit line last; so the parts follow from the totals, and neither holds nor charges need to know
 * them. The parts include the money that running requests hold.
 */
export interface CreditParts {
  readonly promotionalPico: bigint;
  readonly paidPico: bigint;
  /** The part of the credit line that is not used. */
  readonly linePico: bigint;
  /** The part of the credit line that is used: what the account owes. */
  readonly lineUsedPico: bigint;
}

export function creditParts(
  { availablePico, heldPico, spentPico, linePico: line }: Balance,
  grants: Grants,
): CreditParts {
  const totalPico = availablePico + heldPico;
  const promotionalPico = lesser(promotionalLeft(spendGrants(grants, spentPico)), totalPico);
  const linePico = lesser(line, totalPico - promotionalPico);
  return {
    promotionalPico,
    paidPico: totalPico - promotionalPico - linePico,
    linePico,
    lineUsedPico: line - linePico,
  };
}
