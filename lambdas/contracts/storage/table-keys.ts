/**
 * The keys of each kind of item. No feature scans a table: items that must be listed share a partition, which is split
 * into shards where many writers would contend for it.
 */
interface Key {
  readonly pk: string;
  readonly sk: string;
}

const SHARD_COUNT = 16;

/** Every shard, `00` to `15`. */
export const SHARDS: readonly string[] = Array.from({ length: SHARD_COUNT }, (_, shard) => twoDigits(shard));

/** @param fraction from 0 (inclusive) to 1 (exclusive) */
export const shardAt = (fraction: number): string => twoDigits(Math.floor(fraction * SHARD_COUNT));

let lastMilliseconds = 0;
let lastIsoTime = new Date(lastMilliseconds).toISOString();

/** Epoch milliseconds as ISO 8601 with milliseconds. It always has 24 characters, so that it sorts as text. */
export function isoTime(milliseconds: number): string {
  // A request formats the same moment several times.
  if (milliseconds !== lastMilliseconds) {
    lastIsoTime = new Date(milliseconds).toISOString();
    lastMilliseconds = milliseconds;
  }
  return lastIsoTime;
}

// Wallet table.
/** A payment, under the whole deployment's ID of it. */
export const paymentKey = (paymentId: string): Key => ({ pk: `payment#${paymentId}`, sk: 'payment' });
export const PAYMENT_EXCEPTIONS_PARTITION = 'payment-exceptions';
/** A payment that could not be booked, and why. */
export const paymentExceptionKey = (paymentId: string, code: string): Key => ({
  pk: PAYMENT_EXCEPTIONS_PARTITION,
  sk: `${paymentId}#${code}`,
});
export const PENDING_REFUNDS_PARTITION = 'pending-refunds';
/** A refund whose money was taken from the account, until the processor has accepted or refused it. */
export const pendingRefundKey = (refundId: string): Key => ({ pk: PENDING_REFUNDS_PARTITION, sk: refundId });
/** The accounts that owe money after a dispute. */
export const DEBTS_PARTITION = 'debts';
export const debtKey = (accountId: string): Key => ({ pk: DEBTS_PARTITION, sk: accountId });
/** The live grants of promotional credit of an account. */
export const grantsKey = (accountId: string): Key => ({ pk: accountId, sk: 'grants' });
export const grantExpiryPartition = (shard: string): string => `grant-expiries#${shard}`;
/** The sort key begins with the expiry, so that due grants are found with a range query. */
export const grantExpiryKey = (accountId: string, grantId: string, expiresAt: string): Key => ({
  pk: grantExpiryPartition(shardOf(grantId)),
  sk: `${expiresAt}#${accountId}#${grantId}`,
});
/** The sort key of every balance, and of nothing else. */
export const BALANCE_SORT_KEY = 'wallet';
/** @param drawer a shard, for the balance of its drawer. @default the account's main balance */
export const balanceKey = (accountId: string, drawer?: string): Key => ({
  pk: drawer === undefined ? accountId : `${accountId}#${drawer}`,
  sk: BALANCE_SORT_KEY,
});

export const holdPartition = (shard: string): string => `holds#${shard}`;
/** The sort key begins with the deadline, so that the sweeper finds overdue holds with a range query. */
export const holdKey = (requestId: string, deadline: number): Key => ({
  pk: holdPartition(shardOf(requestId)),
  sk: `${isoTime(deadline)}#${requestId}`,
});
/** An upper bound for the sort keys of holds that are due by `milliseconds`: `~` sorts after the separator. */
export const lastHoldDueAt = (milliseconds: number): string => `${isoTime(milliseconds)}~`;
/** Leases share the partitions of holds, so that the sweeper finds both by their deadline. */
export const leaseKey = (leaseId: string, dueAt: number): Key => holdKey(leaseId, dueAt);
export const deadlineOfHold = (sk: string): number => Date.parse(sk.slice(0, sk.indexOf('#')));

export const ENTRY_PREFIX = 'entry#';
const LATE_SUFFIX = '#late';
/** @param entryId the request ID for the end of a hold, the payment ID for a credit */
export const entryKey = (accountId: string, entryId: string): Key => ({
  pk: accountId,
  sk: `${ENTRY_PREFIX}${entryId}`,
});
/** Stored with the drawer, because an account's leases can end faster than one partition accepts writes. */
export const leaseEntryKey = (accountId: string, drawer: string, leaseId: string): Key =>
  entryKey(`${accountId}#${drawer}`, leaseId);
