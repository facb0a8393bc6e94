import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CachedSecret } from '../../adapters/secrets/cached-secret';
import { CurrentProcessor } from '../../adapters/stripe/current-processor';
import { stripeClient } from '../../adapters/stripe/stripe-client';
import { StripeProcessor } from '../../adapters/stripe/stripe-processor';
import type { Env, PAYMENTS_ENV } from '../../contracts/deployment/environment';
import { type PaymentSettings, readPaymentSettings } from '../../contracts/deployment/payment-settings';
import { type StripeKeys, stripeKeysSecretSchema } from '../../contracts/deployment/secrets';
import { systemClock } from '../../domain/clock';
import { errorName } from '../../domain/log';
import type { PaymentProcessor } from '../../domain/payments/processor';
import { ProcessorUnavailable } from '../../domain/payments/processor-errors';

/** Stripe, as a deployment uses it. */
export interface DeployedProcessor {
  readonly settings: PaymentSettings;
  readonly processor: PaymentProcessor;
  /** @throws Error when they cannot be fetched, or are empty or placeholders */
  readonly keys: () => Promise<StripeKeys>;
}

/** @returns undefined if the deployment takes no payments */
export function deployedProcessor(
  env: Pick<Env<typeof PAYMENTS_ENV>, 'PAYMENT_SETTINGS' | 'STRIPE_KEYS_SECRET' | 'DEPLOYMENT'>,
  client: Pick<SecretsManagerClient, 'send'>,
): DeployedProcessor | undefined {
  const settings = readPaymentSettings(env.PAYMENT_SETTINGS);
  if (settings === undefined) return undefined;
  const schema = stripeKeysSecretSchema;
  const secret = new CachedSecret({ client, arn: env.STRIPE_KEYS_SECRET, schema, clock: systemClock });
  const keys = (): Promise<StripeKeys> => secret.get();
  return { settings, processor: new CurrentProcessor(currentProcessor(keys, settings, env.DEPLOYMENT)), keys };
}

/** Opens a client for each API key. @throws ProcessorUnavailable while there is no usable one */
function currentProcessor(
  keys: () => Promise<StripeKeys>,
  { automaticTax, apiUrl }: PaymentSettings,
  deployment: string,
): () => Promise<PaymentProcessor> {
  let open: { readonly apiKey: string; readonly processor: PaymentProcessor } | undefined;
  return async () => {
    const { apiKey } = await keys().catch((error: unknown) => {
      throw new ProcessorUnavailable({ cause: errorName(error) });
    });
    if (open?.apiKey === apiKey) return open.processor;
    const processor = new StripeProcessor({ stripe: stripeClient({ apiKey, apiUrl }), deployment, automaticTax });
    open = { apiKey, processor };
    return processor;
  };
}
