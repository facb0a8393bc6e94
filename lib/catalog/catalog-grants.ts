import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  CATALOG_CHANGES_PARTITION,
  CATALOG_PARTITION,
  PROPOSALS_PARTITION,
} from '../../lambdas/contracts/storage/table-keys/catalog';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems, type TableAction } from '../constructs/table-grant';

/** Grants on the catalog. */
export class CatalogGrants {
  readonly #catalog: ClassifiedTable;

  constructor(catalog: ClassifiedTable) {
    this.#catalog = catalog;
  }

  /** Reads the catalog in force. It includes no write, so that a function that charges cannot set prices. */
  serve(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#catalog, ['dynamodb:GetItem'], [CATALOG_PARTITION]);
  }

  /**
   * Adds changes and proposals, and puts a new version of the catalog in force. It includes no delete. The condition of
   * the write ensures that a change is put once and never replaced.
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
