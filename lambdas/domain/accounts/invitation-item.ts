import { z } from 'zod';
import { invitationSchema } from '../../contracts/http/members';
import { invitationKey } from '../../contracts/storage/table-keys/accounts';
import { EXPIRES_AT } from '../../contracts/storage/tables';
import type { Item } from '../table/value';

export const storedInvitationSchema = invitationSchema.extend({
  verifier: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** An open invitation as members who may invite see it. Accepting it deletes it, and its email address with it. */
export type Invitation = Readonly<z.infer<typeof invitationSchema>>;
type StoredInvitation = Readonly<z.infer<typeof storedInvitationSchema>>;

export const decodeInvitation = (item: Item): Invitation => invitationSchema.parse(item);
export const decodeStoredInvitation = (item: Item): StoredInvitation => storedInvitationSchema.parse(item);

export function encodeInvitation(accountId: string, invitation: Invitation, verifier: Uint8Array): Item {
  const { invitationId, email, role, invitedBy, createdAt, validUntil } = invitation;
  return {
    ...invitationKey(accountId, invitationId),
    invitationId,
    email,
    role,
    createdAt,
    validUntil,
    verifier,
    ...(invitedBy !== undefined && { invitedBy }),
    [EXPIRES_AT]: Math.floor(Date.parse(validUntil) / 1_000),
  };
}
