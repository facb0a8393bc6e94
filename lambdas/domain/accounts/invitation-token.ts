import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { encodeSecret } from '../secret';

/** The token in an invitation's mail: it names the invitation and proves that the mail was received. */
export interface InvitationToken {
  readonly accountId: string;
  readonly invitationId: string;
  readonly secret: string;
}

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const TOKEN_SHAPE = new RegExp(`^tgi_(${ULID})_(${ULID})_([0-9A-Za-z]{43})$`);
const TOKEN_CHARACTERS_MAX = 128;
const PREFIX_CHARACTERS = 4;

export const formatInvitationToken = ({ accountId, invitationId, secret }: InvitationToken): string =>
  `tgi_${accountId.slice(PREFIX_CHARACTERS)}_${invitationId.slice(PREFIX_CHARACTERS)}_${secret}`;

/** @returns undefined for text that does not have the shape of a token */
export function parseInvitationToken(presented: string): InvitationToken | undefined {
  if (presented.length > TOKEN_CHARACTERS_MAX) return undefined;
  const [, account, invitation, secret] = TOKEN_SHAPE.exec(presented) ?? [];
  if (account === undefined || invitation === undefined || secret === undefined) return undefined;
  return { accountId: `acc_${account}`, invitationId: `inv_${invitation}`, secret };
}

/**
 * Derives the secret of a token from the deployment's secret, so that the mail can be made later, from IDs alone: no
 * store holds the token, and none needs to.
 */
export const invitationSecret = (
  deploymentSecret: Uint8Array,
  { accountId, invitationId }: Pick<InvitationToken, 'accountId' | 'invitationId'>,
): string => encodeSecret(createHmac('sha256', deploymentSecret).update(`${accountId} ${invitationId}`).digest());

/** A plain hash suffices, because the secret has 256 bits and lives for days. */
export const invitationVerifier = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export const isSameVerifier = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other);
