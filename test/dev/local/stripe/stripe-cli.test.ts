import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type LocalStripe, openLocalStripe } from './local-stripe';

const run = promisify(execFile);

/** The official binary, which npm installs for the platforms that Stripe builds it for. */
function findBinary(): string | undefined {
  const wrapper = createRequire(__filename).resolve('@stripe/cli/package.json');
  const name = process.platform === 'win32' ? 'stripe.exe' : 'stripe';
  const folder = `cli-${process.platform}-${process.arch}`;
  const path = join(dirname(wrapper), '..', folder, 'bin', name);
  return existsSync(path) ? path : undefined;
}

const binary = findBinary();
if (binary === undefined)
  process.stdout.write('The Stripe CLI did not run: npm has no binary of it for this platform.\n');

let local: LocalStripe;
let home: string;
beforeAll(async () => {
  local = await openLocalStripe();
  home = mkdtempSync(join(tmpdir(), 'stripe-cli-'));
});
afterAll(async () => {
  await local.fake.close();
  rmSync(home, { recursive: true });
});

const EVENTS = [
  'payment_intent.succeeded',
  'checkout.session.completed',
  'charge.refunded',
  'charge.dispute.created',
  'invoice.paid',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'payment_intent.payment_failed',
  'payment_intent.requires_action',
  'invoice.payment_failed',
  'setup_intent.succeeded',
  'charge.dispute.closed',
  'checkout.session.expired',
];

(binary === undefined ? test.skip : test).each(EVENTS)('the official Stripe CLI triggers %s', async (type) => {
  const earlier = local.fake.controls.events(type).length;
  await run(binary ?? '', ['trigger', type, '--api-base', local.fake.url, '--api-key', 'sk_test_local12345'], {
    env: {
      HOME: home,
      PATH: process.env['PATH'],
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
      STRIPE_NO_AUTO_UPDATE: '1',
      // Only the local Stripe may be called: nothing listens there, and Go uses no proxy for the loopback address.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
    },
  });
  expect(local.fake.controls.events(type).length).toBeGreaterThan(earlier);
});
