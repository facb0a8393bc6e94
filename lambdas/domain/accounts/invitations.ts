import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { emailSchema } from '../../contracts/http/accounts';
import type { GrantedRole } from '../../contracts/http/roles';
import { GRANTED_ROLES, grantedRoleSchema } from '../../contracts/http/roles';
import { isKnown } from '../../contracts/storage/open-values';
import { accountKey, INVITATION_PREFIX, invitationKey, personKey } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import { FailedAttempts } from '../attempts/failed-attempts';
import type { ActionWrite } from '../audit/action';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { DAY_MS } from '../clock';
import { LimitReached } from '../errors/refusal';
import { subjectOf } from '../identity/subject';
import type { VerifiedEmails } from '../identity/verified-emails';
import { invitation as invitationMessage } from '../notifications/outbox/messages';
import { NO_NOTIFY, type Notify } from '../notifications/outbox/outbox';
import { SECRET_BYTES } from '../secret';
import { absent, all, compare, exists } from '../table/condition';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { TableStore } from '../table/table-store';
import { hasRoom, isActive } from './account-item';
import {
  AlreadyMember,
  InvitationForAnother,
  InvitationNotFound,
  RoleUnknown,
  TooManyInvitations,
} from './accounts-errors';
import { admissionRefusal, mayInvite } from './invitation-guards';
import type { Invitation } from './invitation-item';
import { decodeInvitation, decodeStoredInvitation, encodeInvitation } from './invitation-item';
import {
  formatInvitationToken,
  invitationSecret,
  invitationVerifier,
  isSameVerifier,
  parseInvitationToken,
} from './invitation-token';
import type { Membership } from './member-item';
import { putMember } from './member-item';
import { requireAccountLimit } from './memberships';
import type { Pace } from './pace';
import { countOne, INVITATIONS_PER_ACCOUNT_AND_DAY_MAX } from './pace';

export const INVITATION_DAYS = 7;
export const INVITATIONS_MAX = 50;

/** Replaces a missing token or item. No account has this id, and no secret has this verifier. */
const DUMMY_TOKEN = { accountId: `acc_${'0'.repeat(26)}`, invitationId: `inv_${'0'.repeat(26)}`, secret: '' };
const DUMMY_ITEM = encodeInvitation(
  DUMMY_TOKEN.accountId,
  {
    invitationId: DUMMY_TOKEN.invitationId,
    email: 'nobody@example.com',
    role: 'auditor',
    createdAt: isoTime(0),
    validUntil: isoTime(0),
  },
  new Uint8Array(invitationVerifier('').length),
);

/** Invitations are how people become members. An email address is kept only while its invitation is open. */
export class Invitations {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #audit: AuditLog;
  readonly #emails: VerifiedEmails;
  readonly #attempts: FailedAttempts;
  readonly #secret: Uint8Array;
  readonly #notify: Notify;

  /**
   * @param options.secret the deployment's secret, from which the tokens are derived. @default a random one: then
   *   nothing but `create` knows a token
   * @param options.notify sends an invitation by mail. @default none: the inviter passes the token on
   */
  constructor(options: {
    readonly store: TableStore;
    readonly clock: Clock;
    readonly audit: AuditLog;
    readonly emails: VerifiedEmails;
    readonly secret?: Uint8Array;
    readonly notify?: Notify | undefined;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#emails = options.emails;
    this.#attempts = new FailedAttempts(options);
    this.#secret = options.secret ?? randomBytes(SECRET_BYTES);
    this.#notify = options.notify ?? NO_NOTIFY;
  }

  /**
   * Creates an invitation, together with the message that mails it.
   * @returns the invitation, and its token
   * @throws TooManyInvitations when the account has made too many today
   * @throws AccountNotFound
   * @throws AccountSuspended
   * @throws LimitReached when too many are open
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
    const role = grantedRoleSchema.parse(request.role);
    const invitation: Invitation = {
      invitationId: `inv_${ulid(now)}`,
      email: emailSchema.parse(request.email),
      role,
      ...(actor.kind === 'member' && { invitedBy: actor.personId }),
      createdAt: isoTime(now),
      validUntil: isoTime(now + INVITATION_DAYS * DAY_MS),
    };
    const { invitationId, validUntil } = invitation;
    const secret = invitationSecret(this.#secret, { accountId, invitationId });
    const put = encodeInvitation(accountId, invitation, invitationVerifier(secret));
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'invitation.create',
      target: invitationId,
      after: { role, validUntil },
      writes: [
        countOne(paceOf(accountId), now),
        isActive(accountId),
        { write: { table: ACCOUNTS, put, when: absent() } },
        ...this.#notify(invitationMessage({ accountId, invitationId })),
      ],
    });
    return { invitation, token: formatInvitationToken({ accountId, invitationId, secret }) };
  }

  /** A page of an account's open invitations, the oldest first. */
  page(accountId: string, request: PageRequest): Promise<PageOf<Invitation>> {
    const query = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: INVITATION_PREFIX } };
    return readPage(this.#store, query, request, decodeInvitation);
  }

