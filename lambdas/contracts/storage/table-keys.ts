/**
 * Where each kind of item lives. Nothing is found by a scan: what must be listed has a partition for it,
 * spread over shards where many writers meet.
 */
interface Key {
  readonly pk: string;
  readonly sk: string;
}

const SHARD_COUNT = 16;

/** Every shard, `00` to `15`. */
export const SHARDS: readonly string[] = Array.from({ length: SHARD_COUNT }, (_, shard) => twoDigits(shard));

/** @param fraction from 0 to below 1 */
export const shardAt = (fraction: number): string => twoDigits(Math.floor(fraction * SHARD_COUNT));

/** Epoch milliseconds as ISO 8601 with milliseconds, always 24 characters: it sorts as text. */
export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

// Wallet table.
/** @param drawer a shard: where an account's leases find their money. @default the account's main balance */
export const balanceKey = (accountId: string, drawer?: string): Key => ({
  pk: drawer === undefined ? accountId : `${accountId}#${drawer}`,
  sk: 'wallet',
});

export const holdPartition = (shard: string): string => `holds#${shard}`;
/** The sort key is the index by deadline. */
export const holdKey = (requestId: string, deadline: number): Key => ({
  pk: holdPartition(shardOf(requestId)),
  sk: `${isoTime(deadline)}#${requestId}`,
});
/** The last sort key of a hold whose deadline is `milliseconds` or before: `~` sorts after the separator. */
export const lastHoldDueAt = (milliseconds: number): string => `${isoTime(milliseconds)}~`;
/** Leases are found as holds are: by when somebody must look at them. */
export const leaseKey = (leaseId: string, dueAt: number): Key => holdKey(leaseId, dueAt);
export const deadlineOfHold = (sk: string): number => Date.parse(sk.slice(0, sk.indexOf('#')));

export const ENTRY_PREFIX = 'entry#';
const LATE_SUFFIX = '#late';
/** @param entryId the request's id for the end of a hold, the payment's for a credit */
export const entryKey = (accountId: string, entryId: string): Key => ({
  pk: accountId,
  sk: `${ENTRY_PREFIX}${entryId}`,
});
/** With its drawer: leases of one account end faster than one partition takes entries. */
export const leaseEntryKey = (accountId: string, drawer: string, leaseId: string): Key =>
  entryKey(`${accountId}#${drawer}`, leaseId);
/** Every partition of an account's entries. */
export const entryPartitions = (accountId: string, hasDrawers: boolean): readonly string[] =>
  hasDrawers ? [accountId, ...SHARDS.map((shard) => `${accountId}#${shard}`)] : [accountId];
/** The entry of a settle that came after its hold had expired. It sorts right behind the expiry's. */
export const lateEntryKey = (accountId: string, requestId: string): Key =>
  entryKey(accountId, `${requestId}${LATE_SUFFIX}`);

// Usage table. One partition takes a thousand writes a second, and one account may make more requests than that.
/** Every partition of an account's records. */
export const usagePartitions = (accountId: string): readonly string[] => SHARDS.map((shard) => `${accountId}#${shard}`);
/** No partition of another kind in the usage table begins so. */
export const USAGE_RECORDS_PREFIX = 'acc_';
export const usageRecordKey = (accountId: string, requestId: string): Key => ({
  pk: `${accountId}#${shardOf(requestId)}`,
  sk: requestId,
});

/** In partitions of their own, so that an account's records are records only. */
export const cancellationKey = (accountId: string, requestId: string): Key => ({
  pk: `cancel#${accountId}#${shardOf(requestId)}`,
  sk: requestId,
});

// Receipts are in the usage table too: they are made of its records and end with them.
export const openLeavesPartition = (shard: string): string => `leaves#${shard}`;
/** @param batch names what the leaves were made of: the same batch again is the same item */
export const openLeavesKey = (batch: string): Key => ({ pk: openLeavesPartition(shardOf(batch)), sk: batch });

export const treesPartition = (accountId: string): string => `trees#${accountId}`;
/** By time, so that a receipt's tree is found from the end of its request on. Another content has another key. */
export const treeKey = (
  accountId: string,
  tree: { readonly minute: string; readonly seal: number; readonly number: number; readonly hash: string },
): Key => ({
  pk: treesPartition(accountId),
  sk: `${tree.minute}#${ordinal(tree.seal)}#${ordinal(tree.number)}#${tree.hash}`,
});

export const lateReceiptPartition = (accountId: string): string => `late#${accountId}`;
/** Where a receipt is whose tree came long after its request. The tree's sort key follows the request's id. */
export const lateReceiptKey = (accountId: string, requestId: string, tree: string): Key => ({
  pk: lateReceiptPartition(accountId),
  sk: `${requestId}#${tree}`,
});

