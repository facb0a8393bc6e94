import type { PaymentsSabotage } from './played';
import { simulatePayments } from './simulation';

const HISTORIES = 80;

test(`the ledger agrees with the payment processor after each of ${HISTORIES} histories, which meet every landmark`, async () => {
  const { failure, met } = await simulatePayments({ histories: HISTORIES, seed: 1 });
  expect(failure).toBeUndefined();
  expect([...met].filter(([, count]) => count === 0)).toEqual([]);
});

test.each<[string, PaymentsSabotage, number, RegExp]>([
  ['a charge that forgets its idempotency key', { forgetsKeys: true }, 185, /a dip causes one charge/],
  [
    'a credit that is a cent too large',
    { payment: (payment) => ({ ...payment, creditCents: (payment.creditCents ?? 0n) + 1n }) },
    1,
    /the ledger agrees with the processor/,
  ],
  [
    'a refund that is not booked',
    { payment: (payment) => ({ ...payment, refunds: [] }) },
    1,
    /the ledger agrees with the processor/,
  ],
  [
    'a dispute that is not booked',
    { payment: (payment) => ({ ...payment, disputes: [] }) },
    1,
    /the ledger agrees with the processor/,
  ],
])('the simulation of payments finds %s', async (_, sabotage, seed, finding) => {
  const { failure } = await simulatePayments({ histories: 100, seed, sabotage });
  expect(failure).toMatch(finding);
});
