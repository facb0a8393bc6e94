import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../shared/table';
import { grantItems } from '../shared/table-grant';

/** What keys have used of their limits; the keys themselves are in other partitions. */
const COUNTERS = ['counters#*'];

/** The power over API keys. */
export class KeyGrants {
  readonly #keys: ClassifiedTable;

  constructor(keys: ClassifiedTable) {
    this.#keys = keys;
  }

  /** Reads the verifier of a key whose id is known. No Query: nobody who verifies can list. */
  verify(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem']);
  }

  /** Counts what a hold takes of a key's limits, and gives back what it did not use. */
  count(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:UpdateItem'], COUNTERS);
  }
}
