import { z } from 'zod';
import type { CatalogEntry } from '../../contracts/storage/catalog-changes';
import type { Item } from '../table/value';
import { CatalogUnreadable } from './catalog-errors';
import { fold, NOTHING_SET, type Timelines } from './timelines';

/**
 * The format of the state that the data plane reads. A new kind of setting needs no new format: a process that does not
 * know it ignores it. A new format is for a state that older releases must not read. A process that does not know the
 * format keeps the catalog that it has, and a new process does not start.
 */
export const FORMAT = 1n;

const numberSchema = z.coerce.number().pipe(z.int().positive());

/** The current settings, and the number of the latest change. */
export interface CatalogState {
  /** The number of the latest change; 0 before the first. */
  readonly number: number;
  /** The time of the latest change. */
  readonly at?: string;
  readonly timelines: Timelines;
}

export const EMPTY_STATE: CatalogState = { number: 0, timelines: NOTHING_SET };

export const decodeHead = (item: Item): number => numberSchema.parse(item['number']);

/**
 * The state is not parsed by a schema, because the data plane reads it at each cold start. Only parsed entries are ever
 * written, though perhaps by a later release.
 * @throws CatalogUnreadable
 */
export function decodeState(item: Item): CatalogState {
  const { content, format, at } = item;
  if (format !== FORMAT || typeof content !== 'string' || typeof at !== 'string')
    throw new CatalogUnreadable('the stored catalog has a format that this version does not know');
  return { number: decodeHead(item), at, timelines: fold(NOTHING_SET, JSON.parse(content) as CatalogEntry[]) };
}
