import type { z } from 'zod';
import { memberSchema, membershipSchema } from '../../contracts/http/members';
import { type Role, ROLES } from '../../contracts/http/roles';
import type { AuditFields } from '../../contracts/storage/audit-event';
import { isKnown } from '../../contracts/storage/open-values';
import { memberKey, membershipKey } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { Condition } from '../table/condition';
import { all, exists } from '../table/condition';
import type { Put, Update } from '../table/table-store';
import type { Item } from '../table/value';
import { versionSchema } from '../table/version';

export const memberItemSchema = memberSchema.extend({ version: versionSchema });

/** A person as their account sees them. */
export type Member = Readonly<z.infer<typeof memberSchema>>;
/** An account as its member sees it. */
export type Membership = Readonly<z.infer<typeof membershipSchema>>;

export const decodeMember = (item: Item): Member => memberItemSchema.parse(item);
export const decodeMembership = (item: Item): Membership => membershipSchema.parse(item);

/** The part of an audit event that names a role. The event cannot name a role that only a later release knows. */
export const recordedRole = (role: string): Pick<AuditFields, 'role'> => (isKnown(ROLES, role) ? { role } : {});

/** The two items of a membership: the member in the account, and the account in the member's list. */
export function putMember(accountId: string, member: Member, when: Condition): readonly [Put, Put] {
  const { personId, role, joinedAt, version } = member;
  return [
    { table: ACCOUNTS, put: { ...memberKey(accountId, personId), personId, role, joinedAt, version }, when },
    { table: ACCOUNTS, put: { ...membershipKey(personId, accountId), accountId, role, joinedAt }, when },
  ];
}

/** Sets the role in both items of a membership; the member's item comes first. */
export function setRole(
  accountId: string,
  personId: string,
  role: Role,
  ...conditions: readonly Condition[]
): readonly [Update, Update] {
  const set = { role };
  const update = memberKey(accountId, personId);
  return [
    { table: ACCOUNTS, update, change: { set, add: { version: 1n } }, when: all(exists(), ...conditions) },
    { table: ACCOUNTS, update: membershipKey(personId, accountId), change: { set }, when: exists() },
  ];
}
