import { ulid } from 'ulid';
import type { NewTrust, Trust } from '../../contracts/http/federation';
import { newTrustSchema } from '../../contracts/http/federation';
import { deletedTrustKey, TRUST_PREFIX, trustKey } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import { personOf } from '../access/actor';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { LimitReached } from '../errors/refusal';
import { keyPreconditions } from '../keys/preconditions';
import { absent, exists } from '../table/condition';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { TableStore } from '../table/table-store';
import { TrustNotFound } from './federation-errors';
import { decodeTrust, encodeTrust } from './trust-item';

export const TRUSTS_MAX = 50;

/** The trusts of an account: the issuers whose tokens it accepts. */
export class Trusts {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #audit: AuditLog;

  constructor(options: { readonly store: TableStore; readonly clock: Clock; readonly audit: AuditLog }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#audit = options.audit;
  }

  /**
   * @throws AccountNotFound
   * @throws AccountSuspended
   * @throws AttestationRequired
   * @throws LimitReached
   */
  async create(request: {
    readonly accountId: string;
    readonly trust: NewTrust;
    readonly actor: Actor;
  }): Promise<Trust> {
    const { accountId, actor } = request;
    const { items } = await this.page(accountId, { limit: TRUSTS_MAX });
    if (items.length >= TRUSTS_MAX) throw new LimitReached('trusts', TRUSTS_MAX);
    const now = this.#clock();
    const createdBy = personOf(actor);
    const trust: Trust = {
      ...newTrustSchema.parse(request.trust),
      trustId: `tru_${ulid(now)}`,
      createdAt: isoTime(now),
      ...(createdBy !== undefined && { createdBy }),
    };
    const write = { table: ACCOUNTS, put: encodeTrust(accountId, trust), when: absent() };
    await this.#audit.record({
      // The event does not record the trusted subject, which may name a person.
      chain: accountId,
      actor,
      action: 'federation.create',
      target: trust.trustId,
      writes: [{ write }, ...keyPreconditions(accountId, actor)],
    });
    return trust;
  }

  async get(accountId: string, trustId: string): Promise<Trust | undefined> {
    const item = await this.#store.get({ table: ACCOUNTS, key: trustKey(accountId, trustId) });
    return item && decodeTrust(item);
  }

  /** A page of an account's trusts, the oldest first. */
  page(accountId: string, request: PageRequest): Promise<PageOf<Trust>> {
    const query = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: TRUST_PREFIX } };
    return readPage(this.#store, query, request, decodeTrust);
  }

  /**
   * Stops the exchange of the issuer's tokens. Keys that were already issued work until they expire, an hour at most.
   * @throws TrustNotFound
   */
  async delete(request: {
    readonly accountId: string;
    readonly trustId: string;
    readonly actor: Actor;
  }): Promise<void> {
    const { accountId, trustId, actor } = request;
    const write = { table: ACCOUNTS, delete: trustKey(accountId, trustId), when: exists() };
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'federation.delete',
      target: trustId,
      writes: [
        { write, otherwise: () => new TrustNotFound() },
        { write: { table: ACCOUNTS, put: { ...deletedTrustKey(accountId, trustId), trustId } } },
      ],
    });
  }
}
