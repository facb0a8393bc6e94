import { z } from 'zod';
import { OF_NO_ACCOUNT } from '../../contracts/storage/erasure-rule';
import { keyed, ofNobody, storedItem } from '../../contracts/storage/stored-item';
import {
  CATALOG_CHANGES_PARTITION,
  CATALOG_PARTITION,
  PROPOSALS_PARTITION,
} from '../../contracts/storage/table-keys/catalog';
import { CATALOG } from '../../contracts/storage/tables';

const whole = z.coerce.number();
const known = ofNobody();
const OF_CATALOG = { table: CATALOG, erasure: OF_NO_ACCOUNT, notFound: 'It belongs to no account.' };

/** The items about models and prices. */
export const CATALOG_ITEMS = [
  storedItem({
    ...OF_CATALOG,
    kind: 'catalog-head',
    about: 'the number of the last change of the catalog',
    ends: 'never',
    schema: z.object({ number: whole, at: z.string() }),
    fields: { number: known, at: known },
    is: keyed(CATALOG_PARTITION, 'head'),
  }),
  storedItem({
    ...OF_CATALOG,
    kind: 'catalog-state',
    about: 'models, routes, markups and prices in force',
    ends: 'never',
    schema: z.object({ number: whole, at: z.string(), format: whole, content: z.string() }),
    fields: { number: known, at: known, format: known, content: known },
    is: keyed(CATALOG_PARTITION, 'state'),
  }),
  storedItem({
    ...OF_CATALOG,
    kind: 'catalog-change',
    about: 'a change of the catalog, without its author',
    ends: 'never',
    schema: z.object({
      number: whole,
      at: z.string(),
      action: z.string(),
      proposalId: z.string().optional(),
      content: z.string(),
    }),
    fields: { number: known, at: known, action: known, proposalId: known, content: known },
    is: keyed(CATALOG_CHANGES_PARTITION, /^\d{12}$/),
  }),
  storedItem({
    ...OF_CATALOG,
    kind: 'catalog-proposal',
    about: 'a price list that waits for approval',
    ends: 'when it is approved or withdrawn',
    schema: z.object({ at: z.string(), complete: z.boolean(), content: z.string() }),
    fields: { at: known, complete: known, content: known },
    is: keyed(PROPOSALS_PARTITION, /^pro_/),
  }),
];
