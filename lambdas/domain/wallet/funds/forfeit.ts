import type { FundsDependencies } from '../dependencies';
import { movedInto, transfers } from '../ledger/entry';
import { changeFunds } from './change-funds';

/** How the IDs of these entries begin. */
export const FORFEIT_PREFIX = 'forfeit_';

/**
 * Ends all credit of an account that is being erased, purchased and promotional. Nothing may be held any more. A repeat
 * ends what came since.
 * @param reason a code for the ledger, which must not describe a person
 * @returns the credit that ended, in pico-dollars
 * @throws WalletNotFound
 * @throws RangeError while credit is held
 */
export async function forfeitCredit(
  dependencies: FundsDependencies,
  accountId: string,
  reason: string,
): Promise<bigint> {
  const { timing, newUlid } = dependencies;
  const changed = await changeFunds(dependencies, accountId, `${FORFEIT_PREFIX}${newUlid(timing.clock())}`, (funds) => {
    const { availablePico, heldPico, spentPico } = funds.balance;
    if (heldPico > 0n) throw new RangeError('credit is held');
    if (availablePico === 0n) return undefined;
    return {
      kind: 'forfeit',
      transfers: transfers(['available', 'expired', availablePico]),
      reason,
      grants: { spentPico, grants: [] },
    };
  });
  return changed ? movedInto('expired', changed.entry) : 0n;
}
