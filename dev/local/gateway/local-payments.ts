import { randomBytes } from 'node:crypto';
import { stripeClient } from '../../../lambdas/adapters/stripe/stripe-client';
import { StripeProcessor } from '../../../lambdas/adapters/stripe/stripe-processor';
import { TOP_UP_LIMITS_DEFAULT } from '../../../lambdas/contracts/deployment/payment-limits';
import type { Log } from '../../../lambdas/domain/log';
import { audiencesOf } from '../../../lambdas/domain/notifications/outbox/outbox';
import { Payments } from '../../../lambdas/domain/payments/payments';
import { derivedSecret } from '../../../lambdas/domain/secret';
import { stripeWebhook, STRIPE_WEBHOOK_PATH } from '../../../lambdas/handlers/payments/stripe-webhook';
import type { DataFolder } from '../folder/data-folder';
import { demoPlan } from '../demo/demo-plan';
import type { StripeSettings } from '../settings';
import { folderKeyValue } from '../stripe/folder-key-value';
import { openStripeFake } from '../stripe/open-stripe-fake';
import type { LocalServices } from './local-services';

/** How often the local Stripe looks for what falls due. */
const STRIPE_TICK_MS = 1_000;
const DEPLOYMENT_BYTES = 8;

export interface LocalPaymentsOptions {
  readonly folder: DataFolder;
  readonly services: LocalServices;
  /** The gateway's own origin. @default none: the stand-in for Stripe has nobody to send its events to */
  readonly origin?: string;
  /** @default a stand-in for Stripe that runs in this process */
  readonly stripe: StripeSettings | undefined;
  readonly log: Log;
}

/** The payments of a local run. */
export interface LocalPayments {
  readonly payments: Payments;
  /** Names this run at Stripe. */
  readonly deployment: string;
  readonly webhook: ReturnType<typeof stripeWebhook>;
  close(): Promise<void>;
}

/** Opens the payments of a local run, with a stand-in for Stripe unless there is an API key. */
export async function openLocalPayments(options: LocalPaymentsOptions): Promise<LocalPayments> {
  const { services, log } = options;
  const { apiKey, apiUrl, webhookSecret, plans, close } = options.stripe
    ? { ...options.stripe, apiUrl: undefined, close: () => Promise.resolve() }
    : await openStandIn(options);
  const deployment = `local-${Buffer.from(derivedSecret(services.pepper, 'deployment')).toString('hex', 0, DEPLOYMENT_BYTES)}`;
  const processor = new StripeProcessor({
    stripe: stripeClient({ apiKey, apiUrl }),
    deployment,
    automaticTax: options.stripe?.automaticTax ?? false,
  });
  const payments = new Payments({
    ...services,
    log,
    processor,
    deployment,
    plans,
    limits: TOP_UP_LIMITS_DEFAULT,
    audiences: audiencesOf(true),
  });
  const secrets = (): Promise<readonly string[]> => Promise.resolve([webhookSecret]);
  return {
    payments,
    deployment,
    webhook: stripeWebhook({ events: payments.events, secrets, clock: services.clock, log }),
    close,
  };
}

async function openStandIn({ folder, services, origin }: LocalPaymentsOptions) {
  const webhookSecret = `whsec_${randomBytes(24).toString('hex')}`;
  const fake = await openStripeFake({
    clock: services.clock,
    keyValue: folderKeyValue(folder),
    webhooks: origin === undefined ? [] : [{ url: `${origin}${STRIPE_WEBHOOK_PATH}`, secret: webhookSecret }],
    ...(origin !== undefined && { tickEveryMs: STRIPE_TICK_MS }),
  });
  const apiKey = 'sk_test_local';
  const apiUrl = fake.url;
  const plans = [await demoPlan(stripeClient({ apiKey, apiUrl }))];
  return { apiKey, apiUrl, webhookSecret, plans, close: () => fake.close() };
}
