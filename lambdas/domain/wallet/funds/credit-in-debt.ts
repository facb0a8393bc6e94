import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { lesser } from '../../money/pico';
import type { GuardedWrite } from '../../table/commit';
import type { FundsDependencies } from '../dependencies';
import { transfers } from '../ledger/entry';
import { isEntryOf, listPayment, type Payment, recordPayment } from '../ledger/payment';
import { PaymentIdReused } from '../wallet-errors';
import { changeFunds } from './change-funds';

/**
 * Adds a payment of an account that owes money. It pays the debt first.
 * @throws WalletNotFound, PaymentIdReused
 */
export async function creditInDebt(
  dependencies: FundsDependencies,
  payment: Payment,
  also: readonly GuardedWrite<never>[],
): Promise<'credited' | 'already_credited'> {
  const { accountId, paymentId, amountPico } = payment;
  const at = isoTime(dependencies.timing.clock());
  const record = recordPayment(payment, at);
  const changed = await changeFunds(dependencies, accountId, paymentId, ({ balance }) => {
    const paidPico = lesser(balance.debtPico, amountPico);
    return {
      kind: 'credit',
      transfers: transfers(['funded', 'debt', paidPico], ['funded', 'available', amountPico - paidPico]),
      // An earlier call for the same payment has its entry, and is found by that.
      writes: [{ write: record.write, otherwise: () => new PaymentIdReused() }, listPayment(payment, at), ...also],
    };
  });
  if (changed === undefined || changed.isNew) return 'credited';
  if (!isEntryOf(payment, changed.entry)) throw new PaymentIdReused();
  return 'already_credited';
}
