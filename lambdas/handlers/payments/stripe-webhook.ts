import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { InvalidSignature, verifiedEvent } from '../../adapters/stripe/stripe-events';
import type { Clock } from '../../domain/clock';
import { type AppError, Forbidden, InternalError } from '../../domain/errors/app-error';
import { ControlPlaneUnavailable } from '../../domain/errors/refusal';
import { errorName, type Log } from '../../domain/log';
import type { PaymentEvents } from '../../domain/payments/payment-events';
import { ProcessorUnavailable } from '../../domain/payments/processor-errors';
import { StoreUnavailable } from '../../domain/table/table-errors';
import { WalletUnavailable } from '../../domain/wallet/wallet-errors';
import { problem } from '../control-plane/problem';
import type { Event } from '../control-plane/api/serve-api';

/** The path to which Stripe sends its events. */
export const STRIPE_WEBHOOK_PATH = '/api/webhooks/stripe';

export interface StripeWebhookDependencies {
  readonly events: Pick<PaymentEvents, 'receive'>;
  /** The webhook's signing secrets; two during a rotation. */
  readonly secrets: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Receives Stripe's events. Stripe repeats an event for three days unless the response is a success, so an event that
 * could not be processed is answered with an error.
 */
export function stripeWebhook({
  events,
  secrets,
  clock,
  log,
}: StripeWebhookDependencies): (event: Event) => Promise<APIGatewayProxyStructuredResultV2> {
  return async ({ headers, body, isBase64Encoded, requestContext }) => {
    try {
      const raw = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8').toString('utf8');
      const event = verifiedEvent(raw, headers['stripe-signature'], await secrets(), clock());
      if (event !== undefined) await events.receive(event);
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"received":true}' };
    } catch (error) {
      if (!(error instanceof InvalidSignature)) {
        log.error('PAYMENT_EVENT_FAILED', { requestId: requestContext.requestId, cause: errorName(error) });
      }
      return problem(errorOf(error), requestContext);
    }
  };
}

function errorOf(error: unknown): AppError {
  if (error instanceof InvalidSignature) return new Forbidden('The signature of the event is invalid.');
  const isOutage = [ProcessorUnavailable, StoreUnavailable, WalletUnavailable].some(
    (outage) => error instanceof outage,
  );
  return isOutage ? new ControlPlaneUnavailable({ cause: error }) : new InternalError();
}
