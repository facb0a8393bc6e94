import type { Catalog } from './catalog';

/** The catalog as it is served now: a Catalog itself, or a LiveCatalog. */
export interface CatalogSource {
  current(): Catalog | Promise<Catalog>;
  /** Resolves once no read of it is under way. */
  settled?(): Promise<void>;
}
