import { operatorKey } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { TableStore } from '../table/table-store';

/** Whether our own records say that a person operates the deployment. */
export async function isOperator(store: TableStore, personId: string): Promise<boolean> {
  return (await store.get({ table: ACCOUNTS, key: operatorKey(personId) })) !== undefined;
}
