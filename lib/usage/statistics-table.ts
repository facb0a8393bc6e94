import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { STATISTICS_PARTITION } from '../../lambdas/contracts/storage/table-keys/statistics';
import { STATISTICS } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { grantItems } from '../constructs/table-grant';

/** Grants on statistics. No verb changes or deletes a day that was published. */
export class StatisticsGrants {
  readonly #statistics: ClassifiedTable;

  constructor(statistics: ClassifiedTable) {
    this.#statistics = statistics;
  }

  /** Reads the days that were published. */
  read(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#statistics, ['dynamodb:Query'], [STATISTICS_PARTITION]);
  }

  /** Publishes a day, unless it was published. */
  publish(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#statistics, ['dynamodb:GetItem', 'dynamodb:PutItem'], [STATISTICS_PARTITION]);
  }
}

/** Anonymised usage of all accounts together. */
export class StatisticsTable extends ClassifiedTable {
  readonly grants = new StatisticsGrants(this);

  constructor(scope: Construct, id: string, props: StoreProps) {
    // An export would keep an earlier release, which lacks it, from being deployed again.
    super(scope, id, {
      ...props,
      spec: STATISTICS,
      retention: 'indefinite - anonymised',
      nameOutput: 'StatisticsTable',
    });
  }
}
