import { z } from 'zod';
import { DELETED, expires } from '../../contracts/storage/erasure-rule';
import { BOOKKEEPING, keyed, storedItem, usage } from '../../contracts/storage/stored-item';
import { SHARDS } from '../../contracts/storage/table-keys/key-parts';
import { USAGE } from '../../contracts/storage/tables';
import { claimSchema } from './idempotency/key-claim';

/** The items about running requests, besides their holds. */
export const DATA_PLANE_ITEMS = [
  storedItem({
    kind: 'cancellation',
    about: 'that an account cancelled a request',
    table: USAGE,
    ends: 'after twenty minutes',
    erasure: DELETED,
    schema: z.object({}),
    fields: {},
    is: keyed(/^cancel#acc_\w{26}#\d\d$/, /./),
    ofAccount: (accountId) => SHARDS.map((shard) => ({ partition: `cancel#${accountId}#${shard}` })),
  }),
  storedItem({
    kind: 'cancellation-count',
    about: 'how often an account cancelled in a minute',
    table: USAGE,
    ends: 'after ten minutes',
    erasure: DELETED,
    schema: z.object({ counted: z.coerce.number() }),
    fields: { counted: BOOKKEEPING },
    is: keyed(/^cancel#acc_\w{26}$/, /^minute#/),
    ofAccount: (accountId) => [{ partition: `cancel#${accountId}` }],
  }),
  storedItem({
    kind: 'idempotency-claim',
    about: 'which request an Idempotency-Key was last used for, by hashes',
    table: USAGE,
    ends: 'after 24 hours',
    erasure: expires(1, 'It consists of hashes and a request ID, and its key is a hash.'),
    schema: claimSchema,
    fields: { requestId: usage(), holdDeadline: BOOKKEEPING, bodyHash: usage() },
    is: keyed(/^idempotency#/, 'claim'),
    notFound: 'Its key is a hash, and it is gone after 24 hours.',
  }),
];
