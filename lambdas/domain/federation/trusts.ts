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
import { isMember, payerOf } from '../keys/payers/payer';
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
   * @throws PayerRequired, PayerNotMember
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
    const given = newTrustSchema.parse(request.trust);
    const { payer, isOpen, isPayer } = await payerOf(this.#store, accountId, { named: given.payer, actor });
    const trust: Trust = {
      ...given,
      trustId: `tru_${ulid(now)}`,
      createdAt: isoTime(now),
      ...(createdBy !== undefined && { createdBy }),
      ...(payer !== undefined && { payer }),
    };
    const write = { table: ACCOUNTS, put: encodeTrust(accountId, trust), when: absent() };
    await this.#audit.record({
      // The event does not record the trusted subject, which may name a person.
      chain: accountId,
      actor,
      action: 'federation.create',
      target: trust.trustId,
      writes: [{ write }, ...keyPreconditions(accountId, actor, isOpen), ...isPayer],
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
   * Changes the member whom the requests of the trust's keys count for. Keys that were already issued, for an hour at
   * most, keep the payer before.
   * @throws TrustNotFound
   * @throws PayerNotMember
   */
  async changePayer(request: {
    readonly accountId: string;
    readonly trustId: string;
    readonly payer: string;
    readonly actor: Actor;
  }): Promise<Trust> {
    const { accountId, trustId, payer, actor } = request;
    const change = { set: { payer } };
    const isActing = actor.kind === 'member' && actor.personId === payer;
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'federation.change',
      target: trustId,
      after: { payer },
      writes: [
        {
          write: { table: ACCOUNTS, update: trustKey(accountId, trustId), change, when: exists() },
          otherwise: () => new TrustNotFound(),
        },
        ...(isActing ? [] : [isMember(accountId, payer)]),
      ],
    });
    const trust = await this.get(accountId, trustId);
    if (!trust) throw new TrustNotFound();
    return trust;
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
