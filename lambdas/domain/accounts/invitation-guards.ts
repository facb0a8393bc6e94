import { PERMISSIONS } from '../../contracts/http/permissions';
import { memberKey } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { ActionWrite } from '../audit/action';
import { LimitReached } from '../errors/refusal';
import { any, compare } from '../table/condition';
import type { Item } from '../table/value';
import { decodeAccount, MEMBERS_MAX } from './account-item';
import { AccountSuspended, InvitationNotFound } from './accounts-errors';

/** An invitation ends with its inviter's right to invite. */
export function mayInvite(accountId: string, personId: string): ActionWrite {
  const roles = PERMISSIONS['invitation.create'].roles.map((role) => compare('role', '=', role));
  return {
    write: { table: ACCOUNTS, check: memberKey(accountId, personId), when: any(...roles) },
    otherwise: () => new InvitationNotFound(),
  };
}

/** The reason why an account accepts no further members. */
export function admissionRefusal(account: Item | undefined): Error {
  if (!account) return new InvitationNotFound();
  const isSuspended = decodeAccount(account).suspendedAt !== undefined;
  return isSuspended ? new AccountSuspended() : new LimitReached('members of one account', MEMBERS_MAX);
}
