import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { CATALOG_PARTITION } from '../../lambdas/contracts/table-keys';
import type { ClassifiedTable } from '../shared/table';
import { grantItems } from '../shared/table-grant';

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
}
