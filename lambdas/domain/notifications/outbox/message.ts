import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isKnown, openValue } from '../../../contracts/storage/open-values';
import { ROLES } from '../../../contracts/http/roles';
import { accountIdSchema, invitationIdSchema, personIdSchema } from '../../../contracts/storage/ids';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import type { Item, Value } from '../../table/value';
import { type Kind, KINDS, type ParametersOf } from './kinds';

/**
 * The people who get a message. No address is stored: it is looked up when the mail is sent.
 * - `roles`: the account's members with one of these roles.
 * - `billing`: the address of the billing details or, without one, the owner and the members with the role billing.
 * - `billing-details`: only that address.
 */
const recipientSchema = z.discriminatedUnion('to', [
  z.object({ to: z.literal('person'), personId: personIdSchema }),
  z.object({ to: z.literal('roles'), roles: z.array(z.enum(ROLES)).min(1) }),
  z.object({ to: z.literal('billing') }),
  z.object({ to: z.literal('billing-details') }),
  z.object({ to: z.literal('invitation'), invitationId: invitationIdSchema }),
]);
export type Recipient = Readonly<z.infer<typeof recipientSchema>>;

/** Selects the deliveries that a message is for. Webhooks of accounts will be another audience with its own partitions. */
const audienceSchema = z.literal('mail');

type Message<K extends Kind> = {
  readonly messageId: string;
  readonly kind: K;
  /** Absent for a message about the person alone. */
  readonly accountId?: string | undefined;
  readonly recipient: Recipient;
  readonly parameters: ParametersOf<K>;
};

/** A message that is not in the outbox yet. ./messages.ts makes each kind. */
export type NewMessage = { [K in Kind]: Message<K> }[Kind];

/** How far the delivery of a message is. */
const progressSchema = z.object({
  /** `sending` from just before the mail is handed to the provider: then nobody else may send it. */
  state: z.enum(['waiting', 'sending']),
  /** How often the mail was handed over, or may have been. */
  attempts: z.coerce.number(),
  /** Epoch milliseconds: when to send next or, while it is being sent, when the attempt counts as in doubt. */
  dueAt: z.coerce.number(),
});

const KIND_NAMES = Object.keys(KINDS) as [Kind, ...Kind[]];

export const pendingSchema = progressSchema.extend({
  messageId: z.string(),
  audience: audienceSchema,
  accountId: accountIdSchema.optional(),
  recipient: recipientSchema,
  createdAt: z.iso.datetime(),
  kind: openValue(KIND_NAMES),
  parameters: z.unknown(),
});

/** A message that is still to be delivered. */
export type PendingMessage = NewMessage &
  Readonly<z.infer<typeof progressSchema>> & { readonly createdAt: string; readonly recipient: Recipient };

/**
 * @returns undefined for a kind that only a later release knows: it stays in the outbox for that release
 * @throws ZodError for an item that is not a message
 */
export function decodePending(item: Item): PendingMessage | undefined {
  const { parameters, ...rest } = pendingSchema.parse(item);
  if (!isKnown(KIND_NAMES, rest.kind)) return undefined;
  // Parameters that only a later release knows are left out, and the others mean what they mean today.
  const known = z.object(KINDS[rest.kind].parameters.shape);
  return { ...rest, parameters: known.parse(parameters) } as unknown as PendingMessage;
}

export function encodePending(message: NewMessage, now: number): Item {
  const { messageId, kind, accountId, recipient } = message;
  return {
    messageId,
    audience: 'mail',
    kind,
    recipient: recipient,
    parameters: definedMembers(KINDS[kind].parameters.parse(message.parameters)),
    ...(accountId !== undefined && { accountId }),
    state: 'waiting',
    attempts: 0,
    dueAt: now,
    createdAt: isoTime(now),
  };
}

/**
 * The ID of the message about one event. It is the same for every retry, and a hash, so that the tags of a mail show
 * the mail provider nothing about the event.
 * @param event what makes the event unique, such as the ID of a payment
 */
export function messageIdOf(kind: Kind, ...event: readonly string[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([kind, ...event]))
    .digest('hex');
  return `msg_${hash.slice(0, 40)}`;
}

/** The message for one of the people that a message about roles is for. */
export function forPerson(message: NewMessage, personId: string): NewMessage {
  const messageId = messageIdOf(message.kind, message.messageId, personId);
  return { ...message, messageId, recipient: { to: 'person', personId } };
}

export function forBillingDetails(message: NewMessage): NewMessage {
  const messageId = messageIdOf(message.kind, message.messageId, 'billing-details');
  return { ...message, messageId, recipient: { to: 'billing-details' } };
}

function definedMembers(parameters: { readonly [name: string]: Value | undefined }): Item {
  const members = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return Object.fromEntries(members) as Item;
}
