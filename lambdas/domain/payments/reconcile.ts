import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { CREDITS_PARTITION, entryKey } from '../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../contracts/storage/tables';
import { inParallel } from '../in-parallel';
import { everyItem } from '../table/every-item';
import type { TableStore } from '../table/table-store';
import { returnIdOf } from '../wallet/funds/refund';
import { type Book, decodeEntry, movedInto } from '../wallet/ledger/entry';
import { listedPaymentSchema } from '../wallet/ledger/payment';
import { picoOfCents } from './cents';
import { creditOf, disputeIdOf, refundIdOf } from './credit-of';
import type { BalanceMovement, PaymentProcessor, ProcessedPayment } from './processor';
import { ProcessorUnavailable } from './processor-errors';

/** An amount that the ledger and the processor do not agree about, in pico-dollars. */
export interface PaymentDifference {
  readonly paymentId: string;
  /** `movement`: the processor moved money twice, its own pages disagree, or this release does not know the movement. */
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
/** How the IDs of the processor's payments begin. Other payments were credited by an operator. */
const PROCESSOR_PREFIX = 'pi_';
/** Sorts after every time. */
const LAST = '~';

/**
 * Compares the movements of money at the processor with the ledger, and the credits of the ledger with the processor. It
 * first books what an event should have booked, so that only a real difference remains.
 * @param period epoch milliseconds; `to` is exclusive
 * @throws ProcessorUnavailable
 * @throws the first other error, after it has tried each payment: the others are booked nevertheless
 */
export async function reconcile(
  { store, processor, converge }: ReconcileOptions,
  period: { readonly from: number; readonly to: number },
): Promise<Reconciliation> {
  const moved = new Map<string, BalanceMovement[]>();
  for await (const movement of processor.movements(period)) {
    const { paymentId } = movement;
    if (paymentId !== undefined) moved.set(paymentId, [...(moved.get(paymentId) ?? []), movement]);
  }
  const credited = await creditsOf(store, period);
  const result = { payments: 0, movements: 0, differences: [] as PaymentDifference[] };
  const paymentIds = [...new Set([...moved.keys(), ...credited.keys()])];
  const errors: unknown[] = [];
  const compareOne = async (paymentId: string): Promise<void> => {
    const payment = await converge(paymentId);
    const creditedPico = credited.get(paymentId);
    if (payment !== undefined) {
      const movements = moved.get(paymentId) ?? [];
      result.payments += 1;
      result.movements += movements.length;
      result.differences.push(...(await differencesOf(store, payment)), ...unknownMovements(movements, payment));
    } else if (creditedPico !== undefined) {
      result.differences.push({ paymentId, kind: 'credit', expectedPico: 0n, actualPico: creditedPico });
    }
  };
  await inParallel(paymentIds, COMPARED_AT_ONCE, async (paymentId) => {
    try {
      await compareOne(paymentId);
    } catch (error) {
      // During an outage every payment would fail, each after a long wait.
      if (error instanceof ProcessorUnavailable) throw error;
      errors.push(error);
    }
  });
  if (errors.length > 0) throw errors[0];
  return result;
}

/** The payments of the processor that the ledger has credited in a period, with their amounts in pico-dollars. */
async function creditsOf(
  store: TableStore,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, bigint>> {
  const sort = { from: isoTime(from), to: Number.isFinite(to) ? isoTime(to) : LAST };
  const credited = new Map<string, bigint>();
  for await (const item of everyItem(store, { table: WALLET, partition: CREDITS_PARTITION, sort })) {
    const { paymentId, amountPico } = listedPaymentSchema.parse(item);
    if (paymentId.startsWith(PROCESSOR_PREFIX)) credited.set(paymentId, amountPico);
  }
  return credited;
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
    let heldBackPico = 0n;
    // One time more than the processor says, so that an entry too many is found.
    for (let time = 1; time <= dispute.takenTimes + 1; time += 1) {
      const disputeId = disputeIdOf(dispute, time);
      heldBackPico += await moved(disputeId, ['disputed']);
      heldBackPico -= await moved(`won_${disputeId}`, ['available', 'debt']);
    }
    const times = BigInt(dispute.takenTimes - dispute.returnedTimes);
    compare('dispute', creditOf(payment, dispute) * times, heldBackPico);
  }
  return differences;
}

/** The movements that are not explained by the payment's amount, refunds and disputes, each of which explains one. */
function unknownMovements(
  movements: readonly BalanceMovement[],
  { state, amountCents, receivedCents, refunds, disputes }: ProcessedPayment,
): readonly PaymentDifference[] {
  const failures = movements.filter(({ kind }) => kind === 'payment_failed').length;
  const paidCents = state === 'succeeded' ? receivedCents : amountCents;
  const unexplained: { readonly [known in BalanceMovement['kind']]: bigint[] } = {
    // A payment that failed at the bank can be made again.
    payment: Array.from({ length: failures + 1 }, () => paidCents),
    payment_failed: Array.from({ length: failures }, () => -amountCents),
    refund: refunds.map((refund) => -refund.cents),
    refund_failed: refunds.filter((refund) => refund.state === 'failed').map((refund) => refund.cents),
    dispute: disputes.flatMap(({ cents, takenTimes }) => Array.from({ length: takenTimes }, () => -cents)),
    dispute_won: disputes.flatMap(({ cents, returnedTimes }) => Array.from({ length: returnedTimes }, () => cents)),
    other: [],
  };
  return movements.flatMap(({ kind, cents, paymentId = '' }) => {
    const explained = unexplained[kind].indexOf(cents);
    if (explained >= 0) {
      unexplained[kind].splice(explained, 1);
      return [];
    }
    return [{ paymentId, kind: 'movement' as const, expectedPico: 0n, actualPico: picoOfCents(cents) }];
  });
}
