import fc from 'fast-check';
import type { Permission } from '../../../lambdas/contracts/http/permissions';
import { GRANTED_ROLES } from '../../../lambdas/contracts/http/roles';
import type { Actor } from '../../../lambdas/domain/access/actor';
import { Refusal } from '../../../lambdas/domain/errors/refusal';
import { AccountStage } from './account-stage';

const PEOPLE = 5;
const person = fc.nat(PEOPLE - 1);
const role = fc.constantFrom(...GRANTED_ROLES);
const fault = fc.constantFrom('none', 'none', 'none', 'conflict', 'lost reply', 'unreachable');

const step = fc.record({
  what: fc.constantFrom('invite', 'accept', 'change', 'remove', 'leave', 'transfer', 'rename'),
  who: person,
  whom: person,
  role,
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Several concurrent steps, and the order in which they interleave. */
const rush = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
  turns: fc.array(fc.nat(8), { minLength: 1, maxLength: 5 }),
  faults: fc.array(fault, { maxLength: 3 }),
});

interface Scene {
  readonly stage: AccountStage;
  readonly accountId: string;
  readonly people: readonly string[];
  readonly tokens: string[];
}

async function open(): Promise<Scene> {
  const stage = new AccountStage();
  const people: string[] = [];
  for (let count = 0; count < PEOPLE; count += 1) people.push(await stage.person());
  const accountId = await stage.accounts.create({ ownerId: people[0]! });
  return { stage, accountId, people, tokens: [] };
}

/** Does what the API does: checks the permission first, and then requests the action. */
async function take({ stage, accountId, people, tokens }: Scene, step: Step): Promise<unknown> {
  const [personId, whom] = [people[step.who]!, people[step.whom]!];
  const actor = (permission: Permission): Promise<Actor> => stage.access.inAccount(permission, accountId, personId);
  const about = { accountId, personId: whom };
  switch (step.what) {
    case 'invite': {
      const invitation = { accountId, email: 'new@example.test', role: step.role };
      const { token } = await stage.invitations.create({ ...invitation, actor: await actor('invitation.create') });
      return tokens.push(token);
    }
    case 'accept':
      return stage.invitations.accept({ token: tokens.at(-1) ?? '', personId });
    case 'change':
      return stage.members.changeRole({ ...about, role: step.role, actor: await actor('member.change') });
    case 'remove':
      return stage.members.remove({ ...about, actor: await actor('member.remove') });
    case 'leave':
      return stage.members.remove({ accountId, personId, actor: await actor('member.leave') });
    case 'transfer':
      return stage.ownership.transfer({ accountId, to: whom, actor: await actor('account.transfer') });
    case 'rename':
      return stage.accounts.rename({ accountId, name: 'Renamed', actor: await actor('account.rename') });
  }
}

async function expectSound({ stage, accountId, people }: Scene): Promise<void> {
  const members = await stage.membersOf(accountId);
  const owners = members.filter((member) => member.role === 'owner');
  expect(owners.map(({ personId }) => personId)).toEqual([(await stage.accounts.get(accountId))?.ownerId]);
  for (const personId of people) {
    const member = members.find((other) => other.personId === personId);
    const { items } = await stage.members.accountsOf(personId, { limit: 10 });
    const side = member ? [{ accountId, role: member.role, joinedAt: member.joinedAt }] : [];
    expect(items).toEqual(side);
  }
  expect((await stage.verify(accountId)).faults).toEqual([]);
  await expectReplayed(stage, accountId, members.length);
}

/** The audit log explains how the members got their current roles. */
async function expectReplayed(stage: AccountStage, accountId: string, members: number): Promise<void> {
  let count = 0;
  for (const { action } of await stage.events(accountId)) {
    if (action === 'account.create' || action === 'invitation.accept') count += 1;
    if (action === 'member.remove' || action === 'member.leave') count -= 1;
  }
  expect(count).toBe(members);
}

test('an account has exactly one owner and a complete log, whatever members do concurrently and however the store fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rush, { minLength: 1, maxLength: 12 }), async (rushes) => {
      const scene = await open();
      for (const { steps, turns, faults } of rushes) {
        scene.stage.store.interleave(turns);
        scene.stage.store.plan(...faults);
        const outcomes = await Promise.allSettled(steps.map((each) => take(scene, each)));
        scene.stage.store.clear();
        scene.stage.store.interleave([0]);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected' && !(outcome.reason instanceof Refusal)) throw outcome.reason;
        }
        await expectSound(scene);
      }
    }),
    { numRuns: 150 },
  );
});
