import { OF_NO_ACCOUNT } from '../../../contracts/storage/erasure-rule';
import { keyed, ofNobody, storedItem } from '../../../contracts/storage/stored-item';
import { STATISTICS_PARTITION } from '../../../contracts/storage/table-keys/statistics';
import { STATISTICS } from '../../../contracts/storage/tables';
import { partSchema } from './statistics';

/** Anonymised usage. */
export const STATISTICS_ITEMS = [
  storedItem({
    kind: 'statistics',
    about: 'the sums of a day over several accounts, by model, provider and status',
    table: STATISTICS,
    ends: 'never',
    erasure: OF_NO_ACCOUNT,
    schema: partSchema,
    fields: { day: ofNobody(), cells: ofNobody() },
    is: keyed(STATISTICS_PARTITION, /#/),
    notFound: 'It is about no account and no person.',
  }),
];
