import { type CatalogData, type PriceVersion, retiredPricesSchema } from '../../../lambdas/contracts/storage/catalog';

/** The result of earlier imports, as committed. */
export interface History {
  readonly catalog: CatalogData;
  readonly retired: readonly PriceVersion[];
}

/**
 * Collects every imported version that the sources no longer have, in order of retirement. Sources edit prices in place
 * and drop models, but a charge that names an old version must stay recomputable.
 * @throws z.ZodError when a version violates the contract
 */
export function retiredPrices({ catalog, retired }: History, now: CatalogData): readonly PriceVersion[] {
  const current = new Set(versionsOf(now).map(({ version }) => version));
  const past = new Map([...retired, ...versionsOf(catalog)].map((version) => [version.version, version]));
  return retiredPricesSchema.parse([...past.values()].filter(({ version }) => !current.has(version)));
}

function versionsOf({ providers }: CatalogData): readonly PriceVersion[] {
  return Object.values(providers).flatMap((models) => models.flatMap(({ prices }) => prices));
}
