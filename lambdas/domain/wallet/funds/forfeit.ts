import type { FundsDependencies } from '../dependencies';
import { movedInto, transfers } from '../ledger/entry';
import { changeFunds } from './change-funds';
import { creditParts } from './credit-parts';

/** How the IDs of these entries begin. */
export const FORFEIT_PREFIX = 'forfeit_';

/** An end of all credit of an account, purchased and promotional. */
export interface Forfeit {
  readonly accountId: string;
  /** A code for the ledger, which must not describe a person. */
  readonly reason: string;
  /** If there is this much purchased credit or more, none ends: a payment has just arrived. @default all ends */
  readonly sparedFromPico?: bigint | undefined;
}

/**
 * Ends the credit of an account that is being erased. Nothing may be held any more. A repeat ends what came since.
 * @returns the credit that ended, in pico-dollars
 * @throws WalletNotFound
 * @throws RangeError while credit is held
 */
export async function forfeitCredit(
  dependencies: FundsDependencies,
  { accountId, reason, sparedFromPico }: Forfeit,
): Promise<bigint> {
  const { timing, newUlid } = dependencies;
  const changed = await changeFunds(dependencies, accountId, `${FORFEIT_PREFIX}${newUlid(timing.clock())}`, (funds) => {
    const { availablePico, heldPico, spentPico } = funds.balance;
    if (heldPico > 0n) throw new RangeError('credit is held');
    if (availablePico === 0n) return undefined;
    const { paidPico } = creditParts(funds.balance, funds.grants);
    if (sparedFromPico !== undefined && paidPico >= sparedFromPico) return undefined;
    return {
      kind: 'forfeit',
      transfers: transfers(['available', 'expired', availablePico]),
      reason,
      grants: { spentPico, grants: [] },
    };
  });
  return changed ? movedInto('expired', changed.entry) : 0n;
}
