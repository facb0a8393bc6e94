import { z } from 'zod';
import { deliveryIdSchema, webhookIdSchema } from '../storage/ids';
import { openValue } from '../storage/open-values';
import { versionSchema } from '../storage/version';
import { ATTEMPT_OUTCOMES, DELIVERY_STATES, WEBHOOK_DISABLE_REASONS } from '../storage/webhook-state';
import { isPublicUrl } from './public-url';
import { line } from './text';

const URL_CHARACTERS_MAX = 1_024;
const DESCRIPTION_CHARACTERS_MAX = 100;
/** A week. */
export const SECRET_GRACE_SECONDS_MAX = 604_800;

/** The kinds of events that an account's webhooks get: those of the mails that are about an account. */
export const WEBHOOK_EVENTS = [
  'invitation',
  'low_balance',
  'top_up_succeeded',
  'top_up_failed',
  'auto_top_up_failed',
  'auto_top_up_action_needed',
  'auto_top_up_disabled',
  'invoice_issued',
  'statement_due',
  'statement_reminder',
  'subscription_changed',
  'account_in_debt',
  'key_created',
  'key_rotated',
  'key_expiring',
  'role_changed',
  'budget_reached',
  'shared_budget_reached',
  'error_rate',
  'spend_anomaly',
  'webhook_disabled',
  'export_ready',
  'erasure_requested',
  'erasure_cancelled',
] as const;
/** The event with which a person tries out a webhook. */
export const TEST_EVENT = 'test';

/** Whether a text is the URL of a receiver on the public internet. */
export const isWebhookUrl = (text: string): boolean => isPublicUrl(text, { allowsQuery: true });

/** Whether a text is the URL of a receiver on the machine itself. Only a local run sends to one. */
export const isLoopbackUrl = (text: string): boolean =>
  URL.canParse(text) && /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\//.test(new URL(text).href);

export const newWebhookSchema = z
  .strictObject({
    url: z
      .string()
      .max(URL_CHARACTERS_MAX)
      .refine(
        (url) => isWebhookUrl(url) || isLoopbackUrl(url),
        'must be the https:// URL of a public host, without port, credentials or fragment',
      )
      .describe('Receives the events. An https:// URL of a public host; a local run also sends to 127.0.0.1.'),
    description: line(DESCRIPTION_CHARACTERS_MAX).optional(),
    events: z
      .array(z.enum(WEBHOOK_EVENTS))
      .min(1)
      .max(WEBHOOK_EVENTS.length)
      .optional()
      .describe('The kinds of events to send. Without it, all are sent, and those that later releases add.'),
  })
  .meta({ id: 'NewWebhook' });

/** A webhook as it is read and shown: a later release may know other events and reasons. */
export const webhookSchema = z
  .object({
    webhookId: webhookIdSchema,
    url: z.string(),
    description: z.string().optional(),
    events: z.array(openValue(WEBHOOK_EVENTS)).optional(),
    state: z.enum(['enabled', 'disabled']),
    /** Absent if a person disabled it. */
    disabledReason: openValue([...WEBHOOK_DISABLE_REASONS, 'erasure']).optional(),
    disabledAt: z.iso.datetime().optional(),
    /** It has accepted nothing since then. */
    failingSince: z.iso.datetime().optional(),
    /** Until then, the secret before the last rotation signs as well. */
    previousSecretUntil: z.iso.datetime().optional(),
    createdAt: z.iso.datetime(),
    createdBy: z.string().optional(),
    version: versionSchema,
  })
  .meta({ id: 'Webhook' });

/** A webhook with its secret, which is shown this once only. */
export const shownWebhookSchema = webhookSchema
  .extend({
    secret: z.string().describe('For the verification of signatures, as in https://www.standardwebhooks.com.'),
  })
  .meta({ id: 'ShownWebhook' });

export const secretRotationSchema = z.strictObject({
  graceSeconds: z
    .int()
    .min(0)
    .max(SECRET_GRACE_SECONDS_MAX)
    .describe('How long the old secret signs as well, so that receivers can change to the new one.'),
});

/** The metadata of one attempt. Nothing that the receiver sent is kept but its status. */
export const deliveryAttemptSchema = z.object({
  at: z.iso.datetime(),
  outcome: openValue(ATTEMPT_OUTCOMES),
  /** Present if the receiver answered. */
  status: z.int().optional(),
  durationMs: z.int().nonnegative(),
});

export const webhookDeliverySchema = z
  .object({
    deliveryId: deliveryIdSchema,
    /** The header `webhook-id`. */
    messageId: z.string(),
    event: openValue([...WEBHOOK_EVENTS, TEST_EVENT]),
    state: openValue(DELIVERY_STATES),
    createdAt: z.iso.datetime(),
    /** Present while it is pending. */
    nextAttemptAt: z.iso.datetime().optional(),
    /** The latest attempts, the oldest first. */
    attempts: z.array(deliveryAttemptSchema),
  })
  .meta({ id: 'WebhookDelivery' });

export type NewWebhook = Readonly<z.infer<typeof newWebhookSchema>>;
export type Webhook = Readonly<z.infer<typeof webhookSchema>>;
export type ShownWebhook = Readonly<z.infer<typeof shownWebhookSchema>>;
export type WebhookDelivery = Readonly<z.infer<typeof webhookDeliverySchema>>;
