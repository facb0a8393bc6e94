import { DELETED } from '../../contracts/storage/erasure-rule';
import { BOOKKEEPING, keyed, storedItem, usage } from '../../contracts/storage/stored-item';
import { parkedPartition, usagePartitions } from '../../contracts/storage/table-keys/usage';
import { USAGE } from '../../contracts/storage/tables';
import { usageRecordSchema } from '../../contracts/storage/usage-record';
import { parkedSchema, READERS } from './parked/parked-changes';

/** A record cannot be erased alone: its receipt would not verify any more. All of an account's end with the account. */
const shown = usage('exported', 'erasable');

/** The items about requests. */
export const USAGE_ITEMS = [
  storedItem({
    kind: 'usage-record',
    about: 'a request: time, endpoint, model, provider, key, labels, payer, end user, tokens, cost, status, durations',
    table: USAGE,
    ends: 'after 90 days (configurable)',
    erasure: DELETED,
    schema: usageRecordSchema,
    fields: {
      requestId: shown,
      accountId: shown,
      keyId: shown,
      at: shown,
      endpoint: shown,
      model: shown,
      provider: shown,
      streamed: shown,
      status: shown,
      httpStatus: shown,
      usage: shown,
      estimated: shown,
      costPico: shown,
      overrunPico: shown,
      priceVersion: shown,
      labels: shown,
      payer: shown,
      endUser: shown,
      failedAttempts: shown,
      leaseTurn: shown,
      firstByteMs: shown,
      durationMs: shown,
    },
    is: keyed(/^acc_\w{26}#\d\d$/, /^req_/),
    ofAccount: (accountId) => usagePartitions(accountId).map((partition) => ({ partition })),
  }),
  storedItem({
    kind: 'parked-change',
    about: 'a change of a usage record that could not be processed',
    table: USAGE,
    ends: 'after 90 days, or with its replay',
    erasure: DELETED,
    schema: parkedSchema,
    fields: {
      changeId: BOOKKEEPING,
      cause: BOOKKEEPING,
      parkedAt: BOOKKEEPING,
      accountId: usage('erasable'),
      requestId: usage('erasable'),
    },
    is: keyed(/^parked#/, /./),
    ofAccount: () => READERS.map((reader) => ({ partition: parkedPartition(reader) })),
    belongs: (item, accountId) => item['accountId'] === accountId,
  }),
];
