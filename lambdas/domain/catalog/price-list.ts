import type { CatalogData } from '../../contracts/storage/catalog';
import prices from './generated/prices.json';

/**
 * The imported prices of the public providers. Not parsed by the schema at the start of a Lambda, which pays for
 * every millisecond of it: the import does so before it writes, and a test does so on what is committed.
 */
export const PRICE_LIST = prices as CatalogData;
