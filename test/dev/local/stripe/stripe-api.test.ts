import Stripe from 'stripe';
import { billingCases } from './cases/billing-cases';
import { customerCases } from './cases/customer-cases';
import { idempotencyCases } from './cases/idempotency-cases';
import { paymentCases } from './cases/payment-cases';
import type { Target } from './cases/target';
import { type LocalStripe, openLocalStripe } from './local-stripe';

// These tests say what Stripe does. They run on the local Stripe, and on Stripe's test mode if there is a key for it.

let local: LocalStripe;
beforeAll(async () => {
  local = await openLocalStripe();
});
afterAll(() => local.fake.close());

const testModeKey = process.env['STRIPE_API_KEY'];
const hasTestMode = testModeKey?.startsWith('sk_test_') ?? false;
const testMode = hasTestMode ? new Stripe(testModeKey ?? '', { maxNetworkRetries: 2 }) : undefined;

const targets: Target[] = [
  { name: 'local Stripe', stripe: () => local.stripe },
  ...(testMode ? [{ name: "Stripe's test mode", stripe: () => testMode }] : []),
];

for (const target of targets) {
  customerCases(target);
  paymentCases(target);
  idempotencyCases(target);
  billingCases(target);
}

if (!hasTestMode)
  process.stdout.write(
    "The tests of test/dev/local/stripe did not run on Stripe's test mode: STRIPE_API_KEY=sk_test_… is not set.\n",
  );
