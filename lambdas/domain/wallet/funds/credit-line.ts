import { creditLineKey } from '../../../contracts/storage/table-keys/funds';
import { WALLET } from '../../../contracts/storage/tables';
import { larger, lesser } from '../../money/pico';
import type { GuardedWrite } from '../../table/commit';
import type { FundsDependencies } from '../dependencies';
import { transfers } from '../ledger/entry';
import { CREDIT_PICO_MAX } from '../ledger/payment';
import { changeFunds, type Recorder } from './change-funds';
import { creditParts } from './credit-parts';
import { LineInUse } from './funds-errors';

/** A credit line that an account should have from now on. */
export interface NewLine {
  readonly accountId: string;
  /** Identifies the change, so that it can be repeated. It begins with `line_`. */
  readonly changeId: string;
  readonly linePico: bigint;
}

/**
 * Sets an account's credit line. The part that is new is available at once. It can shrink only by the part that is not used.
 * @returns whether this call changed it
 * @throws WalletNotFound, LineInUse
 * @throws RangeError when the amount or the ID is invalid
 */
export async function setCreditLine(
  dependencies: FundsDependencies,
  { accountId, changeId, linePico }: NewLine,
  record?: Recorder,
): Promise<boolean> {
  if (linePico < 0n || linePico > CREDIT_PICO_MAX) throw new RangeError('invalid credit line');
  if (!/^line_\w{1,100}$/.test(changeId)) throw new RangeError('invalid ID of a change');
  const changed = await changeFunds(
    dependencies,
    accountId,
    changeId,
    ({ balance, grants }) => {
      const addedPico = linePico - balance.linePico;
      if (addedPico === 0n) return undefined;
      const unusedPico = lesser(creditParts(balance, grants).linePico, balance.availablePico);
      if (-addedPico > unusedPico) throw new LineInUse(balance.linePico - unusedPico);
      return {
        kind: 'line',
        transfers: transfers(
          ['creditLine', 'available', larger(addedPico, 0n)],
          ['available', 'creditLine', larger(-addedPico, 0n)],
        ),
        writes: [listLine(accountId, linePico)],
      };
    },
    record,
  );
  return changed?.isNew ?? false;
}

/** The write that lists an account that has a credit line. A line can end only if nothing of it is used. */
function listLine(accountId: string, linePico: bigint): GuardedWrite {
  const key = creditLineKey(accountId);
  // An update keeps what else the item says.
  return {
    write:
      linePico > 0n
        ? { table: WALLET, update: key, change: { set: { isListed: true } } }
        : { table: WALLET, delete: key },
  };
}
