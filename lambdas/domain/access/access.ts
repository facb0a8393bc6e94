import type { Permission } from '../../contracts/http/permissions';
import { allows, PERMISSIONS } from '../../contracts/http/permissions';
import { roleSchema } from '../../contracts/http/roles';
import { memberKey, personKey } from '../../contracts/storage/table-keys';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { SecondFactors } from '../identity/second-factors';
import { subjectOf } from '../identity/subject';
import type { TableStore } from '../table/table-store';
import { AccountNotFound, MfaRequired, NotAllowed } from './access-errors';
import type { Actor } from './actor';
import { isOperator } from './is-operator';

export interface AccessOptions {
  readonly store: TableStore;
  /** What an operator's second factor is asked of. @default nothing: operators need none */
  readonly secondFactors?: SecondFactors | undefined;
}

/** Decides by our own records who may do what; nothing that a person could have written has a say. */
export class Access {
  readonly #store: TableStore;
  readonly #secondFactors: SecondFactors | undefined;

  constructor({ store, secondFactors }: AccessOptions) {
    this.#store = store;
    this.#secondFactors = secondFactors;
  }

  /**
   * Somebody within an account. Throws AccountNotFound for whoever has nothing to do with it, NotAllowed for
   * a member whose role does not suffice, and MfaRequired for an operator who has to add a second factor. Whether the
   * account exists is not looked at: for an operator the action itself finds that out.
   */
  async inAccount(permission: Permission, accountId: string, personId: string): Promise<Actor> {
    if (PERMISSIONS[permission].scope !== 'account') throw new Error(`${permission} is not about an account`);
    const item = await this.#store.get({ table: ACCOUNTS, key: memberKey(accountId, personId) });
    const role = item && roleSchema.parse(item['role']);
    if (role !== undefined && allows(permission, role)) return { kind: 'member', personId, role };
    const runsDeployment = await isOperator(this.#store, personId);
    if (runsDeployment && allows(permission, 'operator')) return this.#operator(personId);
    throw role !== undefined || runsDeployment ? new NotAllowed() : new AccountNotFound();
  }

  /** An operator about the whole deployment. Throws NotAllowed for everybody else, and MfaRequired. */
  async inDeployment(permission: Permission, personId: string): Promise<Actor> {
    if (PERMISSIONS[permission].scope !== 'deployment') throw new Error(`${permission} is not about the deployment`);
    if (!(await isOperator(this.#store, personId))) throw new NotAllowed();
    return this.#operator(personId);
  }

  /** The one place where somebody is let act as an operator. */
  async #operator(personId: string): Promise<Actor> {
    if (this.#secondFactors) {
      const item = await this.#store.get({ table: ACCOUNTS, key: personKey(personId) });
      const subject = item && subjectOf(item);
      if (subject === undefined || !(await this.#secondFactors.has(subject))) throw new MfaRequired();
    }
    return { kind: 'operator', personId };
  }
}
