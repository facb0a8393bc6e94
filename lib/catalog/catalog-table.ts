import type { Construct } from 'constructs';
import { CATALOG } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { CatalogGrants } from './catalog-grants';

/** Models, routes and prices, with every change that led to them. */
export class CatalogTable extends ClassifiedTable {
  readonly grants = new CatalogGrants(this);

  constructor(scope: Construct, id: string, props: StoreProps) {
    super(scope, id, { ...props, spec: CATALOG, retention: 'versioned - indefinite' });
  }
}
