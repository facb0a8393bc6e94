import { z } from 'zod';
import { DELETED } from '../../../contracts/storage/erasure-rule';
import { BOOKKEEPING, keyed, storedItem, usage } from '../../../contracts/storage/stored-item';
import {
  countedPartition,
  DIMENSIONS,
  INTERVALS,
  rollUpPartition,
} from '../../../contracts/storage/table-keys/roll-ups';
import { ROLLUPS } from '../../../contracts/storage/tables';
import type { Item } from '../../table/value';
import { isMeasure } from './measures';
import { decodeRollUp } from './read-roll-ups';

const shown = usage('exported', 'erasable');

/** The sums of usage records. */
export const ROLL_UP_ITEMS = [
  storedItem({
    kind: 'roll-up',
    about: 'the sums of an account’s requests in an hour, a day or a month, by one value of a dimension',
    table: ROLLUPS,
    ends: 'with the first record that could be in it',
    erasure: DELETED,
    schema: z.object({
      dimension: z.enum(DIMENSIONS),
      value: z.string(),
      interval: z.enum(INTERVALS),
      start: z.string(),
      measures: z.record(z.string(), z.bigint()),
    }),
    fields: { dimension: shown, value: shown, interval: shown, start: shown, measures: shown },
    decode: (item) => ({ dimension: String(item['pk']).split('#')[1], ...decodeRollUp(item as Item) }),
    collects: isMeasure,
    is: keyed(/^acc_\w{26}#[a-z]+$/, /^(hour|day|month)#/),
    ofAccount: (accountId) => DIMENSIONS.map((dimension) => ({ partition: rollUpPartition(accountId, dimension) })),
  }),
  storedItem({
    kind: 'counted-requests',
    about: 'which requests of a minute are in the sums, by hashes',
    table: ROLLUPS,
    ends: 'with the records of the minute',
    erasure: DELETED,
    schema: z.object({ marks: z.instanceof(Uint8Array) }),
    fields: { marks: BOOKKEEPING },
    is: keyed(/^acc_\w{26}#counted$/, /#/),
    ofAccount: (accountId) => [{ partition: countedPartition(accountId) }],
  }),
];