/** All partitions that hold entries of an account. */
export const entryPartitions = (accountId: string, hasDrawers: boolean): readonly string[] =>
  hasDrawers ? [accountId, ...SHARDS.map((shard) => `${accountId}#${shard}`)] : [accountId];
/** The entry of a settle that came after its hold had expired. It sorts directly after the entry of the expiry. */
export const lateEntryKey = (accountId: string, requestId: string): Key =>
  entryKey(accountId, `${requestId}${LATE_SUFFIX}`);

// Usage table. Records are sharded because a partition accepts 1,000 writes per second and an account may send more.
/** All partitions that hold usage records of an account. */
export const usagePartitions = (accountId: string): readonly string[] => SHARDS.map((shard) => `${accountId}#${shard}`);
/** Only partitions of usage records begin with this in the usage table. */
export const USAGE_RECORDS_PREFIX = 'acc_';
export const usageRecordKey = (accountId: string, requestId: string): Key => ({
  pk: `${accountId}#${shardOf(requestId)}`,
  sk: requestId,
});

/** The changes of usage records that one reader of the stream could not process. */
export const parkedPartition = (reader: string): string => `parked#${reader}`;
/** @param changeId the stream's ID of the change */
export const parkedKey = (reader: string, changeId: string): Key => ({ pk: parkedPartition(reader), sk: changeId });

/** Cancellations have their own partitions, so that a listing of an account's records contains only records. */
export const cancellationKey = (accountId: string, requestId: string): Key => ({
  pk: `cancel#${accountId}#${shardOf(requestId)}`,
  sk: requestId,
});

/** @param minute the start of the minute in epoch milliseconds */
export const cancellationCountKey = (accountId: string, minute: number): Key => ({
  pk: `cancel#${accountId}`,
  sk: `minute#${isoTime(minute)}`,
});

/** The request that an Idempotency-Key was last used for. @param keyHash a hash of the key and its owner */
export const idempotencyClaimKey = (keyHash: string): Key => ({ pk: `idempotency#${keyHash}`, sk: 'claim' });

// Receipts are in the usage table too, because they are derived from its records and expire with them.
export const openLeavesPartition = (shard: string): string => `leaves#${shard}`;
/** @param batch identifies the source of the leaves, so that processing a batch twice writes the same item */
export const openLeavesKey = (batch: string): Key => ({ pk: openLeavesPartition(shardOf(batch)), sk: batch });

export const treesPartition = (accountId: string): string => `trees#${accountId}`;
/**
 * Sorts by minute, so that the search for a receipt's tree can start at the end of its request. The hash gives trees
 * with different content different keys.
 */
export const treeKey = (
  accountId: string,
  tree: { readonly minute: string; readonly seal: number; readonly number: number; readonly hash: string },
): Key => ({
  pk: treesPartition(accountId),
  sk: `${tree.minute}#${ordinal(tree.seal)}#${ordinal(tree.number)}#${tree.hash}`,
});

export const lateReceiptPartition = (accountId: string): string => `late#${accountId}`;
/** Points from a request to its tree if the tree was sealed long after the request. @param tree the tree's sort key */
export const lateReceiptKey = (accountId: string, requestId: string, tree: string): Key => ({
  pk: lateReceiptPartition(accountId),
  sk: `${requestId}#${tree}`,
});

/** The hourly spend of a key and of all keys that share its counters. */
export const keySpendPartition = (counterId: string): string => `spend#${counterId}`;
/** @param hour such as `2026-11-20T10`, which sorts as text */
export const keySpendKey = (counterId: string, hour: string): Key => ({ pk: keySpendPartition(counterId), sk: hour });

const SEALS = 'seals';
export const sealKey = (number: number): Key => ({ pk: SEALS, sk: ordinal(number) });
/** The number of the last seal. It never expires, because the next seal must follow it, however late that comes. */
export const LAST_SEAL_KEY: Key = { pk: SEALS, sk: 'last' };

/** Public keys never expire, so that a receipt can be verified at any time. */
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

