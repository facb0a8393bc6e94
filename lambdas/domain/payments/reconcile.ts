import { entryKey } from '../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../contracts/storage/tables';
import type { TableStore } from '../table/table-store';
import { returnIdOf } from '../wallet/funds/refund';
import { type Book, decodeEntry, movedInto } from '../wallet/ledger/entry';
import { picoOfCents } from './cents';
import { creditOf, disputeIdOf, refundIdOf } from './credit-of';
import type { BalanceMovement, PaymentProcessor, ProcessedPayment } from './processor';

/** An amount that the ledger and the processor do not agree about, in pico-dollars. */
export interface PaymentDifference {
  readonly paymentId: string;
  /** `movement`: the processor's own pages disagree, or this release does not know the movement. */
  readonly kind: 'credit' | 'refund' | 'dispute' | 'movement';
  readonly expectedPico: bigint;
  readonly actualPico: bigint;
}

/** The result of a comparison. */
export interface Reconciliation {
  /** The payments of this deployment that were compared. */
  readonly payments: number;
  readonly movements: number;
  readonly differences: readonly PaymentDifference[];
}

export interface ReconcileOptions {
  readonly store: TableStore;
  readonly processor: Pick<PaymentProcessor, 'movements'>;
  /** Books a payment; see `convergePayment`. */
  readonly converge: (paymentId: string) => Promise<ProcessedPayment | undefined>;
}

/** Each payment takes several calls of the processor, one after the other. */
const COMPARED_AT_ONCE = 8;

/**
 * Compares the movements of money at the processor with the ledger. It first books what an event should have booked, so
 * that only a real difference remains.
 * @param period epoch milliseconds; `to` is exclusive
 * @throws ProcessorUnavailable, WalletUnavailable
 */
export async function reconcile(
  { store, processor, converge }: ReconcileOptions,
  period: { readonly from: number; readonly to: number },
): Promise<Reconciliation> {
  const moved: BalanceMovement[] = [];
  for await (const movement of processor.movements(period)) moved.push(movement);
  const paymentIds = [...new Set(moved.flatMap(({ paymentId }) => (paymentId === undefined ? [] : [paymentId])))];
  const payments = new Map<string, ProcessedPayment>();
  const differences: PaymentDifference[] = [];
  const compareOne = async (paymentId: string): Promise<void> => {
    const payment = await converge(paymentId);
    if (payment === undefined) return;
    payments.set(paymentId, payment);
    differences.push(...(await differencesOf(store, payment)));
  };
  for (let from = 0; from < paymentIds.length; from += COMPARED_AT_ONCE) {
    await Promise.all(paymentIds.slice(from, from + COMPARED_AT_ONCE).map(compareOne));
  }
  let movements = 0;
  for (const movement of moved) {
    const payment = payments.get(movement.paymentId ?? '');
    if (payment === undefined) continue;
    movements += 1;
    differences.push(...unknownMovement(movement, payment));
  }
  return { payments: payments.size, movements, differences };
}

async function differencesOf(store: TableStore, payment: ProcessedPayment): Promise<readonly PaymentDifference[]> {
  const { paymentId, accountId, state } = payment;
  const moved = async (entryId: string, books: readonly Book[]): Promise<bigint> => {
    if (accountId === undefined) return 0n;
    const item = await store.get({ table: WALLET, key: entryKey(accountId, entryId) });
    const entry = item && decodeEntry(item);
    return entry ? books.reduce((sum, book) => sum + movedInto(book, entry), 0n) : 0n;
  };
  const differences: PaymentDifference[] = [];
  const compare = (kind: PaymentDifference['kind'], expectedPico: bigint, actualPico: bigint): void => {
    if (expectedPico !== actualPico) differences.push({ paymentId, kind, expectedPico, actualPico });
  };
  const creditPico = state === 'succeeded' ? picoOfCents(payment.creditCents ?? payment.receivedCents) : 0n;
  compare('credit', creditPico, await moved(paymentId, ['available', 'debt']));
  for (const refund of payment.refunds) {
    const refundId = refundIdOf(refund);
    const taken = await moved(refundId, ['refunded', 'overrun']);
    const returned = await moved(returnIdOf(refundId), ['available', 'operatorLoss']);
    compare('refund', refund.state === 'failed' ? 0n : creditOf(payment, refund), taken - returned);
  }
  for (const dispute of payment.disputes) {
    const disputeId = disputeIdOf(dispute);
    const [taken, returned] = [
      await moved(disputeId, ['disputed']),
      await moved(`won_${disputeId}`, ['available', 'debt']),
    ];
    compare('dispute', dispute.state === 'taken' ? creditOf(payment, dispute) : 0n, taken - returned);
  }
  return differences;
}

/** A movement of money that is not explained by the payment's amount, refunds and disputes. */
function unknownMovement(
  { kind, cents, paymentId }: BalanceMovement,
  { receivedCents, refunds, disputes }: ProcessedPayment,
): readonly PaymentDifference[] {
  const expected: { readonly [known in BalanceMovement['kind']]: readonly bigint[] } = {
    payment: [receivedCents],
    refund: refunds.map((refund) => -refund.cents),
    refund_failed: refunds.map((refund) => refund.cents),
    dispute: disputes.map((dispute) => -dispute.cents),
    dispute_won: disputes.map((dispute) => dispute.cents),
    other: [],
  };
  if (paymentId === undefined || expected[kind].includes(cents)) return [];
  return [{ paymentId, kind: 'movement', expectedPico: 0n, actualPico: picoOfCents(cents) }];
}
