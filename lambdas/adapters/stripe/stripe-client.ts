import Stripe from 'stripe';
import { CustomerMissing, ProcessorUnavailable } from '../../domain/payments/processor-errors';

/** A call that a customer waits for. */
const TIMEOUT_MS = 20_000;
/** Each call that changes something has an idempotency key, so repeating it does no harm. */
const RETRIES_MAX = 2;

export interface StripeClientOptions {
  readonly apiKey: string;
  /** Such as `http://127.0.0.1:12111`. @default Stripe's own API */
  readonly apiUrl?: string | undefined;
}

/** Opens a client of Stripe's API. Its version is the one that the package pins. */
export function stripeClient({ apiKey, apiUrl }: StripeClientOptions): Stripe {
  const url = apiUrl === undefined ? undefined : new URL(apiUrl);
  return new Stripe(apiKey, {
    timeout: TIMEOUT_MS,
    maxNetworkRetries: RETRIES_MAX,
    // It would send latencies of earlier requests to Stripe.
    telemetry: false,
    ...(url && {
      host: url.hostname,
      port: url.port,
      protocol: url.protocol === 'http:' ? ('http' as const) : ('https' as const),
    }),
  });
}

/**
 * Calls Stripe.
 * @throws CustomerMissing if it does not know the customer of the call
 * @throws ProcessorUnavailable if it does not answer, or answers with a fault that is not the call's. Its message is left
 *   out, because it can repeat personal data
 */
export async function callStripe<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isCustomerMissing(error)) throw new CustomerMissing();
    if (!isOutage(error)) throw error;
    throw new ProcessorUnavailable({ cause: (error as Error).name });
  }
}

const { StripeAPIError, StripeAuthenticationError, StripeConnectionError, StripeRateLimitError } = Stripe.errors;
/** A rejected API key is an outage too: an operator has to replace it, and nothing is lost meanwhile. */
const OUTAGES = [
  StripeAPIError,
  StripeAuthenticationError,
  StripeConnectionError,
  StripeRateLimitError,
  Stripe.errors.StripePermissionError,
];

const isCustomerMissing = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError &&
  error.code === 'resource_missing' &&
  error.param === 'customer';

const isOutage = (error: unknown): boolean => OUTAGES.some((outage) => error instanceof outage);
