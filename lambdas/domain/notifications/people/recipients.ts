import type { Role } from '../../../contracts/http/roles';
import type { NewMessage } from '../outbox/message';

/** Where one message goes. */
export interface Destination {
  readonly address: string;
  /** Present for an invitation. */
  readonly invitation?: { readonly token: string; readonly role: string; readonly validUntil: string };
}

/** Finds the people behind a message. Only this port knows addresses. */
export interface Recipients {
  /** The IDs of an account's members with one of the roles. */
  peopleWith(accountId: string, roles: readonly Role[]): Promise<readonly string[]>;
  /**
   * The address of a message to one person, to an invited one, or to the billing details.
   * @returns undefined if there is nobody to send it to: the person has no verified address or has left the account, or
   *   the invitation was accepted or withdrawn
   */
  destinationOf(message: NewMessage): Promise<Destination | undefined>;
}