  /** @throws InvitationNotFound */
  async revoke(request: {
    readonly accountId: string;
    readonly invitationId: string;
    readonly actor: Actor;
  }): Promise<void> {
    const { accountId, invitationId, actor } = request;
    const write = { table: ACCOUNTS, delete: invitationKey(accountId, invitationId), when: exists() };
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'invitation.revoke',
      target: invitationId,
      writes: [{ write, otherwise: () => new InvitationNotFound() }],
    });
  }

  /**
   * Makes the person with the invitation's address a member, once. An invitation ends with its inviter's right to
   * invite.
   * @throws InvitationNotFound
   * @throws InvitationForAnother
   * @throws TooManyAttempts after too many wrong tokens
   * @throws AlreadyMember
   * @throws AccountSuspended
   * @throws RoleUnknown
   * @throws LimitReached when the account or the person has too many memberships
   */
  async accept({ token, personId }: { readonly token: string; readonly personId: string }): Promise<Membership> {
    const { accountId, invitationId, role, invitedBy } = await this.#open(token, personId);
    if (!isKnown(GRANTED_ROLES, role)) throw new RoleUnknown();
    await requireAccountLimit(this.#store, personId);
    const now = this.#clock();
    const joinedAt = isoTime(now);
    const isOpen = all(exists(), compare(EXPIRES_AT, '>', Math.floor(now / 1_000)));
    const isOpenFor = all(exists(), absent('suspendedAt'), hasRoom);
    const [member, membership] = putMember(accountId, { personId, role, joinedAt, version: 1 }, absent());
    const writes: ActionWrite[] = [
      {
        write: { table: ACCOUNTS, delete: invitationKey(accountId, invitationId), when: isOpen },
        otherwise: () => new InvitationNotFound(),
      },
      { write: member, otherwise: () => new AlreadyMember() },
      { write: membership },
      {
        write: { table: ACCOUNTS, update: accountKey(accountId), change: { add: { members: 1n } }, when: isOpenFor },
        otherwise: admissionRefusal,
      },
    ];
    if (invitedBy !== undefined) writes.push(mayInvite(accountId, invitedBy));
    await this.#audit.record({
      chain: accountId,
      actor: { kind: 'self', personId },
      action: 'invitation.accept',
      target: invitationId,
      after: { role },
      writes,
    });
    return { accountId, role, joinedAt };
  }

  /**
   * Finds the invitation of a token. It takes the same steps whatever is wrong with the token: one read, one hash, one
   * comparison. So the response time does not reveal what was wrong.
   */
  async #open(token: string, personId: string): Promise<OpenInvitation> {
    const attempt = { source: personId, subject: 'invitation' };
    this.#attempts.expectFew(attempt);
    const presented = parseInvitationToken(token);
    const { accountId, invitationId, secret } = presented ?? DUMMY_TOKEN;
    const item = await this.#store.get({ table: ACCOUNTS, key: invitationKey(accountId, invitationId) });
    const { email, role, invitedBy, verifier } = decodeStoredInvitation(item ?? DUMMY_ITEM);
    const isRight = isSameVerifier(invitationVerifier(secret), verifier);
    // Otherwise a removed member could come back through their own invitation.
    const isFound = presented && item && isRight && invitedBy !== personId;
    if (isFound && (await this.#hasEmail(personId, email))) return { accountId, invitationId, role, invitedBy };
    this.#attempts.failed(attempt);
    throw isFound ? new InvitationForAnother() : new InvitationNotFound();
  }

  /** Whether the user pool has verified the address as the person's. A token alone could have been forwarded or seen. */
  async #hasEmail(personId: string, email: string): Promise<boolean> {
    const person = await this.#store.get({ table: ACCOUNTS, key: personKey(personId) });
    const verified = person && (await this.#emails.of(subjectOf(person)));
    return verified?.toLowerCase() === email.toLowerCase();
  }
}

interface OpenInvitation extends Pick<Invitation, 'invitationId' | 'role'> {
  readonly accountId: string;
  readonly invitedBy: string | undefined;
}

const paceOf = (accountId: string): Pace => ({
  owner: accountId,
  what: 'invitations',
  per: 'day',
  limit: INVITATIONS_PER_ACCOUNT_AND_DAY_MAX,
  refusal: (retryAfterSeconds) => new TooManyInvitations(retryAfterSeconds),
});
