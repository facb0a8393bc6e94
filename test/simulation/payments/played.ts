import type { FakeProcessor } from './fake-processor';

export const ACCOUNTS_PLAYED = ['acc_01JD0000000000000000000000', 'acc_01JD0000000000000000000001'] as const;

/** The bonus of each paid period, in dollars. */
export const BONUS_USD = '1';

/** A deliberate defect, so that a test can check that it is found. */
export interface PaymentsSabotage {
  /** Changes what the processor reports about a payment. */
  readonly payment?: (payment: NonNullable<Awaited<ReturnType<FakeProcessor['payment']>>>) => typeof payment;
  /** Gives each off-session charge a new idempotency key. */
  readonly forgetsKeys?: boolean;
}
