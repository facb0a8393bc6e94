import { z } from 'zod';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { creditKey, entryKey, paymentKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { PICO_PER_USD } from '../../money/pico';
import { changeBalance } from '../balance/balance';
import { endShortage } from '../balance/may-roll';
import type { GuardedWrite } from '../../table/commit';
import { absent, all, exists } from '../../table/condition';
import type { Item } from '../../table/value';
import { PaymentIdReused, WalletNotFound } from '../wallet-errors';
import { decodeEntry, type Entry, movedInto, putEntry, transfers } from './entry';

const CREDIT_USD_MAX = 1_000_000n;
/** The largest payment. A larger amount is most likely a mistake in its unit. */
export const CREDIT_PICO_MAX = CREDIT_USD_MAX * PICO_PER_USD;

/** A payment's ID becomes an entry's ID, so it must not contain a separator or look like a request or lease ID. */
const PAYMENT_ID = /^(?!req_|lease_)[\w.:-]{1,200}$/;

/** Money that an account paid in. The ID is unique in the whole deployment. */
export interface Payment {
  readonly accountId: string;
  readonly amountPico: bigint;
  readonly paymentId: string;
}

export const paymentSchema = z.object({ accountId: z.string(), amountPico: z.bigint() });

/** @throws RangeError if the amount is not positive or too large, or the payment ID is invalid */
export function checkPayment({ amountPico, paymentId }: Payment): void {
  if (amountPico <= 0n) throw new RangeError('a credit must be positive');
  if (amountPico > CREDIT_PICO_MAX) throw new RangeError(`a credit must be at most ${CREDIT_USD_MAX} dollars`);
  if (!PAYMENT_ID.test(paymentId)) throw new RangeError('invalid payment ID');
}

/**
 * The writes that credit a payment once. The payment has an item of its own, because an entry belongs to its account
 * and cannot tell whether the same payment was credited to another one. Earlier releases wrote only the entry.
 */
export function creditPayment(
  payment: Payment,
  now: number,
): readonly GuardedWrite<'already_credited' | 'in_debt' | PaymentIdReused | WalletNotFound>[] {
  const { accountId, amountPico, paymentId } = payment;
  const at = isoTime(now);
  const entry = {
    kind: 'credit' as const,
    at,
    heldPico: 0n,
    transfers: transfers(['funded', 'available', amountPico]),
  };
  return [
    recordPayment(payment, at),
    listPayment(payment, at),
    {
      write: putEntry(entryKey(accountId, paymentId), entry),
      otherwise: (item) => item && repeatedOf(isEntryOf(payment, decodeEntry(item))),
    },
    {
      write: endShortage(
        changeBalance(
          { accountId },
          { availablePico: amountPico, fundedPico: amountPico },
          all(exists(), absent('debtSince'), absent('closedAt')),
        ),
      ),
      otherwise: (item) => (item && item['closedAt'] === undefined ? 'in_debt' : new WalletNotFound()),
    },
  ];
}

/** The write that records a payment once in the whole deployment. */
export function recordPayment(payment: Payment, at: string): GuardedWrite<'already_credited' | PaymentIdReused> {
  const { accountId, amountPico, paymentId } = payment;
  return {
    write: { table: WALLET, put: { ...paymentKey(paymentId), accountId, amountPico, at }, when: absent() },
    otherwise: (item) => item && repeatedOf(isSamePayment(item, payment)),
  };
}

/** A payment in the list of payments by their time. */
export const listedPaymentSchema = z.object({ paymentId: z.string(), amountPico: z.bigint() });

/** The write that lists a payment by its time, so that the payments of a period are found. */
export const listPayment = ({ paymentId, amountPico }: Payment, at: string): GuardedWrite<never> => ({
  write: { table: WALLET, put: { ...creditKey(paymentId, at), paymentId, amountPico } },
});

/** Whether the entry credits this payment. A part of it may have paid a debt. */
export const isEntryOf = ({ amountPico }: Payment, entry: Entry): boolean =>
  movedInto('available', entry) + movedInto('debt', entry) === amountPico;

const repeatedOf = (isSame: boolean): 'already_credited' | PaymentIdReused =>
  isSame ? 'already_credited' : new PaymentIdReused();

function isSamePayment(item: Item, { accountId, amountPico }: Payment): boolean {
  const stored = paymentSchema.parse(item);
  return stored.accountId === accountId && stored.amountPico === amountPico;
}
