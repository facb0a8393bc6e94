/**
 * Why the deployment disabled a webhook.
 * - `failing`: it accepted nothing for three days.
 * - `gone`: it answered 410.
 */
export const WEBHOOK_DISABLE_REASONS = ['failing', 'gone'] as const;
export type WebhookDisableReason = (typeof WEBHOOK_DISABLE_REASONS)[number];

/**
 * How an attempt to deliver an event ended.
 * - `answered`: the receiver sent a status.
 * - `timed_out`: it did not do so in time.
 * - `not_reached`: no connection, or it broke.
 * - `not_public`: the URL leads to an address that is not on the public internet; nothing was sent.
 * - `not_signed`: the webhook's secret is not valid any more; nothing was sent.
 */
export const ATTEMPT_OUTCOMES = ['answered', 'timed_out', 'not_reached', 'not_public', 'not_signed'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/**
 * - `pending`: it is still to be made, or will be repeated.
 * - `delivered`: the receiver accepted it.
 * - `failed`: it was not accepted for three days, or the webhook is gone.
 * - `canceled`: the webhook was disabled or deleted before the event was accepted.
 */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed', 'canceled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
