import { z } from 'zod';
import { paymentKey } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { lesser } from '../../money/pico';
import { exists } from '../../table/condition';
import type { GuardedWrite } from '../../table/commit';
import type { WalletDependencies } from '../dependencies';
import { movedInto, transfers } from '../ledger/entry';
import { changeFunds, isNewChange } from './change-funds';
import { creditParts } from './credit-parts';
import { NotRefundable, PaymentNotFound } from './funds-errors';

/** A refund of a payment, or of a part of it. */
export interface Refund {
  readonly accountId: string;
  /** Begins with `refund_`. */
  readonly refundId: string;
  readonly paymentId: string;
  readonly amountPico: bigint;
}

const refundedSchema = z.object({
  accountId: z.string(),
  amountPico: z.bigint(),
  refundedPico: z.bigint().default(0n),
});

/**
 * Takes the money of a refund from the account, before the refund is asked for. Only paid credit that is neither spent
 * nor held can be refunded, and of a payment no more than it was.
 * @returns whether this call took it
 * @throws WalletNotFound, PaymentNotFound, NotRefundable, ChangeIdReused
 * @throws RangeError when the amount or the ID is invalid
 */
export async function takeRefund(dependencies: WalletDependencies, refund: Refund): Promise<boolean> {
  const { accountId, refundId, paymentId, amountPico } = refund;
  if (amountPico <= 0n) throw new RangeError('invalid amount of a refund');
  if (!/^refund_[\w.:-]{1,200}$/.test(refundId)) throw new RangeError('invalid refund ID');
  const changed = await changeFunds(dependencies, accountId, refundId, async ({ balance, grants }) => {
    const payment = await readPayment(dependencies, paymentId);
    if (payment?.accountId !== accountId) throw new PaymentNotFound();
    const unusedPico = lesser(creditParts(balance, grants).paidPico, balance.availablePico);
    const mostPico = lesser(unusedPico, payment.amountPico - payment.refundedPico);
    if (amountPico > mostPico) throw new NotRefundable(mostPico);
    return {
      kind: 'refund',
      transfers: transfers(['available', 'refunded', amountPico]),
      reference: paymentId,
      writes: [countRefund(paymentId, amountPico)],
    };
  });
  return isNewChange(
    changed,
    (entry) => entry.reference === paymentId && movedInto('refunded', entry) === amountPico,
  );
}

/**
 * Gives the money of a refund back to the account, because the refund failed.
 * @returns whether this call gave it back
 * @throws WalletNotFound, ChangeIdReused
 */
export async function returnRefund(dependencies: WalletDependencies, refund: Refund): Promise<boolean> {
  const { accountId, refundId, paymentId, amountPico } = refund;
  const changed = await changeFunds(dependencies, accountId, `return_${refundId}`, () => ({
    kind: 'refund_return',
    transfers: transfers(['refunded', 'available', amountPico]),
    reference: paymentId,
    writes: [countRefund(paymentId, -amountPico)],
  }));
  return isNewChange(changed, (entry) => movedInto('available', entry) === amountPico);
}

/** Counts the refunds of a payment. Changes of an account's money follow one another, so this needs no condition. */
const countRefund = (paymentId: string, amountPico: bigint): GuardedWrite => ({
  write: { table: WALLET, update: paymentKey(paymentId), change: { add: { refundedPico: amountPico } }, when: exists() },
});

async function readPayment(
  { store }: WalletDependencies,
  paymentId: string,
): Promise<z.infer<typeof refundedSchema> | undefined> {
  const item = await store.get({ table: WALLET, key: paymentKey(paymentId) });
  return item && refundedSchema.parse(item);
}
