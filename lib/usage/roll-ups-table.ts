import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ROLLUPS } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { grantItems } from '../constructs/table-grant';

/** The roll-ups of an account, and which of its requests are in them. */
const ACCOUNTS = ['acc_*'];

/** Grants on roll-ups. They expire with the usage records that they are made of, and only erasure deletes them before. */
export class RollUpsGrants {
  readonly #rollUps: ClassifiedTable;

  constructor(rollUps: ClassifiedTable) {
    this.#rollUps = rollUps;
  }

  /** Adds requests to roll-ups, notes which ones, and compares an hour with the hours before it. */
  count(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] as const;
    return grantItems(grantee, this.#rollUps, actions, ACCOUNTS);
  }

  /** Deletes the roll-ups of an account. */
  erase(grantee: IGrantable): Grant {
    return this.read(grantee).combine(grantItems(grantee, this.#rollUps, ['dynamodb:DeleteItem'], ACCOUNTS));
  }

  /** Reads the roll-ups of accounts. */
  read(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#rollUps, ['dynamodb:Query'], ACCOUNTS);
  }
}

export interface RollUpsTableProps extends StoreProps {
  /** How long a usage record is kept, in days. */
  readonly usageDays: number;
}

/** Sums of usage records per hour, day and month. */
export class RollUpsTable extends ClassifiedTable {
  readonly grants = new RollUpsGrants(this);

  constructor(scope: Construct, id: string, props: RollUpsTableProps) {
    const retention = `with its usage records - ${props.usageDays} days`;
    // Earlier releases have the output and not the export.
    super(scope, id, { ...props, spec: ROLLUPS, retention, nameOutput: 'RollupsTable' });
  }
}
