import type { CatalogData } from '../../contracts/storage/catalog';
import prices from './generated/prices.json';

/**
 * The imported prices of the public providers. They are not parsed by the schema at run time, because a Lambda pays
 * for every millisecond of its start. The import parses them before it writes them, and a test parses the committed file.
 */
export const PRICE_LIST = prices as CatalogData;
