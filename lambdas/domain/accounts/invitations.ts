import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { emailSchema } from '../../contracts/accounts';
import { PERMISSIONS } from '../../contracts/permissions';
import type { GrantedRole } from '../../contracts/roles';
import { grantedRoleSchema } from '../../contracts/roles';
import { accountKey, INVITATION_PREFIX, invitationKey, isoTime, memberKey } from '../../contracts/table-keys';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/tables';
import type { Actor } from '../access/actor';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { AccountNotFound, AccountSuspended, AlreadyMember, InvitationNotFound, LimitReached } from '../errors/refusal';
import { encodeSecret, SECRET_BYTES } from '../keys/key-format';
import { absent, all, any, compare, exists } from '../table/condition';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import { failedCondition } from '../table/table-errors';
import type { Check, TableStore, Write } from '../table/table-store';
import { decodeAccount, hasRoom, isActive, MEMBERS_MAX } from './account-item';
import type { Invitation } from './invitation-item';
import { decodeInvitation, decodeStoredInvitation, encodeInvitation } from './invitation-item';
import { formatInvitationToken, invitationVerifier, isSameVerifier, parseInvitationToken } from './invitation-token';
import type { Membership } from './member-item';
import { putMember } from './member-item';
import { expectFewAccounts } from './memberships';

export const INVITATION_DAYS = 7;
export const INVITATIONS_MAX = 50;
const DAY_MS = 86_400_000;

/** Where each write of an acceptance stands. */
const PLACES = { invitation: 0, account: 1, member: 2, inviter: 4 } as const;

/** How somebody becomes a member. An address is kept only as long as its invitation is open. */
export class Invitations {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #audit: AuditLog;

  constructor(options: { readonly store: TableStore; readonly clock: Clock; readonly audit: AuditLog }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#audit = options.audit;
  }

  /**
   * Throws AccountNotFound, AccountSuspended or LimitReached.
   * @returns the token for the mail, for the only time
   */
  async create(request: {
    readonly accountId: string;
    readonly email: string;
    readonly role: GrantedRole;
    readonly actor: Actor;
  }): Promise<{ readonly invitation: Invitation; readonly token: string }> {
    const { accountId, actor } = request;
    const open = await this.page(accountId, { limit: INVITATIONS_MAX });
    if (open.items.length >= INVITATIONS_MAX) throw new LimitReached('open invitations', INVITATIONS_MAX);
    const now = this.#clock();
    const secret = encodeSecret(randomBytes(SECRET_BYTES));
    const invitation: Invitation = {
      invitationId: `inv_${ulid(now)}`,
      email: emailSchema.parse(request.email),
      role: grantedRoleSchema.parse(request.role),
      ...(actor.kind === 'member' && { invitedBy: actor.personId }),
      createdAt: isoTime(now),
      validUntil: isoTime(now + INVITATION_DAYS * DAY_MS),
    };
    const { invitationId, role, validUntil } = invitation;
    const put = encodeInvitation(accountId, invitation, invitationVerifier(secret));
    try {
      await this.#audit.record({
        ...{ chain: accountId, actor, action: 'invitation.create', target: invitationId },
        after: { role, validUntil },
        writes: [isActive(accountId), { table: ACCOUNTS, put, when: absent() }],
      });
    } catch (error) {
      const failed = failedCondition(error, 0);
      if (!failed) throw error;
      throw failed.item ? new AccountSuspended() : new AccountNotFound();
    }
    return { invitation, token: formatInvitationToken({ accountId, invitationId, secret }) };
  }

  /** An account's open invitations, the oldest first. */
  page(accountId: string, request: PageRequest): Promise<PageOf<Invitation>> {
    const query = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: INVITATION_PREFIX } };
    return readPage(this.#store, query, request, decodeInvitation);
  }

  /** Throws InvitationNotFound. */
  async revoke(request: {
    readonly accountId: string;
    readonly invitationId: string;
    readonly actor: Actor;
  }): Promise<void> {
    const { accountId, invitationId, actor } = request;
    try {
      await this.#audit.record({
        ...{ chain: accountId, actor, action: 'invitation.revoke', target: invitationId },
        writes: [{ table: ACCOUNTS, delete: invitationKey(accountId, invitationId), when: exists() }],
      });
    } catch (error) {
      throw failedCondition(error, 0) ? new InvitationNotFound() : error;
    }
  }

  /**
   * Makes whoever received the mail a member, once. An invitation ends with its inviter's right to invite.
   * Throws InvitationNotFound, AlreadyMember, AccountSuspended or LimitReached.
   */
  async accept({ token, personId }: { readonly token: string; readonly personId: string }): Promise<Membership> {
    const presented = parseInvitationToken(token);
    const key = presented && invitationKey(presented.accountId, presented.invitationId);
    const item = key && (await this.#store.get({ table: ACCOUNTS, key }));
    if (!presented || !item) throw new InvitationNotFound();
    const { role, invitedBy, verifier } = decodeStoredInvitation(item);
    if (!isSameVerifier(invitationVerifier(presented.secret), verifier)) throw new InvitationNotFound();
    // Else somebody who was removed could come back by an invitation of their own.
    if (invitedBy === personId) throw new InvitationNotFound();
    await expectFewAccounts(this.#store, personId);
    const { accountId, invitationId } = presented;
    const now = this.#clock();
    const joinedAt = isoTime(now);
    const isOpen = all(exists(), compare(EXPIRES_AT, '>', Math.floor(now / 1_000)));
    const isOpenFor = all(exists(), absent('suspendedAt'), hasRoom);
    const writes: (Write | Check)[] = [
      { table: ACCOUNTS, delete: invitationKey(accountId, invitationId), when: isOpen },
      { table: ACCOUNTS, update: accountKey(accountId), change: { add: { members: 1n } }, when: isOpenFor },
      ...putMember(accountId, { personId, role, joinedAt, version: 1 }, absent()),
    ];
    if (invitedBy !== undefined) writes.push(mayInvite(accountId, invitedBy));
    try {
      await this.#audit.record({
        ...{ chain: accountId, actor: { kind: 'self', personId }, action: 'invitation.accept', target: invitationId },
        ...{ after: { role }, writes },
      });
    } catch (error) {
      throw refusalOf(error);
    }
    return { accountId, role, joinedAt };
  }
}

function mayInvite(accountId: string, personId: string): Check {
  const roles = PERMISSIONS['invitation.create'].roles.map((role) => compare('role', '=', role));
  return { table: ACCOUNTS, check: memberKey(accountId, personId), when: any(...roles) };
}

function refusalOf(error: unknown): unknown {
  if (failedCondition(error, PLACES.invitation)) return new InvitationNotFound();
  if (failedCondition(error, PLACES.member)) return new AlreadyMember();
  const account = failedCondition(error, PLACES.account)?.item;
  if (account) {
    const isSuspended = decodeAccount(account).suspendedAt !== undefined;
    return isSuspended ? new AccountSuspended() : new LimitReached('members of one account', MEMBERS_MAX);
  }
  return failedCondition(error, PLACES.account) || failedCondition(error, PLACES.inviter)
    ? new InvitationNotFound()
    : error;
}
