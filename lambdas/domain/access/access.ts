import type { Permission } from '../../contracts/http/permissions';
import { allows, PERMISSIONS } from '../../contracts/http/permissions';
import { ROLES } from '../../contracts/http/roles';
import { isKnown } from '../../contracts/storage/open-values';
import { memberKey, personKey } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { SecondFactors } from '../identity/second-factors';
import { subjectOf } from '../identity/subject';
import type { TableStore } from '../table/table-store';
import { AccountNotFound, MfaRequired, NotAllowed } from './access-errors';
import type { Actor } from './actor';
import { isOperator } from './is-operator';

export interface AccessOptions {
  readonly store: TableStore;
  /** Tells whether an operator has a second factor. @default operators need none */
  readonly secondFactors?: SecondFactors | undefined;
}

/** Decides who may do what, using only our own records and never text that a person could have written. */
export class Access {
  readonly #store: TableStore;
  readonly #secondFactors: SecondFactors | undefined;

  constructor({ store, secondFactors }: AccessOptions) {
    this.#store = store;
    this.#secondFactors = secondFactors;
  }

  /**
   * Admits a person to an action within an account. If an operator acts, it does not check whether the account exists;
   * the action does.
   * @throws AccountNotFound when the person has no access to the account
   * @throws NotAllowed when the member's role does not allow it
   * @throws MfaRequired when an operator has to add a second factor
   */
  async inAccount(permission: Permission, accountId: string, personId: string): Promise<Actor> {
    if (PERMISSIONS[permission].scope !== 'account') throw new Error(`${permission} is not about an account`);
    const item = await this.#store.get({ table: ACCOUNTS, key: memberKey(accountId, personId) });
    const role = item?.['role'];
    // A role that only a later release knows allows nothing.
    const isAllowed = typeof role === 'string' && isKnown(ROLES, role) && allows(permission, role);
    if (isAllowed) return { kind: 'member', personId, role };
    const runsDeployment = await isOperator(this.#store, personId);
    if (runsDeployment && allows(permission, 'operator')) return this.#operator(personId);
    throw item !== undefined || runsDeployment ? new NotAllowed() : new AccountNotFound();
  }

  /**
   * Admits an operator to an action on the whole deployment.
   * @throws NotAllowed when the person is not an operator
   * @throws MfaRequired when the operator has to add a second factor
   */
  async inDeployment(permission: Permission, personId: string): Promise<Actor> {
    if (PERMISSIONS[permission].scope !== 'deployment') throw new Error(`${permission} is not about the deployment`);
    if (!(await isOperator(this.#store, personId))) throw new NotAllowed();
    return this.#operator(personId);
  }

  /** The only place that lets a person act as an operator. */
  async #operator(personId: string): Promise<Actor> {
    if (this.#secondFactors) {
      const item = await this.#store.get({ table: ACCOUNTS, key: personKey(personId) });
      const subject = item && subjectOf(item);
      if (subject === undefined || !(await this.#secondFactors.has(subject))) throw new MfaRequired();
    }
    return { kind: 'operator', personId };
  }
}
