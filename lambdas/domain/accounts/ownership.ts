import { isoTime, accountKey, personKey } from '../../contracts/storage/table-keys';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { AccountNotFound, NotAllowed } from '../access/access-errors';
import type { Actor } from '../access/actor';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { VersionMismatch } from '../errors/refusal';
import { PersonNotFound } from '../people/people-errors';
import { absent, all, compare, exists } from '../table/condition';
import { failedCondition } from '../table/table-errors';
import type { Update } from '../table/table-store';
import { isVersion } from '../table/version';
import { decodeAccount } from './account-item';
import { MemberNotFound, OwnerExists } from './accounts-errors';
import { putMember, setRole } from './member-item';
import type { Members } from './members';

/** Who owns an account: exactly one of its members. Both ends of a transfer are one transaction. */
export class Ownership {
  readonly #clock: Clock;
  readonly #audit: AuditLog;
  readonly #members: Members;

  constructor(options: { readonly clock: Clock; readonly audit: AuditLog; readonly members: Members }) {
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#members = options.members;
  }

  /**
   * Makes another member the owner; the one who was becomes an admin. Without effect when it is the same.
   * Throws NotAllowed unless the actor is the owner, MemberNotFound or VersionMismatch.
   * @param transfer.version the account's version that was read. @default any
   */
  async transfer(transfer: {
    readonly accountId: string;
    readonly to: string;
    readonly actor: Actor;
    readonly version?: number | undefined;
  }): Promise<void> {
    const { accountId, to, actor, version } = transfer;
    if (actor.kind !== 'member' || actor.role !== 'owner') throw new NotAllowed();
    const from = actor.personId;
    if (from === to) return;
    const isOwned = all(compare('ownerId', '=', from), ...isVersion(version));
    const writes = [
      owns(accountId, to, isOwned),
      ...setRole(accountId, to, 'owner', compare('role', '<>', 'owner')),
      ...setRole(accountId, from, 'admin', compare('role', '=', 'owner')),
    ];
    try {
      await this.#audit.record({
        chain: accountId,
        actor,
        action: 'account.transfer',
        target: accountId,
        before: { ownerId: from },
        after: { ownerId: to },
        writes,
      });
    } catch (error) {
      const account = failedCondition(error, 0)?.item;
      if (account && decodeAccount(account).ownerId === from) throw new VersionMismatch();
      // Another transfer came first.
      if (account) throw new NotAllowed();
      throw failedCondition(error, 1) ? new MemberNotFound() : error;
    }
  }

  /** Gives an account that a command made its first owner. Throws AccountNotFound, OwnerExists, PersonNotFound, VersionMismatch. */
  async appoint(appointment: {
    readonly accountId: string;
    readonly personId: string;
    readonly actor: Actor;
  }): Promise<void> {
    const { accountId, personId, actor } = appointment;
    const known = await this.#members.get(accountId, personId);
    const joinedAt = known?.joinedAt ?? isoTime(this.#clock());
    const owner = { personId, role: 'owner' as const, joinedAt, version: (known?.version ?? 0) + 1 };
    const owning = owns(accountId, personId, all(exists(), absent('ownerId')));
    const counted = known ? owning : { ...owning, change: { ...owning.change, add: { version: 1n, members: 1n } } };
    try {
      await this.#audit.record({
        chain: accountId,
        actor,
        action: 'account.appoint',
        target: accountId,
        after: { ownerId: personId },
        writes: [
          counted,
          { table: ACCOUNTS, check: personKey(personId), when: exists() },
          ...putMember(accountId, owner, known ? exists() : absent()),
        ],
      });
    } catch (error) {
      const failed = failedCondition(error, 0);
      if (failed) throw failed.item ? new OwnerExists() : new AccountNotFound();
      if (failedCondition(error, 1)) throw new PersonNotFound();
      // They joined or left meanwhile.
      throw failedCondition(error, 2) ? new VersionMismatch() : error;
    }
  }
}

function owns(accountId: string, ownerId: string, when: Update['when']): Update {
  const change = { set: { ownerId }, add: { version: 1n } };
  return { table: ACCOUNTS, update: accountKey(accountId), change, ...(when && { when }) };
}
