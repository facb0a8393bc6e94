import type { Permission } from '../../contracts/permissions';
import { allows, PERMISSIONS } from '../../contracts/permissions';
import { roleSchema } from '../../contracts/roles';
import { memberKey, operatorKey } from '../../contracts/table-keys';
import { ACCOUNTS } from '../../contracts/tables';
import { AccountNotFound, NotAllowed } from '../errors/refusal';
import type { TableStore } from '../table/table-store';
import type { Actor } from './actor';

/** Decides by our own records who may do what; nothing that a person could have written has a say. */
export class Access {
  readonly #store: TableStore;

  constructor(options: { readonly store: TableStore }) {
    this.#store = options.store;
  }

  /**
   * Somebody within an account. Throws AccountNotFound for whoever has nothing to do with it, and NotAllowed for
   * a member whose role does not suffice. Whether the account exists is not looked at: for an operator the action
   * itself finds that out.
   */
  async inAccount(permission: Permission, accountId: string, personId: string): Promise<Actor> {
    if (PERMISSIONS[permission].scope !== 'account') throw new Error(`${permission} is not about an account`);
    const item = await this.#store.get({ table: ACCOUNTS, key: memberKey(accountId, personId) });
    const role = item && roleSchema.parse(item['role']);
    if (role !== undefined && allows(permission, role)) return { kind: 'member', personId, role };
    const isOperator = await this.#isOperator(personId);
    if (isOperator && allows(permission, 'operator')) return { kind: 'operator', personId };
    throw role !== undefined || isOperator ? new NotAllowed() : new AccountNotFound();
  }

  /** An operator about the whole deployment. Throws NotAllowed for everybody else. */
  async inDeployment(permission: Permission, personId: string): Promise<Actor> {
    if (PERMISSIONS[permission].scope !== 'deployment') throw new Error(`${permission} is not about the deployment`);
    if (!(await this.#isOperator(personId))) throw new NotAllowed();
    return { kind: 'operator', personId };
  }

  async #isOperator(personId: string): Promise<boolean> {
    return (await this.#store.get({ table: ACCOUNTS, key: operatorKey(personId) })) !== undefined;
  }
}
