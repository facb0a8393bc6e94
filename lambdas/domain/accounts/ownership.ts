import { accountKey, personKey } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { AccountNotFound, NotAllowed } from '../access/access-errors';
import type { Actor } from '../access/actor';
import type { ActionWrite } from '../audit/action';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { VersionMismatch } from '../errors/refusal';
import { roleChanged } from '../notifications/outbox/messages';
import { NO_NOTIFY, type Notify } from '../notifications/outbox/outbox';
import { PersonBeingErased, PersonNotFound } from '../people/people-errors';
import { absent, all, compare, exists } from '../table/condition';
import type { Update } from '../table/table-store';
import type { Item } from '../table/value';
import { isVersion } from '../table/version';
import { decodeAccount } from './account-item';
import { MemberNotFound, OwnerExists } from './accounts-errors';
import { putMember, setRole } from './member-item';
import { changeOf, type Members } from './members';

/** An account is owned by exactly one of its members. A transfer changes both of them in one transaction. */
export class Ownership {
  readonly #clock: Clock;
  readonly #audit: AuditLog;
  readonly #members: Members;
  readonly #notify: Notify;

  /** @param options.notify tells both people about their new roles. @default nobody is told */
  constructor(options: {
    readonly clock: Clock;
    readonly audit: AuditLog;
    readonly members: Members;
    readonly notify?: Notify | undefined;
  }) {
    this.#notify = options.notify ?? NO_NOTIFY;
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#members = options.members;
  }

  /**
   * Makes another member the owner; the previous owner becomes an admin. A transfer to the owner has no effect.
   * @param transfer.version the account's version that was read. @default any
   * @throws NotAllowed when the actor is not the owner
   * @throws MemberNotFound
   * @throws PersonBeingErased when the other member is being erased: the account would be left without an owner
   * @throws VersionMismatch
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
    const [newOwner, newOwnersAccount] = setRole(accountId, to, 'owner', compare('role', '<>', 'owner'));
    const [oldOwner, oldOwnersAccount] = setRole(accountId, from, 'admin', compare('role', '=', 'owner'));
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'account.transfer',
      target: accountId,
      before: { ownerId: from },
      after: { ownerId: to },
      writes: [
        { write: owns(accountId, to, isOwned), otherwise: (account) => transferRefusal(account, from) },
        { write: newOwner, otherwise: () => new MemberNotFound() },
        stays(to),
        { write: newOwnersAccount },
        { write: oldOwner },
        { write: oldOwnersAccount },
        ...(await this.#tellBoth(accountId, { owner: to, admin: from })),
      ],
    });
  }

  /** A member who changes meanwhile is told as well: the message only says which role they have now. */
  async #tellBoth(accountId: string, people: { readonly owner: string; readonly admin: string }) {
    const now = this.#clock();
    const messages = await Promise.all(
      (['owner', 'admin'] as const).map(async (role) => {
        const personId = people[role];
        const member = await this.#members.get(accountId, personId);
        return member && roleChanged({ accountId, personId, role, ...changeOf(member, now) });
      }),
    );
    return messages.flatMap((message) => (message ? this.#notify(message) : []));
  }

  /**
   * Gives an account that a command created its first owner.
   * @throws AccountNotFound
   * @throws OwnerExists
   * @throws PersonNotFound
   * @throws PersonBeingErased
   * @throws VersionMismatch when the person has joined or left the account since they were read
   */
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
    const [member, membership] = putMember(accountId, owner, known ? exists() : absent());
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'account.appoint',
      target: accountId,
      after: { ownerId: personId },
      writes: [
        { write: counted, otherwise: (account) => (account ? new OwnerExists() : new AccountNotFound()) },
        stays(personId),
        // The person joined or left since they were read.
        { write: member, otherwise: () => new VersionMismatch() },
        { write: membership },
      ],
    });
  }
}

/** The person exists, and is not being erased. */
const stays = (personId: string): ActionWrite => ({
  write: { table: ACCOUNTS, check: personKey(personId), when: all(exists(), absent('erasingSince')) },
  otherwise: (person) => (person ? new PersonBeingErased() : new PersonNotFound()),
});

function transferRefusal(account: Item | undefined, from: string): Error | undefined {
  if (!account) return undefined;
  // If the actor is not the owner any more, another transfer came first.
  return decodeAccount(account).ownerId === from ? new VersionMismatch() : new NotAllowed();
}

function owns(accountId: string, ownerId: string, when: Update['when']): Update {
  const change = { set: { ownerId }, add: { version: 1n } };
  return { table: ACCOUNTS, update: accountKey(accountId), change, ...(when && { when }) };
}
