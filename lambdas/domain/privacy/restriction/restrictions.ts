import type { Permission } from '../../../contracts/http/permissions';
import type { IDENTITY_CHECKS } from '../../../contracts/storage/export';
import { accountKey, MEMBERSHIP_PREFIX, personKey } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { restrictionKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { AccountNotFound } from '../../access/access-errors';
import { type Actor, personOf } from '../../access/actor';
import { decodeMembership } from '../../accounts/member-item';
import { ALREADY_DONE } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import type { Clock } from '../../clock';
import { givePayers } from '../../keys/payers/give-payers';
import { PersonNotFound } from '../../people/people-errors';
import { findRestriction, type Restriction } from '../../restrictions/restriction-item';
import { absent, exists } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { chainOf } from '../export/deliver';
import { RestrictionNotFound } from './restriction-errors';

export interface RestrictionsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'record'>;
}

interface RestrictionChange {
  /** An account, or a person. */
  readonly ownerId: string;
  readonly actor: Actor;
  /** Present if an operator acts on the owner's behalf. */
  readonly identityCheck?: (typeof IDENTITY_CHECKS)[number] | undefined;
}

/**
 * Restrictions of the processing of an account's or a person's data. While there is one, the data plane serves no key of
 * the account, or none that the person pays for; nothing of the account is in statistics; and no optional mail is sent.
 * Stored data stays as it is, and exports and erasures work.
 */
export class Restrictions {
  readonly #options: RestrictionsOptions;

  constructor(options: RestrictionsOptions) {
    this.#options = options;
  }

  get(ownerId: string): Promise<Restriction | undefined> {
    return findRestriction(this.#options.store, ownerId);
  }

  /**
   * Restricts the processing of an owner's data. Restricting it again has no effect. Processes that serve requests read it
   * together with a key, so they notice within VERIFIED_MS; running requests end as usual.
   * @throws AccountNotFound, PersonNotFound
   */
  async set({ ownerId, actor, identityCheck }: RestrictionChange): Promise<void> {
    const { audit, clock } = this.#options;
    const requestedBy = personOf(actor);
    const put = {
      ...restrictionKey(ownerId),
      restrictedAt: isoTime(clock()),
      ...(requestedBy !== undefined && { requestedBy }),
      ...(identityCheck !== undefined && { identityCheck }),
    };
    const isOfAccount = isAccount(ownerId);
    await audit.record({
      chain: chainOf(ownerId),
      actor,
      action: actionOf(ownerId, identityCheck),
      target: ownerId,
      after: { restricted: true, ...(identityCheck !== undefined && { identityCheck }) },
      writes: [
        { write: { table: ACCOUNTS, put, when: absent() }, otherwise: () => ALREADY_DONE },
        {
          write: {
            table: ACCOUNTS,
            check: isOfAccount ? accountKey(ownerId) : personKey(ownerId),
            when: exists(),
          },
          otherwise: () => (isOfAccount ? new AccountNotFound() : new PersonNotFound()),
        },
      ],
    });
    // Keys of earlier releases do not say who pays for them, so the restriction would not reach them.
    if (!isOfAccount) await this.#givePayers(ownerId);
  }

  /** Lifts a restriction. @throws RestrictionNotFound */
  async lift({ ownerId, actor, identityCheck }: RestrictionChange): Promise<void> {
    const write = { table: ACCOUNTS, delete: restrictionKey(ownerId), when: exists() };
    await this.#options.audit.record({
      chain: chainOf(ownerId),
      actor,
      action: isAccount(ownerId) ? 'restriction.lift' : 'person.restrict',
      target: ownerId,
      after: { restricted: false, ...(identityCheck !== undefined && { identityCheck }) },
      writes: [{ write, otherwise: () => new RestrictionNotFound() }],
    });
  }

  async #givePayers(personId: string): Promise<void> {
    const memberships = { table: ACCOUNTS, partition: personId, sort: { beginsWith: MEMBERSHIP_PREFIX } };
    for await (const item of everyItem(this.#options.store, memberships))
      await givePayers(this.#options, decodeMembership(item).accountId);
  }
}

const isAccount = (ownerId: string): boolean => ownerId.startsWith('acc_');

function actionOf(ownerId: string, identityCheck: string | undefined): Permission {
  if (!isAccount(ownerId)) return 'person.restrict';
  return identityCheck === undefined ? 'restriction.set' : 'restriction.assist';
}
