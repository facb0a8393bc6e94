import type { StripeEvent } from '../state/kinds';
import { signatureHeader } from './signature';

const TIMEOUT_MS = 10_000;

interface Posting {
  readonly url: string;
  readonly secret: string;
  /** In seconds. */
  readonly timestamp: number;
}

/** @returns the status of the answer; 0 if there was none */
export async function postEvent(event: StripeEvent, { url, secret, timestamp }: Posting): Promise<number> {
  const body = JSON.stringify(event, undefined, 2);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signatureHeader(body, secret, timestamp),
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
