import type { Construct } from 'constructs';
import { KEYS } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { KeyGrants } from './key-grants';

/** Verifiers, rules and counters of API keys. */
export class KeysTable extends ClassifiedTable {
  readonly grants = new KeyGrants(this);

  constructor(scope: Construct, id: string, props: StoreProps) {
    super(scope, id, { ...props, spec: KEYS, retention: 'life of the key - minute counters 10 minutes' });
  }
}
