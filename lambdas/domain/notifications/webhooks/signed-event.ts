import { Webhook } from 'standardwebhooks';
import { SECOND_MS } from '../../clock';
import type { AccountEvent } from '../outbox/event';

/** A request that carries an event, in the form of https://www.standardwebhooks.com. */
export interface SignedEvent {
  readonly headers: { readonly [name: string]: string };
  /** JSON. */
  readonly body: string;
}

/**
 * @param secrets each signs, so that a receiver may know any of them
 * @param now epoch milliseconds; receivers refuse a time that is more than a few minutes from theirs
 */
export function signedEvent(event: AccountEvent, secrets: readonly string[], now: number): SignedEvent {
  const { messageId, accountId, kind, data, createdAt } = event;
  const body = JSON.stringify({ type: kind, timestamp: createdAt, data: { accountId, ...data } });
  const signatures = secrets.map((secret) => new Webhook(secret).sign(messageId, new Date(now), body));
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Tollgate-Webhooks/1',
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(now / SECOND_MS)),
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}
