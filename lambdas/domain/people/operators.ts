import { DEPLOYMENT_CHAIN } from '../../contracts/storage/audit-event';
import { personIdSchema } from '../../contracts/storage/ids';
import { isoTime, operatorKey, OPERATORS_PARTITION, personKey } from '../../contracts/storage/table-keys';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import { isOperator } from '../access/is-operator';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { absent, exists } from '../table/condition';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import { failedCondition } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';
import { OperatorNotFound, PersonNotFound } from './people-errors';

/** Who runs the deployment. The first is appointed by a command of whoever deployed it. */
export class Operators {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #audit: AuditLog;

  constructor(options: { readonly store: TableStore; readonly clock: Clock; readonly audit: AuditLog }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#audit = options.audit;
  }

  includes(personId: string): Promise<boolean> {
    return isOperator(this.#store, personId);
  }

  page(request: PageRequest): Promise<PageOf<string>> {
    return readPage(this.#store, { table: ACCOUNTS, partition: OPERATORS_PARTITION }, request, decodeOperator);
  }

  /** Without effect on one who is an operator. Throws PersonNotFound. */
  async appoint({ personId, actor }: { readonly personId: string; readonly actor: Actor }): Promise<void> {
    const put = { ...operatorKey(personId), appointedAt: isoTime(this.#clock()) };
    try {
      await this.#audit.record({
        chain: DEPLOYMENT_CHAIN,
        actor,
        action: 'operator.appoint',
        target: personId,
        writes: [
          { table: ACCOUNTS, put, when: absent() },
          { table: ACCOUNTS, check: personKey(personId), when: exists() },
        ],
      });
    } catch (error) {
      if (failedCondition(error, 0)) return;
      throw failedCondition(error, 1) ? new PersonNotFound() : error;
    }
  }

  /** Throws OperatorNotFound. */
  async dismiss({ personId, actor }: { readonly personId: string; readonly actor: Actor }): Promise<void> {
    try {
      await this.#audit.record({
        chain: DEPLOYMENT_CHAIN,
        actor,
        action: 'operator.dismiss',
        target: personId,
        writes: [{ table: ACCOUNTS, delete: operatorKey(personId), when: exists() }],
      });
    } catch (error) {
      throw failedCondition(error, 0) ? new OperatorNotFound() : error;
    }
  }
}

const decodeOperator = ({ sk }: Item): string => personIdSchema.parse(sk);
