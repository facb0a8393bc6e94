import { picoOfCents, shareOf } from './cents';
import type { ProcessedDispute, ProcessedPayment, ProcessedRefund } from './processor';

/**
 * The credit that a part of a payment bought, in pico-dollars. A part that was not asked for here includes its share of
 * the tax. A fraction of a cent stays with the customer.
 */
export function creditOf(
  { creditCents = 0n, receivedCents }: Pick<ProcessedPayment, 'creditCents' | 'receivedCents'>,
  part: { readonly cents: bigint; readonly creditCents?: bigint | undefined },
): bigint {
  return picoOfCents(part.creditCents ?? shareOf(part.cents, creditCents, receivedCents));
}

/** The ledger's ID of a refund. */
export const refundIdOf = ({ refundId, processorId }: ProcessedRefund): string => refundId ?? `refund_${processorId}`;

/** The ledger's ID of a dispute. @param time counts from 1 how often the bank took the money */
export const disputeIdOf = ({ processorId }: ProcessedDispute, time: number): string =>
  time === 1 ? `dispute_${processorId}` : `dispute_${processorId}.${time}`;
