import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  CATALOG_CHANGES_PARTITION,
  CATALOG_PARTITION,
  PROPOSALS_PARTITION,
} from '../../lambdas/contracts/storage/table-keys';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems, type TableAction } from '../constructs/table-grant';

/** The power over prices. */
export class CatalogGrants {
  readonly #catalog: ClassifiedTable;

  constructor(catalog: ClassifiedTable) {
    this.#catalog = catalog;
  }

  /** Reads what is served. No write: whoever takes the money does not make the prices. */
  serve(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#catalog, ['dynamodb:GetItem'], [CATALOG_PARTITION]);
  }

  /**
   * Adds changes and proposals, and moves what is served on. No verb deletes. That a change is put once and never
   * replaced, the write's own condition says.
   */
  administer(grantee: IGrantable): Grant {
    const allow = (actions: readonly TableAction[], ...partitions: readonly string[]): Grant =>
      grantItems(grantee, this.#catalog, actions, partitions);
    return allow(['dynamodb:GetItem'], CATALOG_PARTITION, PROPOSALS_PARTITION)
      .combine(allow(['dynamodb:UpdateItem'], CATALOG_PARTITION))
      .combine(allow(['dynamodb:PutItem'], CATALOG_PARTITION, CATALOG_CHANGES_PARTITION, PROPOSALS_PARTITION))
      .combine(allow(['dynamodb:Query'], CATALOG_CHANGES_PARTITION, PROPOSALS_PARTITION));
  }
}
