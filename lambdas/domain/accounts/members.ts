import type { GrantedRole } from '../../contracts/http/roles';
import { grantedRoleSchema } from '../../contracts/http/roles';
import { accountKey, MEMBER_PREFIX, memberKey, membershipKey } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import type { AuditLog } from '../audit/audit-log';
import { type Clock, systemClock } from '../clock';
import { VersionMismatch } from '../errors/refusal';
import { roleChanged } from '../notifications/outbox/messages';
import { NO_NOTIFY, type Notify } from '../notifications/outbox/outbox';
import { all, compare, exists } from '../table/condition';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';
import { isVersion } from '../table/version';
import { MemberNotFound, OwnerIsFixed } from './accounts-errors';
import type { Member, Membership } from './member-item';
import { decodeMember, decodeMembership, recordedRole, setRole } from './member-item';
import { membershipsOf } from './memberships';

/** A change of one member, and its author. */
interface MemberChange {
  readonly accountId: string;
  readonly personId: string;
  readonly actor: Actor;
  /** The version that was read. @default any */
  readonly version?: number | undefined;
}

/** Deals with the things that a member leaves behind in an account. Both can be repeated. */
export interface Leaving {
  /** Passes on what must not be left behind, before the membership ends and once more after. */
  readonly passOn: (accountId: string, personId: string) => Promise<void>;
  /** Ends what only a member has, once the membership has ended: the end of a membership can be refused. */
  readonly end: (accountId: string, personId: string) => Promise<void>;
}

const NOTHING_LEFT: Leaving = { passOn: () => Promise.resolve(), end: () => Promise.resolve() };

/** The members of accounts and their roles. Only ./ownership.ts changes the owner. */
export class Members {
  readonly #store: TableStore;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #notify: Notify;
  readonly #leaving: Leaving;

  /** @param options.notify tells people about their new role. @default nobody is told */
  constructor(options: {
    readonly store: TableStore;
    readonly audit: AuditLog;
    readonly clock?: Clock;
    readonly notify?: Notify | undefined;
    /** Settles what a member leaves behind. @default nothing */
    readonly leaving?: Leaving;
  }) {
    this.#store = options.store;
    this.#audit = options.audit;
    this.#clock = options.clock ?? systemClock;
    this.#notify = options.notify ?? NO_NOTIFY;
    this.#leaving = options.leaving ?? NOTHING_LEFT;
  }

  async get(accountId: string, personId: string): Promise<Member | undefined> {
    const item = await this.#store.get({ table: ACCOUNTS, key: memberKey(accountId, personId) });
    return item && decodeMember(item);
  }

  /** A page of an account's members, in the order in which they first signed in. */
  page(accountId: string, request: PageRequest): Promise<PageOf<Member>> {
    const query = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: MEMBER_PREFIX } };
    return readPage(this.#store, query, request, decodeMember);
  }

  /** A page of a person's accounts, the oldest first. */
  accountsOf(personId: string, request: PageRequest): Promise<PageOf<Membership>> {
    return readPage(this.#store, membershipsOf(personId), request, decodeMembership);
  }

  /**
   * @throws MemberNotFound
   * @throws OwnerIsFixed
   * @throws VersionMismatch
   */
  async changeRole(change: MemberChange & { readonly role: GrantedRole }): Promise<Member> {
    const { accountId, personId, actor } = change;
    const role = grantedRoleSchema.parse(change.role);
    const member = await this.#expectChangeable(change);
    if (member.role === role) return member;
    const isAsRead = [compare('role', '=', member.role), ...isVersion(member.version)];
    const [own, membership] = setRole(accountId, personId, role, ...isAsRead);
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'member.change',
      target: personId,
      before: recordedRole(member.role),
      after: { role },
      writes: [
        { write: own, otherwise: memberRefusal },
        { write: membership },
        ...this.#notify(roleChanged({ accountId, personId, role, ...changeOf(member, this.#clock()) })),
      ],
    });
    return { ...member, role, version: member.version + 1 };
  }

  /**
   * Ends a membership. The account's keys stay valid, and the owner pays for those that the member paid for.
   * @throws MemberNotFound
   * @throws OwnerIsFixed
   * @throws VersionMismatch
   */
  async remove(change: MemberChange): Promise<void> {
    const { accountId, personId, actor } = change;
    const { role, version } = await this.#expectChangeable(change);
    await this.#leaving.passOn(accountId, personId);
    const isOneself = actor.kind === 'member' && actor.personId === personId;
    const when = all(compare('role', '=', role), ...isVersion(version));
    await this.#audit.record({
      chain: accountId,
      actor,
      action: isOneself ? 'member.leave' : 'member.remove',
      target: personId,
      before: recordedRole(role),
      writes: [
        { write: { table: ACCOUNTS, delete: memberKey(accountId, personId), when }, otherwise: memberRefusal },
        { write: { table: ACCOUNTS, delete: membershipKey(personId, accountId), when: exists() } },
        {
          write: { table: ACCOUNTS, update: accountKey(accountId), change: { add: { members: -1n } }, when: exists() },
        },
      ],
    });
    await this.settle(accountId, personId);
  }

  /** Settles what a former member left behind, because they created a key while they left, or `remove` was interrupted. */
  async settle(accountId: string, personId: string): Promise<void> {
    await this.#leaving.passOn(accountId, personId);
    await this.#leaving.end(accountId, personId);
  }

  async #expectChangeable({ accountId, personId, version }: MemberChange): Promise<Member> {
    const member = await this.get(accountId, personId);
    if (!member) throw new MemberNotFound();
    if (version !== undefined && member.version !== version) throw new VersionMismatch();
    if (member.role === 'owner') throw new OwnerIsFixed();
    return member;
  }
}

const memberRefusal = (member: Item | undefined): Error => (member ? new VersionMismatch() : new MemberNotFound());

/** When a member changes, and what names the change: a person who joins again gets a new time of joining. */
export const changeOf = (
  { joinedAt, version }: Pick<Member, 'joinedAt' | 'version'>,
  now: number,
): { readonly at: string; readonly membership: string } => ({
  at: isoTime(now),
  membership: `${joinedAt} ${version}`,
});
