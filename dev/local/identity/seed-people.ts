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
import type { LocalUser } from './local-users';

interface SeedServices {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly accounts: Accounts;
}

/** The ways by which people become something, each with its event in the audit log. */
interface RoleServices {
  readonly members: Members;
  readonly invitations: Invitations;
  readonly operators: Operators;
  readonly ownership: Ownership;
}

/**
 * Makes the users of a local run what they are called: members of the demo account, and an operator. Once: an account that
 * has its owner is left as people have made it since. The owner comes last, so a start that was killed is completed.
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
  const invitations = new Invitations({ store, clock, audit });
  const ways: RoleServices = {
    members,
    invitations,
    operators: new Operators({ store, clock, audit }),
    ownership: new Ownership({ clock, audit, members }),
  };
  for (const user of [...users].sort((one, other) => Number(one.role === 'owner') - Number(other.role === 'owner'))) {
    const { personId } = await people.ofSubject(user.subject);
    // For demonstrations: nobody is asked how old they are.
    await people.attestAdult(personId);
    await assignRole(ways, accountId, personId, user);
  }
}

async function assignRole(
  ways: RoleServices,
  accountId: string,
  personId: string,
  { role, email }: LocalUser,
): Promise<void> {
  const actor = DEPLOYMENT;
  if (role === 'operator') return ways.operators.appoint({ personId, actor });
  if (role === 'owner') return ways.ownership.appoint({ accountId, personId, actor });
  if ((await ways.members.get(accountId, personId)) !== undefined) return;
  const { token } = await ways.invitations.create({ accountId, email, role, actor });
  await ways.invitations.accept({ token, personId });
}
