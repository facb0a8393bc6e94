import { DEPLOYMENT_CHAIN } from '../../contracts/storage/audit-event';
import { personIdSchema } from '../../contracts/storage/ids';
import { operatorKey, OPERATORS_PARTITION, personKey } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import { isOperator } from '../access/is-operator';
import { ALREADY_DONE } from '../audit/action';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { absent, exists } from '../table/condition';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';
import { OperatorNotFound, PersonNotFound } from './people-errors';

/** The people who run the deployment. The first one is appointed by a command with the deployment's credentials. */
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

  /**
   * Appointing an operator again has no effect.
   * @throws PersonNotFound
   */
  async appoint({ personId, actor }: { readonly personId: string; readonly actor: Actor }): Promise<void> {
    const put = { ...operatorKey(personId), appointedAt: isoTime(this.#clock()) };
    await this.#audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor,
      action: 'operator.appoint',
      target: personId,
      writes: [
        { write: { table: ACCOUNTS, put, when: absent() }, otherwise: () => ALREADY_DONE },
        {
          write: { table: ACCOUNTS, check: personKey(personId), when: exists() },
          otherwise: () => new PersonNotFound(),
        },
      ],
    });
  }

  /** @throws OperatorNotFound */
  async dismiss({ personId, actor }: { readonly personId: string; readonly actor: Actor }): Promise<void> {
    const write = { table: ACCOUNTS, delete: operatorKey(personId), when: exists() };
    await this.#audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor,
      action: 'operator.dismiss',
      target: personId,
      writes: [{ write, otherwise: () => new OperatorNotFound() }],
    });
  }
}

const decodeOperator = ({ sk }: Item): string => personIdSchema.parse(sk);
