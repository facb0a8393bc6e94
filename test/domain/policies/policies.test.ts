import { DEPLOYMENT_CHAIN } from '../../../lambdas/contracts/storage/audit-event';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { DAY_MS } from '../../../lambdas/domain/clock';
import { Policies } from '../../../lambdas/domain/policies/policies';
import { PolicyExists, PolicyNotFound } from '../../../lambdas/domain/policies/policies-errors';
import { PolicyNotices } from '../../../lambdas/domain/policies/policy-notices';
import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { announcePolicies } from '../../../lambdas/handlers/notifications/announce-policies';
import { MailStage } from '../notifications/mail-stage';
import { atEveryStep, MortalStore } from '../notifications/mortal-store';
import { FaultyStore } from '../wallet/faulty-store';

const TERMS = {
  policy: 'terms',
  version: '2026-12-01',
  url: 'https://example.com/terms/2026-12-01',
  effectiveAt: '2026-12-31T00:00:00.000Z',
} as const;
const GUEST = 'guest@example.test';
/** The addresses of all members of accounts. */
const PEOPLE = [GUEST, 'one@example.test', 'two@example.test'];

let stage: MailStage;
let policies: Policies;
let guest: string;

beforeEach(() => begin());

/** Opens two accounts with an owner each, and a guest who is a member of both. */
async function begin(): Promise<void> {
  stage = new MailStage();
  const { store, clock, accounts } = stage;
  policies = new Policies({ store, clock, audit: accounts.audit });
  guest = await accounts.person(GUEST);
  for (const address of ['one@example.test', 'two@example.test']) {
    const ownerId = await accounts.person(address);
    const accountId = await accounts.accounts.create({ name: 'Example', ownerId });
    const actor = { kind: 'member', personId: ownerId, role: 'owner' } as const;
    const { token } = await accounts.invitations.create({ accountId, email: GUEST, role: 'developer', actor });
    await accounts.invitations.accept({ token, personId: guest });
  }
}

const announce = (store: TableStore = stage.store): Promise<void> =>
  announcePolicies(new PolicyNotices({ store, clock: stage.clock }))();

/** Delivers the mails. @returns the addresses of those that were sent since the stage began */
async function told(): Promise<readonly string[]> {
  await stage.sweep();
  return stage.sent.map(({ to }) => to).sort();
}

test('promise-21 a new version of a policy is one mail to each member of any account, however often the job runs', async () => {
  await policies.publish(DEPLOYMENT, TERMS);
  for (let run = 0; run < 3; run += 1) {
    await announce();
    expect(await told()).toEqual(PEOPLE);
    // The outbox forgets a message after a week, and the note of it stays.
    stage.pass(8 * DAY_MS);
  }
  expect(stage.sent[0]?.text).toContain('2026-12-01');
});

test('promise-21 each version of each policy is announced by a mail of its own', async () => {
  await policies.publish(DEPLOYMENT, TERMS);
  await announce();
  await policies.publish(DEPLOYMENT, { ...TERMS, version: '2027-01-01' });
  await policies.publish(DEPLOYMENT, { ...TERMS, policy: 'privacy' });
  await announce();
  expect(await told()).toEqual([...PEOPLE, ...PEOPLE, ...PEOPLE].sort());
});

test('promise-29 the notice that the business is transferred is one mail to every member, and publishing it is audited', async () => {
  const transfer = { ...TERMS, policy: 'transfer', url: 'https://example.com/transfer' } as const;
  await policies.publish(DEPLOYMENT, transfer);
  await announce();
  await announce();
  expect(await told()).toEqual(PEOPLE);
  expect(stage.sent[0]?.text).toContain('another company takes over this service and its data');
  expect(await policies.shownTo(guest)).toMatchObject([{ ...transfer, announcedAt: expect.any(String) as string }]);
  const { items } = await stage.accounts.audit.page(DEPLOYMENT_CHAIN, { limit: 10 });
  expect(items).toMatchObject([{ action: 'policy.publish', target: 'transfer@2026-12-01' }]);
});

test('a job that dies at any step, and the next one, tell everyone once', async () => {
  const steps = await atEveryStep(async (diesAt) => {
    await begin();
    await policies.publish(DEPLOYMENT, TERMS);
    const mortal = new MortalStore(stage.store, diesAt);
    await announce(mortal).catch(() => undefined);
    await announce();
    expect(await told()).toEqual(PEOPLE);
    return mortal;
  });
  expect(steps).toBeGreaterThan(10);
});

test('two jobs at the same time tell everyone once', async () => {
  await policies.publish(DEPLOYMENT, TERMS);
  await Promise.allSettled([announce(), announce()]);
  await announce();
  expect(await told()).toEqual(PEOPLE);
});

test('a version whose announcement fails does not keep others from being announced, and fails the job', async () => {
  await policies.publish(DEPLOYMENT, TERMS);
  await policies.publish(DEPLOYMENT, { ...TERMS, policy: 'privacy' });
  const store = new FaultyStore(stage.store);
  store.plan('unreachable');
  await expect(announce(store)).rejects.toThrow(StoreUnavailable);
  // The other version had no part in the failure.
  expect(await policies.shownTo(guest)).toEqual(
    [
      expect.objectContaining({ announcedAt: expect.any(String) as string }),
      expect.not.objectContaining({ announcedAt: expect.anything() as unknown }),
    ].reverse(),
  );
  await announce();
  expect(await told()).toEqual([...PEOPLE, ...PEOPLE].sort());
});

test('a person who joins after the announcement sees the version and is not told about the past', async () => {
  await policies.publish(DEPLOYMENT, TERMS);
  await announce();
  const ownerId = await stage.accounts.person('late@example.test');
  await stage.accounts.accounts.create({ name: 'Late', ownerId });
  await announce();
  expect(await told()).toEqual(PEOPLE);
  expect(await policies.shownTo(ownerId)).toMatchObject([TERMS]);
});

test('promise-21 the first acceptance of a version stands, and others see none', async () => {
  await policies.publish(DEPLOYMENT, TERMS);
  const acceptedAt = await policies.accept(guest, TERMS);
  stage.pass(DAY_MS);
  expect(await policies.accept(guest, TERMS)).toBe(acceptedAt);
  expect(await policies.shownTo(guest)).toMatchObject([{ ...TERMS, acceptedAt }]);
  const [other] = await policies.shownTo(await stage.accounts.person());
  expect(other).not.toHaveProperty('acceptedAt');
});

test('a version that was not published cannot be accepted', async () => {
  await policies.publish(DEPLOYMENT, TERMS);
  await expect(policies.accept(guest, { ...TERMS, version: '2' })).rejects.toThrow(PolicyNotFound);
  await expect(policies.accept(guest, { ...TERMS, policy: 'privacy' })).rejects.toThrow(PolicyNotFound);
});

test('a published version cannot be published again with another text', async () => {
  await policies.publish(DEPLOYMENT, TERMS);
  await expect(policies.publish(DEPLOYMENT, { ...TERMS, url: 'https://example.com/else' })).rejects.toThrow(
    PolicyExists,
  );
  expect(await policies.shownTo(guest)).toMatchObject([TERMS]);
});

test('publishing is in the audit log of the deployment', async () => {
  await policies.publish(DEPLOYMENT, TERMS);
  const { items } = await stage.accounts.audit.page(DEPLOYMENT_CHAIN, { limit: 10 });
  expect(items).toMatchObject([{ action: 'policy.publish', target: 'terms@2026-12-01' }]);
});
