import { z } from 'zod';
import { type Webhook, webhookSchema } from '../../../contracts/http/webhooks';
import { accountIdSchema, webhookIdSchema } from '../../../contracts/storage/ids';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { webhookKey } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { ActionWrite } from '../../audit/action';
import { VersionMismatch } from '../../errors/refusal';
import { all, type Change, type Condition, exists } from '../../table/condition';
import type { Item } from '../../table/value';
import { isVersion, versionSchema } from '../../table/version';
import { WebhookNotFound } from './webhooks-errors';

/** A signing secret. It is derived when it is needed (webhook-secrets.ts), so no table has it. */
const secretSchema = z.object({
  /** Makes the secret another one. */
  secretId: z.string(),
  /** The secret's SHA-256. It tells whether the secret that is derived is still the one that was shown. */
  hash: z.string(),
  /** Epoch milliseconds; absent for the current secret. */
  signsUntil: z.coerce.number().optional(),
});
export type StoredSecret = Readonly<z.infer<typeof secretSchema>>;

export const storedWebhookSchema = webhookSchema
  .omit({ failingSince: true, previousSecretUntil: true, version: true })
  .extend({
    accountId: accountIdSchema,
    /** Epoch milliseconds. */
    failingSince: z.coerce.number().optional(),
    /** The current secret, and after a rotation the one before. */
    secrets: z.array(secretSchema).min(1),
    version: versionSchema,
  });
/** A webhook as it is stored. */
export type StoredWebhook = Readonly<z.infer<typeof storedWebhookSchema>>;

export const decodeWebhook = (item: Item): StoredWebhook => storedWebhookSchema.parse(item);

export function encodeWebhook(webhook: StoredWebhook): Item {
  const { accountId, webhookId, url, description, events, state, secrets, createdAt, createdBy, version } = webhook;
  return {
    ...webhookKey(accountId, webhookId),
    accountId,
    webhookId,
    url,
    ...(description !== undefined && { description }),
    ...(events !== undefined && { events }),
    state,
    secrets: secrets.map(encodeSecret),
    createdAt,
    ...(createdBy !== undefined && { createdBy }),
    version,
  };
}

export const encodeSecret = ({ secretId, hash, signsUntil }: StoredSecret): Item => ({
  secretId,
  hash,
  ...(signsUntil !== undefined && { signsUntil }),
});

/** A webhook as people see it. @param now epoch milliseconds */
export function viewOf({ failingSince, secrets, accountId: _, ...webhook }: StoredWebhook, now: number): Webhook {
  const until = secrets.find(({ signsUntil }) => signsUntil !== undefined && signsUntil > now)?.signsUntil;
  return {
    ...webhook,
    ...(failingSince !== undefined && { failingSince: isoTime(failingSince) }),
    ...(until !== undefined && { previousSecretUntil: isoTime(until) }),
  };
}

interface WebhookChange extends Omit<Change, 'add'> {
  /** A condition besides that the webhook exists. */
  readonly when?: Condition;
  /** The refusal if that condition fails. */
  readonly otherwise?: NonNullable<ActionWrite['otherwise']>;
  /** The version that was read. @default any */
  readonly version?: number | undefined;
}

/** The write that changes a webhook. */
export function changeWebhook(
  { accountId, webhookId }: { readonly accountId: string; readonly webhookId: string },
  { set = {}, remove = [], when, otherwise, version }: WebhookChange,
): ActionWrite {
  return {
    write: {
      table: ACCOUNTS,
      update: webhookKey(accountId, webhookId),
      change: { set, remove, add: { version: 1n } },
      when: all(exists(), ...isVersion(version), ...(when ? [when] : [])),
    },
    otherwise: (current) => {
      if (current === undefined) return new WebhookNotFound();
      if (version !== undefined && decodeWebhook(current).version !== version) return new VersionMismatch();
      return otherwise?.(current);
    },
  };
}

export const webhookIdOf = (ulid: string): string => webhookIdSchema.parse(`whk_${ulid}`);
