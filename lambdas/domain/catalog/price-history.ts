import type { CatalogData, PriceVersion } from '../../contracts/storage/catalog';
import retired from './generated/retired-prices.json';
import { PRICE_LIST } from './price-list';

/** Every price version that was ever in force, so that any charge can be recomputed. The data plane does not load it. */
export class PriceHistory {
  readonly #versions: ReadonlyMap<string, PriceVersion>;

  /** @param others catalogs in addition to the imported prices */
  constructor(...others: readonly CatalogData[]) {
    const current = [PRICE_LIST, ...others].flatMap(({ providers }) =>
      Object.values(providers).flatMap((models) => models.flatMap(({ prices }) => prices)),
    );
    this.#versions = new Map([...(retired as PriceVersion[]), ...current].map((version) => [version.version, version]));
  }

  find(version: string): PriceVersion | undefined {
    return this.#versions.get(version);
  }
}
