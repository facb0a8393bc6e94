import type { ErasureInput, StopReason } from '../../../contracts/storage/erasure';
import { ENTRY_PREFIX, entryKey, paymentKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { z } from 'zod';
import { lesser } from '../../money/pico';
import { wholeCentsIn } from '../../payments/cents';
import { PaymentMissing, RefundFailed, RefundTooLarge } from '../../payments/payments-errors';
import type { Refunds } from '../../payments/refunds';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import type { Funds } from '../../wallet/funds/funds';
import { decodeEntry, movedInto } from '../../wallet/ledger/entry';

/** The IDs of payments at the processor begin with this, and no other entry's does. */
const PAYMENT_PREFIX = 'pi_';

export interface RefundCreditDependencies {
  readonly store: TableStore;
  readonly funds: Pick<Funds, 'view'>;
  /** @default none: the deployment takes no payments */
  readonly refunds?: Pick<Refunds, 'refund'> | undefined;
}

/** All refunds of an erasure begin with this. */
export const refundPrefixOf = (erasureId: string): string => `refund_${erasureId}.`;

/**
 * Pays purchased credit back to the payments that bought it, in whole cents. It can be repeated, also after it was
 * interrupted: the ID of a refund names the payment and the attempt.
 * @param attempt counts the decisions to try again what the processor has refused
 * @returns why a cent or more is left; undefined if it is not
 * @throws PaymentsUnavailable
 */
export async function refundCredit(
  { store, funds, refunds }: RefundCreditDependencies,
  { ownerId: accountId, erasureId }: ErasureInput,
  attempt: number,
): Promise<StopReason | undefined> {
  const unusedCents = async (): Promise<bigint> => {
    const { paidPico, availablePico } = await funds.view(accountId);
    return wholeCentsIn(lesser(paidPico, availablePico));
  };
  let isRefused = false;
  if (refunds !== undefined) {
    for (const paymentId of await paymentsOf(store, accountId)) {
      const refundId = `${refundPrefixOf(erasureId)}${paymentId}.${attempt}`;
      const asked = await askedFor(store, accountId, refundId);
      const creditCents = asked ?? lesser(await unusedCents(), await refundableCents(store, paymentId));
      if (creditCents === 0n) continue;
      try {
        await refunds.refund({ accountId, paymentId, refundId, creditCents });
      } catch (error) {
        // For example because the payment is disputed, so that its credit is not in the account either.
        if (error instanceof RefundFailed) isRefused = true;
        // The processor has paid a part of it back already, or does not know it.
        else if (!(error instanceof RefundTooLarge || error instanceof PaymentMissing)) throw error;
      }
    }
  }
  if ((await unusedCents()) === 0n) return undefined;
  return isRefused ? 'refund_refused' : 'not_refundable';
}

/** The payments of an account at the processor, the newest ID first. */
async function paymentsOf(store: TableStore, accountId: string): Promise<readonly string[]> {
  const credits: { readonly paymentId: string; readonly at: string }[] = [];
  const sort = { beginsWith: `${ENTRY_PREFIX}${PAYMENT_PREFIX}` };
  for await (const item of everyItem(store, { table: WALLET, partition: accountId, sort })) {
    const { entryId, kind, at } = decodeEntry(item);
    if (kind === 'credit') credits.push({ paymentId: entryId, at });
  }
  return credits.sort((one, other) => (one.at < other.at ? 1 : -1)).map(({ paymentId }) => paymentId);
}

/** The credit of a refund that was begun. */
async function askedFor(store: TableStore, accountId: string, refundId: string): Promise<bigint | undefined> {
  const item = await store.get({ table: WALLET, key: entryKey(accountId, refundId) });
  return item && wholeCentsIn(movedInto('refunded', decodeEntry(item)));
}

const refundableSchema = z.object({ amountPico: z.bigint(), refundedPico: z.bigint().default(0n) });

async function refundableCents(store: TableStore, paymentId: string): Promise<bigint> {
  const item = await store.get({ table: WALLET, key: paymentKey(paymentId) });
  if (item === undefined) return 0n;
  const { amountPico, refundedPico } = refundableSchema.parse(item);
  return wholeCentsIn(amountPico - refundedPico);
}
