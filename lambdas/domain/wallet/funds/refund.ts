import { z } from 'zod';
import { entryKey, paymentKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { lesser } from '../../money/pico';
import type { GuardedWrite } from '../../table/commit';
import { exists } from '../../table/condition';
import type { FundsDependencies } from '../dependencies';
import { decodeEntry, movedInto, transfers } from '../ledger/entry';
import { changeFunds, isNewChange, type Recorder } from './change-funds';
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

/** A refund that is about to be asked for, or has happened already. */
export interface TakenRefund extends Refund {
  /** Whether the money was paid back already. It is then taken as far as it is there. @default false */
  readonly hasHappened?: boolean;
  /** Writes that belong to the refund. */
  readonly writes?: readonly GuardedWrite[];
}

const refundedSchema = z.object({
  accountId: z.string(),
  amountPico: z.bigint(),
  refundedPico: z.bigint().default(0n),
});

/**
 * Takes the money of a refund from the account. Only paid credit that is neither spent nor held can be refunded, and of a
 * payment no more than it was. If a refund has happened nevertheless, the part that the account no longer has is the
 * operator's loss.
 * @returns whether this call took it, and the loss in pico-dollars
 * @throws WalletNotFound, PaymentNotFound, NotRefundable, ChangeIdReused
 * @throws RangeError when the amount or the ID is invalid
 */
export async function takeRefund(
  dependencies: FundsDependencies,
  { hasHappened = false, writes = [], ...refund }: TakenRefund,
  record?: Recorder,
): Promise<{ readonly isNew: boolean; readonly lostPico: bigint }> {
  const { accountId, refundId, paymentId, amountPico } = refund;
  if (amountPico <= 0n) throw new RangeError('invalid amount of a refund');
  if (!/^refund_[\w.:-]{1,200}$/.test(refundId)) throw new RangeError('invalid refund ID');
  const changed = await changeFunds(
    dependencies,
    accountId,
    refundId,
    async ({ balance, grants }) => {
      const payment = await readPayment(dependencies, paymentId);
      if (payment?.accountId !== accountId) throw new PaymentNotFound();
      const unusedPico = lesser(creditParts(balance, grants).paidPico, balance.availablePico);
      const mostPico = lesser(unusedPico, payment.amountPico - payment.refundedPico);
      if (amountPico > mostPico && !hasHappened) throw new NotRefundable(mostPico);
      const takenPico = lesser(amountPico, mostPico);
      return {
        kind: 'refund',
        transfers: transfers(['available', 'refunded', takenPico], ['operatorLoss', 'overrun', amountPico - takenPico]),
        reference: paymentId,
        writes: [countRefund(paymentId, takenPico), ...writes],
      };
    },
    record,
  );
  const isNew = isNewChange(
    changed,
    (entry) =>
      entry.reference === paymentId && movedInto('refunded', entry) + movedInto('overrun', entry) === amountPico,
  );
  return { isNew, lostPico: changed ? movedInto('overrun', changed.entry) : 0n };
}

/** The ID of the entry that gives the money of a refund back. */
export const returnIdOf = (refundId: string): string => `return_${refundId}`;

/**
 * Gives the money of a refund back to where it was taken from, because the refund failed: to the account, and what it did
 * not have to the operator. Does nothing if none was taken.
 * @returns whether this call gave it back
 * @throws WalletNotFound
 */
export async function returnRefund(
  dependencies: FundsDependencies,
  { accountId, refundId, paymentId }: Omit<Refund, 'amountPico'>,
  writes: readonly GuardedWrite[] = [],
): Promise<boolean> {
  const changed = await changeFunds(dependencies, accountId, returnIdOf(refundId), async () => {
    const taken = await dependencies.store.get({ table: WALLET, key: entryKey(accountId, refundId) });
    if (taken === undefined) return undefined;
    const refund = decodeEntry(taken);
    const takenPico = movedInto('refunded', refund);
    return {
      kind: 'refund_return',
      transfers: transfers(
        ['refunded', 'available', takenPico],
        ['overrun', 'operatorLoss', movedInto('overrun', refund)],
      ),
      reference: paymentId,
      writes: [countRefund(paymentId, -takenPico), ...writes],
    };
  });
  return changed?.isNew ?? false;
}

/** Counts the refunds of a payment. Changes of an account's money follow one another, so this needs no condition. */
const countRefund = (paymentId: string, amountPico: bigint): GuardedWrite => ({
  write: {
    table: WALLET,
    update: paymentKey(paymentId),
    change: { add: { refundedPico: amountPico } },
    when: exists(),
  },
});

async function readPayment(
  { store }: FundsDependencies,
  paymentId: string,
): Promise<z.infer<typeof refundedSchema> | undefined> {
  const item = await store.get({ table: WALLET, key: paymentKey(paymentId) });
  return item && refundedSchema.parse(item);
}