/** What a key, with those that are counted as one with it, spent hour by hour. */
export const keySpendPartition = (counterId: string): string => `spend#${counterId}`;
/** @param hour `2026-11-20T10`: it sorts as text */
export const keySpendKey = (counterId: string, hour: string): Key => ({ pk: keySpendPartition(counterId), sk: hour });

const SEALS = 'seals';
export const sealKey = (number: number): Key => ({ pk: SEALS, sk: ordinal(number) });
/** The number of the last seal. Never ends by time: the next seal follows it, however late. */
export const LAST_SEAL_KEY: Key = { pk: SEALS, sk: 'last' };

/** Public keys never end by time: whoever kept a receipt can verify it. */
export const RECEIPT_KEYS_PARTITION = 'receipt-keys';
export const receiptKeyKey = (keyId: string): Key => ({ pk: RECEIPT_KEYS_PARTITION, sk: keyId });

// Accounts table.
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
/** @param hash of the issuer and the token's own id */
export const exchangedTokenKey = (hash: string): Key => ({ pk: `exchanged#${hash}`, sk: 'token' });

export const personKey = (personId: string): Key => ({ pk: personId, sk: 'person' });
/** @param subject the user pool's id of a person: a pseudonym too */
export const subjectKey = (subject: string): Key => ({ pk: `subject#${subject}`, sk: 'person' });
/** The other side of a membership: a person's accounts. */
export const MEMBERSHIP_PREFIX = 'account#';
export const membershipKey = (personId: string, accountId: string): Key => ({
  pk: personId,
  sk: `${MEMBERSHIP_PREFIX}${accountId}`,
});
export const OPERATORS_PARTITION = 'operators';
export const operatorKey = (personId: string): Key => ({ pk: OPERATORS_PARTITION, sk: personId });

/** How many were made in one hour or day. @param whose a person, an account, or the deployment */
export const countKey = (whose: string, what: string, period: string): Key => ({
  pk: whose,
  sk: `count#${what}#${period}`,
});

/** The end of an audit chain. Not in the audit table: nothing of that may ever be updated. */
export const auditHeadKey = (chain: string): Key => ({ pk: chain, sk: 'audit-head' });

/** What a request answered, for its repeats. @param id a keyed hash: it tells neither who asked nor what */
export const idempotencyKey = (id: string): Key => ({ pk: `idempotency#${id}`, sk: 'answer' });

// Audit table.
/** @param chain an account's id, or `deployment` */
export const auditEventKey = (chain: string, sequence: number): Key => ({ pk: chain, sk: ordinal(sequence) });

// Catalog table.
/** What every process of the data plane reads, and all that it may read. */
export const CATALOG_PARTITION = 'catalog';
/** The number of the last change: whether there is anything new costs one small read. */
export const CATALOG_HEAD_KEY: Key = { pk: CATALOG_PARTITION, sk: 'head' };
export const CATALOG_STATE_KEY: Key = { pk: CATALOG_PARTITION, sk: 'state' };
export const CATALOG_CHANGES_PARTITION = 'changes';
export const catalogChangeKey = (number: number): Key => ({ pk: CATALOG_CHANGES_PARTITION, sk: ordinal(number) });
export const PROPOSALS_PARTITION = 'proposals';
export const proposalKey = (proposalId: string): Key => ({ pk: PROPOSALS_PARTITION, sk: proposalId });

// Keys table.
export const apiKeyKey = (keyId: string): Key => ({ pk: keyId, sk: 'key' });
/** That somebody resumed a key: it holds for all that are counted as one with it, and beside the first of them. */
export const resumptionKey = (counterId: string): Key => ({ pk: counterId, sk: 'resumed' });
export const KEY_LISTING_PREFIX = 'key#';
export const keyListingKey = (accountId: string, keyId: string): Key => ({
  pk: accountId,
  sk: `${KEY_LISTING_PREFIX}${keyId}`,
});

export const countersPartition = (counterId: string): string => `counters#${counterId}`;
/** What a key has spent or holds in one window of its budget: a window of another kind, or of another zone, is another. */
export const budgetCounterKey = (counterId: string, window: string): Key => ({
  pk: countersPartition(counterId),
  sk: `budget#${window}`,
});
/** @param minute when it begins, epoch milliseconds */
export const minuteCounterKey = (counterId: string, minute: number): Key => ({
  pk: countersPartition(counterId),
  sk: `minute#${isoTime(minute)}`,
});
/** How many paid requests run. */
export const runningCounterKey = (counterId: string): Key => ({ pk: countersPartition(counterId), sk: 'running' });

/** FNV-1a: spreads ids that differ only in their last characters, and is the same in every process. */
function shardOf(id: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  // FNV's low bits are its weak ones, so the high half is folded in.
  return twoDigits(((hash >>> 16) ^ hash) & (SHARD_COUNT - 1));
}

/** Sorts as text. */
function ordinal(number: number): string {
  return String(number).padStart(12, '0');
}

function twoDigits(shard: number): string {
  return String(shard).padStart(2, '0');
}
