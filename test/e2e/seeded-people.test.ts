import { rmSync } from 'node:fs';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { demoAccount } from '../../dev/local/gateway/demo-account';
import { type LocalServices, openLocalServices } from '../../dev/local/gateway/local-services';
import { localUsers } from '../../dev/local/identity/local-users';
import { seedPeople } from '../../dev/local/identity/seed-people';
import { GRANTED_ROLES } from '../../lambdas/contracts/http/roles';
import { Access } from '../../lambdas/domain/access/access';
import { Members } from '../../lambdas/domain/accounts/members';
import { AuditLog } from '../../lambdas/domain/audit/audit-log';
import { People } from '../../lambdas/domain/people/people';
import { temporaryFolder } from './temporary-folder';

let folder: DataFolder;
let services: LocalServices;
let accountId: string;
beforeEach(async () => {
  folder = new DataFolder(temporaryFolder());
  services = await openLocalServices(folder);
  accountId = (await demoAccount(folder, services)).accountId;
});
afterEach(async () => {
  await services.close();
  rmSync(folder.path, { recursive: true });
});

const seed = () => seedPeople(services, accountId, localUsers(folder));
const members = () => new Members({ store: services.store, audit: new AuditLog(services) });

async function personOf(role: string) {
  const { subject } = localUsers(folder).find((user) => user.role === role)!;
  return new People(services).ofSubject(subject);
}

test('every user of a local run has their role and has attested to being an adult', async () => {
  await seed();
  const access = new Access(services);
  const accessOf = async (role: string) => access.inAccount('account.read', accountId, (await personOf(role)).personId);
  for (const role of ['owner', ...GRANTED_ROLES])
    await expect(accessOf(role)).resolves.toMatchObject({ kind: 'member', role });
  await expect(accessOf('operator')).resolves.toMatchObject({ kind: 'operator' });
  expect((await personOf('developer')).attestedAt).toBeDefined();
});

test('a second start does not undo changes to members', async () => {
  await seed();
  const { personId } = await personOf('developer');
  await members().remove({ accountId, personId, actor: { kind: 'deployment' } });
  await seed();
  await expect(members().get(accountId, personId)).resolves.toBeUndefined();
});

test('a second start completes a seeding that was killed halfway', async () => {
  const users = localUsers(folder);
  await seedPeople(
    services,
    accountId,
    users.filter(({ role }) => role === 'admin' || role === 'operator'),
  );
  await seed();
  for (const { role } of users.filter((user) => user.role !== 'operator'))
    await expect(members().get(accountId, (await personOf(role)).personId)).resolves.toMatchObject({ role });
});
