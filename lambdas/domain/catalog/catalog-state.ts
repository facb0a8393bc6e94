import { z } from 'zod';
import type { CatalogEntry } from '../../contracts/storage/catalog-changes';
import type { Item } from '../table/value';
import { CatalogUnreadable } from './catalog-errors';
import { fold, NOTHING_SET, type Timelines } from './timelines';

/** Of what the data plane reads; a new kind of setting is a new one. A process that does not know it keeps what it has. */
export const FORMAT = 1n;

const numberSchema = z.coerce.number().pipe(z.int().positive());

/** What is set, and how often it was changed. */
export interface CatalogState {
  /** Of the last change; 0 before the first. */
  readonly number: number;
  /** When the last change was made. */
  readonly at?: string;
  readonly timelines: Timelines;
}

export const EMPTY_STATE: CatalogState = { number: 0, timelines: NOTHING_SET };

export const decodeHead = (item: Item): number => numberSchema.parse(item['number']);

/**
 * Not parsed by a schema: the data plane reads it at each cold start, as it does the compiled list, and only what was
 * parsed is written.
 */
export function decodeState(item: Item): CatalogState {
  const { content, format, at } = item;
  if (format !== FORMAT || typeof content !== 'string' || typeof at !== 'string')
    throw new CatalogUnreadable('the catalog has a format that is not known here');
  return { number: decodeHead(item), at, timelines: fold(NOTHING_SET, JSON.parse(content) as CatalogEntry[]) };
}
