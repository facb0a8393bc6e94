import type { Role } from '../../contracts/http/roles';
import {
  accountKey,
  invitationKey,
  MEMBER_PREFIX,
  memberKey,
  personKey,
} from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { subjectOf } from '../identity/subject';
import type { VerifiedEmails } from '../identity/verified-emails';
import type { NewMessage } from '../notifications/outbox/message';
import type { Destination, Recipients } from '../notifications/people/recipients';
import { everyItem } from '../table/every-item';
import type { TableStore } from '../table/table-store';
import { decodeBilling } from './account-item';
import { decodeStoredInvitation } from './invitation-item';
import { formatInvitationToken, invitationSecret, invitationVerifier, isSameVerifier } from './invitation-token';
import { decodeMember } from './member-item';

export interface MailRecipientsOptions {
  readonly store: TableStore;
  readonly emails: VerifiedEmails;
  /** The secret from which the tokens of invitations are derived. */
  readonly invitationsSecret: Uint8Array;
}

/** Finds addresses in the user pool, in billing details and in open invitations, at the time of sending. */
export class MailRecipients implements Recipients {
  readonly #options: MailRecipientsOptions;

  constructor(options: MailRecipientsOptions) {
    this.#options = options;
  }

  async peopleWith(accountId: string, roles: readonly Role[]): Promise<readonly string[]> {
    const people: string[] = [];
    const query = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: MEMBER_PREFIX } };
    for await (const item of everyItem(this.#options.store, query)) {
      const { personId, role } = decodeMember(item);
      if ((roles as readonly string[]).includes(role)) people.push(personId);
    }
    return people;
  }

  destinationOf({ accountId, recipient }: NewMessage): Promise<Destination | undefined> {
    switch (recipient.to) {
      case 'person':
        return this.#person(recipient.personId, accountId);
      case 'billing-details':
        return accountId === undefined ? Promise.resolve(undefined) : this.#billingDetails(accountId);
      case 'invitation':
        return accountId === undefined
          ? Promise.resolve(undefined)
          : this.#invitation(accountId, recipient.invitationId);
      case 'roles':
      case 'billing':
        throw new Error('a message to several people has no single address');
    }
  }

  /** A person who has left the account gets nothing more about it. */
  async #person(personId: string, accountId: string | undefined): Promise<Destination | undefined> {
    const { store, emails } = this.#options;
    const isInvolved =
      accountId === undefined || (await store.get({ table: ACCOUNTS, key: memberKey(accountId, personId) }));
    const person = isInvolved && (await store.get({ table: ACCOUNTS, key: personKey(personId) }));
    const address = person ? await emails.of(subjectOf(person)) : undefined;
    return address === undefined ? undefined : { address };
  }

  async #billingDetails(accountId: string): Promise<Destination | undefined> {
    const item = await this.#options.store.get({ table: ACCOUNTS, key: accountKey(accountId) });
    const address = item && decodeBilling(item).details?.email;
    return address === undefined ? undefined : { address };
  }

  /** Without a match, the secret was rotated since: a mail with a token that cannot be accepted helps nobody. */
  async #invitation(accountId: string, invitationId: string): Promise<Destination | undefined> {
    const { store, invitationsSecret } = this.#options;
    const item = await store.get({ table: ACCOUNTS, key: invitationKey(accountId, invitationId) });
    if (!item) return undefined;
    const { email, role, validUntil, verifier } = decodeStoredInvitation(item);
    const secret = invitationSecret(invitationsSecret, { accountId, invitationId });
    if (!isSameVerifier(invitationVerifier(secret), verifier)) return undefined;
    const token = formatInvitationToken({ accountId, invitationId, secret });
    return { address: email, invitation: { token, role, validUntil } };
  }
}
