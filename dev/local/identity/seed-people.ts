import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import type { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { Invitations } from '../../../lambdas/domain/accounts/invitations';
import { Members } from '../../../lambdas/domain/accounts/members';
import { Ownership } from '../../../lambdas/domain/accounts/ownership';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import type { Clock } from '../../../lambdas/domain/clock';
import { Operators } from '../../../lambdas/domain/people/operators';
import { People } from '../../../lambdas/domain/people/people';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { emailsOf, type LocalUser } from './local-users';

interface SeedServices {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly accounts: Accounts;
}

/** The services that give people their roles and record it in the audit log. */
interface RoleServices {
  readonly members: Members;
  readonly invitations: Invitations;
  readonly operators: Operators;
  readonly ownership: Ownership;
}

/**
 * Gives each user of a local run their role: in the demo account, or as the operator. The owner is appointed last. An
 * account that already has its owner is therefore complete and left alone, while a seeding that was killed halfway is
 * completed by the next start.
 */
export async function seedPeople(
  services: SeedServices,
  accountId: string,
  users: readonly LocalUser[],
): Promise<void> {
  const { store, clock, accounts } = services;
  if ((await accounts.get(accountId))?.ownerId !== undefined) return;
  const audit = new AuditLog({ store, clock });
  const people = new People({ store, clock });
  const members = new Members({ store, audit });
  const invitations = new Invitations({ store, clock, audit, emails: emailsOf(() => users) });
  const roleServices: RoleServices = {
    members,
    invitations,
    operators: new Operators({ store, clock, audit }),
    ownership: new Ownership({ clock, audit, members }),
  };
  for (const user of [...users].sort((one, other) => Number(one.role === 'owner') - Number(other.role === 'owner'))) {
    const { personId } = await people.ofSubject(user.subject);
    // Demo users attest to being adults automatically.
    await people.attestAdult(personId);
    await assignRole(roleServices, accountId, personId, user);
  }
}

async function assignRole(
  { members, invitations, operators, ownership }: RoleServices,
  accountId: string,
  personId: string,
  { role, email }: LocalUser,
): Promise<void> {
  const actor = DEPLOYMENT;
  if (role === 'operator') return operators.appoint({ personId, actor });
  if (role === 'owner') return ownership.appoint({ accountId, personId, actor });
  if ((await members.get(accountId, personId)) !== undefined) return;
  const { token } = await invitations.create({ accountId, email, role, actor });
  await invitations.accept({ token, personId });
}
