import { type CatalogData, type PriceVersion, retiredPricesSchema } from '../../../lambdas/contracts/storage/catalog';

/** What was imported before: the committed files. */
export interface History {
  readonly catalog: CatalogData;
  readonly retired: readonly PriceVersion[];
}

/**
 * Every version that was imported once and that the sources no longer give: they edit prices in place and drop
 * models, and a charge that names such a version must stay recomputable. In order of retirement.
 * @throws when one does not fit the contract
 */
export function retiredPrices({ catalog, retired }: History, now: CatalogData): readonly PriceVersion[] {
  const current = new Set(versionsOf(now).map(({ version }) => version));
  const past = new Map([...retired, ...versionsOf(catalog)].map((version) => [version.version, version]));
  return retiredPricesSchema.parse([...past.values()].filter(({ version }) => !current.has(version)));
}

function versionsOf({ providers }: CatalogData): readonly PriceVersion[] {
  return Object.values(providers).flatMap((models) => models.flatMap(({ prices }) => prices));
}