/** The account's customer at the payment processor. */
export const customerKey = (accountId: string): Key => ({ pk: accountId, sk: 'customer' });
/** The settings and the state of an account's automatic top-up. */
export const autoTopUpKey = (accountId: string): Key => ({ pk: accountId, sk: 'auto-top-up' });
/** The accounts whose automatic top-up is on, or is charging. */
export const AUTO_TOP_UPS_PARTITION = 'auto-top-ups';
export const autoTopUpListingKey = (accountId: string): Key => ({ pk: AUTO_TOP_UPS_PARTITION, sk: accountId });
/** An event of the payment processor that was received. */
export const paymentEventKey = (eventId: string): Key => ({ pk: `payment-event#${eventId}`, sk: 'event' });

export const TRUST_PREFIX = 'trust#';
export const trustKey = (accountId: string, trustId: string): Key => ({
  pk: accountId,
  sk: `${TRUST_PREFIX}${trustId}`,
});
/** @param hash the hash of the issuer and the token's `jti` */
export const exchangedTokenKey = (hash: string): Key => ({ pk: `exchanged#${hash}`, sk: 'token' });

export const personKey = (personId: string): Key => ({ pk: personId, sk: 'person' });
/** @param subject the user pool's ID of a person, which is a pseudonym as well */
export const subjectKey = (subject: string): Key => ({ pk: `subject#${subject}`, sk: 'person' });
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

// Audit table.
/** @param chain an account ID or `deployment` */
export const auditEventKey = (chain: string, sequence: number): Key => ({ pk: chain, sk: ordinal(sequence) });

// Catalog table.
/** The only partition that the data plane may read. */
export const CATALOG_PARTITION = 'catalog';
/** The number of the last change, so that a process can check for news with one small read. */
export const CATALOG_HEAD_KEY: Key = { pk: CATALOG_PARTITION, sk: 'head' };
export const CATALOG_STATE_KEY: Key = { pk: CATALOG_PARTITION, sk: 'state' };
export const CATALOG_CHANGES_PARTITION = 'changes';
export const catalogChangeKey = (number: number): Key => ({ pk: CATALOG_CHANGES_PARTITION, sk: ordinal(number) });
export const PROPOSALS_PARTITION = 'proposals';
export const proposalKey = (proposalId: string): Key => ({ pk: PROPOSALS_PARTITION, sk: proposalId });

// Keys table.
export const apiKeyKey = (keyId: string): Key => ({ pk: keyId, sk: 'key' });
/**
 * Records that a key was resumed. The record applies to all keys that share counters with it.
 * @param counterId the ID under which these keys are counted
 */
export const resumptionKey = (counterId: string): Key => ({ pk: counterId, sk: 'resumed' });
export const KEY_LISTING_PREFIX = 'key#';
export const keyListingKey = (accountId: string, keyId: string): Key => ({
  pk: accountId,
  sk: `${KEY_LISTING_PREFIX}${keyId}`,
});

export const countersPartition = (counterId: string): string => `counters#${counterId}`;
/** Spent and held amounts in one window of a budget. The window's name includes its kind and time zone. */
export const budgetCounterKey = (counterId: string, window: string): Key => ({
  pk: countersPartition(counterId),
  sk: `budget#${window}`,
});
/** @param minute the start of the minute in epoch milliseconds */
export const minuteCounterKey = (counterId: string, minute: number): Key => ({
  pk: countersPartition(counterId),
  sk: `minute#${isoTime(minute)}`,
});
/** How many retries of an account waited for their first attempts in a minute. */
export const waitCounterKey = (accountId: string, minute: number): Key => ({
  pk: countersPartition(accountId),
  sk: `waits#${isoTime(minute)}`,
});
/** The number of paid requests that are running. */
export const runningCounterKey = (counterId: string): Key => ({ pk: countersPartition(counterId), sk: 'running' });

/** FNV-1a. It spreads IDs that differ only in their last characters and gives the same result in every process. */
function shardOf(id: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV are weak, so fold in the high half.
  return twoDigits(((hash >>> 16) ^ hash) & (SHARD_COUNT - 1));
}

/** Zero-padded, so that it sorts as text. */
function ordinal(number: number): string {
  return String(number).padStart(12, '0');
}

function twoDigits(shard: number): string {
  return String(shard).padStart(2, '0');
}
