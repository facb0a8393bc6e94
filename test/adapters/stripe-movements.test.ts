import type Stripe from 'stripe';
import { movementOf } from '../../lambdas/adapters/stripe/movement-of';

const read = (transaction: object): readonly unknown[] => {
  const { kind, cents, paymentId } = movementOf({
    id: 'txn_1',
    created: 1,
    ...transaction,
  } as Stripe.BalanceTransaction);
  return [kind, cents, paymentId];
};

const charge = { object: 'charge', payment_intent: 'pi_1', amount: 11_900, amount_captured: 11_900, currency: 'usd' };
const refund = { object: 'refund', payment_intent: 'pi_1', amount: 2_000, currency: 'usd' };
const dispute = { object: 'dispute', payment_intent: 'pi_1', amount: 11_900, currency: 'usd' };

test('a movement of an account that settles in dollars has the amount of its balance transaction', () => {
  expect(read({ type: 'charge', amount: 11_900, currency: 'usd', source: charge })).toEqual([
    'payment',
    11_900n,
    'pi_1',
  ]);
  expect(read({ type: 'refund', amount: -2_000, currency: 'usd', source: refund })).toEqual([
    'refund',
    -2_000n,
    'pi_1',
  ]);
});

test.each([
  ['payment', 'charge', 10_234, charge, 11_900n],
  ['refund', 'refund', -1_733, refund, -2_000n],
  ['refund_failed', 'refund_failure', 1_733, refund, 2_000n],
  ['dispute', 'adjustment', -10_301, dispute, -11_900n],
  ['dispute_won', 'adjustment', 10_301, dispute, 11_900n],
])('a %s of an account that settles in euros has the amount in dollars', (kind, type, amount, source, cents) => {
  expect(read({ type, amount, currency: 'eur', source })).toEqual([kind, cents, 'pi_1']);
});
