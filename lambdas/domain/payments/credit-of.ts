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

/** The ledger's ID of a dispute. */
export const disputeIdOf = ({ processorId }: ProcessedDispute): string => `dispute_${processorId}`;
