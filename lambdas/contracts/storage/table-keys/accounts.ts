import { type Key, shardOf } from './key-parts';

export const accountKey = (accountId: string): Key => ({ pk: accountId, sk: 'account' });
export const directoryPartition = (shard: string): string => `accounts#${shard}`;
export const directoryKey = (accountId: string): Key => ({ pk: directoryPartition(shardOf(accountId)), sk: accountId });

export const MEMBER_PREFIX = 'member#';
export const memberKey = (accountId: string, personId: string): Key => ({
  pk: accountId,
  sk: `${MEMBER_PREFIX}${personId}`,
});
export const INVITATION_PREFIX = 'invitation#';
export const invitationKey = (accountId: string, invitationId: string): Key => ({
  pk: accountId,
  sk: `${INVITATION_PREFIX}${invitationId}`,
});

export const TRUST_PREFIX = 'trust#';
export const trustKey = (accountId: string, trustId: string): Key => ({
  pk: accountId,
  sk: `${TRUST_PREFIX}${trustId}`,
});
/** A trust that was deleted. The counters of its keys are found by it when the account is erased. */
export const DELETED_TRUST_PREFIX = 'deleted-trust#';
export const deletedTrustKey = (accountId: string, trustId: string): Key => ({
  pk: accountId,
  sk: `${DELETED_TRUST_PREFIX}${trustId}`,
});
/** An account's rules for alerts, and when each was last broken. */
export const alertsKey = (accountId: string): Key => ({ pk: accountId, sk: 'alerts' });
/** An address that gets an account's events. */
export const WEBHOOK_PREFIX = 'webhook#';
export const webhookKey = (accountId: string, webhookId: string): Key => ({
  pk: accountId,
  sk: `${WEBHOOK_PREFIX}${webhookId}`,
});
/** @param hash the hash of the issuer and the token's `jti` */
export const exchangedTokenKey = (hash: string): Key => ({ pk: `exchanged#${hash}`, sk: 'token' });

export const personKey = (personId: string): Key => ({ pk: personId, sk: 'person' });
/** @param subject the user pool's ID of a person, which is a pseudonym as well */
export const subjectKey = (subject: string): Key => ({ pk: `subject#${subject}`, sk: 'person' });
export const mailPreferencesKey = (personId: string): Key => ({ pk: personId, sk: 'mail-preferences' });
/** @param hash a keyed hash of the address */
export const suppressedAddressKey = (hash: string): Key => ({ pk: `suppressed#${hash}`, sk: 'address' });

/** The person's side of a membership. It lists a person's accounts. */
export const MEMBERSHIP_PREFIX = 'account#';
export const membershipKey = (personId: string, accountId: string): Key => ({
  pk: personId,
  sk: `${MEMBERSHIP_PREFIX}${accountId}`,
});
export const OPERATORS_PARTITION = 'operators';
export const operatorKey = (personId: string): Key => ({ pk: OPERATORS_PARTITION, sk: personId });

/**
 * The number of actions of one kind in one period.
 * @param owner a person, an account, or the deployment
 * @param period an hour or a day
 */
export const countKey = (owner: string, action: string, period: string): Key => ({
  pk: owner,
  sk: `count#${action}#${period}`,
});

/** The last event of an audit chain. It is not in the audit table, because no item there may ever be updated. */
export const auditHeadKey = (chain: string): Key => ({ pk: chain, sk: 'audit-head' });

/** The stored response of an idempotent request. @param id a keyed hash, which reveals neither caller nor request */
export const idempotencyKey = (id: string): Key => ({ pk: `idempotency#${id}`, sk: 'answer' });
