import { InvitationNotFound } from '../../../lambdas/domain/accounts/accounts-errors';
import { INVITATION_DAYS, INVITATIONS_MAX } from '../../../lambdas/domain/accounts/invitations';
import { FAILURES_MAX } from '../../../lambdas/domain/attempts/failed-attempts';
import { AccountStage } from './account-stage';

const ALL = { limit: 100 };
const DAY_MS = 86_400_000;

/** A stage with an account whose owner invites. */
async function openStage() {
  const stage = new AccountStage();
  const { accountId, owner } = await stage.account();
  const invitation = { accountId, actor: owner, role: 'developer' as const, email: 'new@example.test' };
  return Object.assign(stage, { accountId, owner, invite: () => stage.invitations.create(invitation) });
}

describe('an invitation', () => {
  test('an invitation makes the holder of its token a member once, and is deleted with its email address', async () => {
    const stage = await openStage();
    const { accountId } = stage;
    const { token, invitation } = await stage.invite();
    expect((await stage.invitations.page(accountId, ALL)).items).toEqual([invitation]);
    const [personId, other] = [await stage.person(), await stage.person()];
    expect(await stage.invitations.accept({ token, personId })).toMatchObject({ accountId, role: 'developer' });
    await expect(stage.invitations.accept({ token, personId: other })).rejects.toMatchObject({
      code: 'invitation_not_found',
    });
    expect((await stage.invitations.page(accountId, ALL)).items).toEqual([]);
    expect(await stage.members.get(accountId, personId)).toMatchObject({ role: 'developer', version: 1 });
  });

  test('only one of two concurrent acceptances succeeds', async () => {
    const stage = await openStage();
    const { token } = await stage.invite();
    const people = [await stage.person(), await stage.person()];
    const outcomes = await Promise.allSettled(people.map((personId) => stage.invitations.accept({ token, personId })));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await stage.membersOf(stage.accountId)).toHaveLength(2);
  });

  test('a listed invitation does not show its token', async () => {
    const stage = await openStage();
    const { token, invitation } = await stage.invite();
    const secret = token.slice(-43);
    expect(JSON.stringify((await stage.invitations.page(stage.accountId, ALL)).items)).not.toContain(secret);
    expect(Object.keys(invitation)).not.toContain('verifier');
  });

  test.each([
    ['a wrong secret', (token: string) => `${token.slice(0, -43)}${'A'.repeat(43)}`],
    ['another account’s id', (token: string) => token.replace(/^tgi_\w{26}/, `tgi_${'0'.repeat(26)}`)],
    ['something behind it', (token: string) => `${token}\n`],
    ['nothing', () => ''],
    ['far too much', () => 'x'.repeat(1_000_000)],
  ])('an invitation is not found with %s', async (_, change) => {
    const stage = await openStage();
    const { token } = await stage.invite();
    const personId = await stage.person();
    await expect(stage.invitations.accept({ token: change(token), personId })).rejects.toMatchObject({
      code: 'invitation_not_found',
      status: 404,
    });
  });

  test('an invalid invitation token is refused after the same single read, whatever is wrong with it', async () => {
    const stage = await openStage();
    const { token, invitation } = await stage.invite();
    const { token: own } = await stage.invite();
    const { accountId, owner, invitations } = stage;
    const { token: withdrawn, invitation: gone } = await stage.invite();
    await invitations.revoke({ accountId, actor: owner, invitationId: gone.invitationId });
    const stranger = await stage.person();
    const cases = [
      ['nothing', '', stranger],
      ['malformed', 'tgi_x', stranger],
      ['another’s secret', `${token.slice(0, -43)}${'A'.repeat(43)}`, stranger],
      ['no such invitation', token.replace(invitation.invitationId.slice(4), '0'.repeat(26)), stranger],
      ['withdrawn', withdrawn, stranger],
      ['one’s own', own, owner.personId],
      ['the stand-in’s', `tgi_${'0'.repeat(26)}_${'0'.repeat(26)}_${'0'.repeat(43)}`, stranger],
    ] as const;
    for (const [what, presented, personId] of cases) {
      const reads = jest.spyOn(stage.engine, 'get');
      const before = reads.mock.calls.length;
      const refusal: unknown = await invitations
        .accept({ token: presented, personId })
        .catch((error: unknown) => error);
      expect([what, refusal]).toEqual([what, new InvitationNotFound()]);
      expect([what, reads.mock.calls.length - before]).toEqual([what, 1]);
    }
  });

  test('an invitation can be accepted only by the person whose verified address it was sent to', async () => {
    const stage = await openStage();
    const { token } = await stage.invite();
    const [finder, unverified] = [await stage.person('finder@example.test'), await stage.person()];
    stage.emails.delete('subject-3');
    for (const personId of [finder, unverified]) {
      const refused = stage.invitations.accept({ token, personId });
      await expect(refused).rejects.toMatchObject({ status: 403, code: 'invitation_for_another' });
    }
    expect(await stage.membersOf(stage.accountId)).toHaveLength(1);
    const addressee = await stage.person('New@Example.Test');
    expect(await stage.invitations.accept({ token, personId: addressee })).toMatchObject({ role: 'developer' });
  });

  test('a person who tried too many tokens is refused before anything is read', async () => {
    const stage = await openStage();
    const { token } = await stage.invite();
    const [guesser, invited] = [await stage.person(), await stage.person()];
    const accept = (presented: string, personId: string) => stage.invitations.accept({ token: presented, personId });
    const wrong = `${token.slice(0, -43)}${'A'.repeat(43)}`;
    for (let time = 0; time < FAILURES_MAX; time += 1) {
      await expect(accept(wrong, guesser)).rejects.toMatchObject({ code: 'invitation_not_found' });
    }
    const reads = jest.spyOn(stage.engine, 'get');
    await expect(accept(token, guesser)).rejects.toMatchObject({ code: 'too_many_attempts', status: 429 });
    expect(reads).not.toHaveBeenCalled();
    await expect(accept(token, invited)).resolves.toMatchObject({ role: 'developer' });
  });

  test('an expired invitation cannot be accepted, however late it is deleted', async () => {
    const stage = await openStage();
    const { token } = await stage.invite();
    const personId = await stage.person();
    stage.now += INVITATION_DAYS * DAY_MS - 1;
    expect((await stage.invitations.page(stage.accountId, ALL)).items).toHaveLength(1);
    stage.now += 1;
    await expect(stage.invitations.accept({ token, personId })).rejects.toMatchObject({
      code: 'invitation_not_found',
    });
    expect((await stage.invitations.page(stage.accountId, ALL)).items).toEqual([]);
  });

  test('an invitation is withdrawn by its id, and only in its own account', async () => {
    const stage = await openStage();
    const { accountId, owner: actor } = stage;
    const { token, invitation } = await stage.invite();
    const { accountId: foreign, owner: foreigner } = await stage.account();
    const { invitationId } = invitation;
    await expect(
      stage.invitations.revoke({ accountId: foreign, invitationId, actor: foreigner }),
    ).rejects.toMatchObject({ code: 'invitation_not_found' });
    await stage.invitations.revoke({ accountId, invitationId, actor });
    await expect(stage.invitations.accept({ token, personId: await stage.person() })).rejects.toMatchObject({
      code: 'invitation_not_found',
    });
  });

  test('an invitation ends with its inviter’s right to invite, so that a removed member cannot return through it', async () => {
    const stage = await openStage();
    const { accountId } = stage;
    const admin = await stage.join(accountId, stage.owner, 'admin');
    const invitation = { accountId, email: 'new@example.test', role: 'admin' as const, actor: admin };
    const { token } = await stage.invitations.create(invitation);
    await stage.members.remove({ accountId, personId: admin.personId, actor: stage.owner });
    for (const personId of [await stage.person(), admin.personId]) {
      await expect(stage.invitations.accept({ token, personId })).rejects.toMatchObject({
        code: 'invitation_not_found',
      });
    }
  });

  test('an invitation cannot be accepted by a member, in a suspended account or in one that does not exist', async () => {
    const stage = await openStage();
    const { accountId, owner } = stage;
    const { token } = await stage.invite();
    const member = await stage.join(accountId, owner, 'auditor');
    await expect(stage.invitations.accept({ token, personId: member.personId })).rejects.toMatchObject({
      code: 'already_member',
    });
    const operator = await stage.operator();
    await stage.accounts.suspend({ accountId, reason: 'abuse', actor: operator });
    const personId = await stage.person();
    await expect(stage.invitations.accept({ token, personId })).rejects.toMatchObject({ code: 'account_suspended' });
    await expect(stage.invite()).rejects.toMatchObject({ code: 'account_suspended' });
    await stage.accounts.resume({ accountId, actor: operator });
    expect(await stage.invitations.accept({ token, personId })).toMatchObject({ role: 'developer' });
    const nowhere = { accountId: 'acc_01JD0000000000000000000000', email: 'a@example.test', actor: operator };
    await expect(stage.invitations.create({ ...nowhere, role: 'admin' })).rejects.toMatchObject({
      code: 'account_not_found',
    });
  });

  test('an invitation cannot grant ownership, and needs a valid email address', async () => {
    const stage = await openStage();
    const { accountId, owner: actor } = stage;
    const request = { accountId, actor, email: 'new@example.test' };
    const owning = stage.invitations.create({ ...request, role: 'owner' as 'admin' });
    await expect(owning).rejects.toMatchObject({ name: 'ZodError' });
    const nowhere = stage.invitations.create({ ...request, role: 'admin', email: 'a@example.test\nbcc: b@x.test' });
    await expect(nowhere).rejects.toMatchObject({ name: 'ZodError' });
  });

  test('the number of open invitations is limited', async () => {
    const stage = await openStage();
    for (let count = 0; count < INVITATIONS_MAX; count += 1) await stage.invite();
    await expect(stage.invite()).rejects.toMatchObject({ code: 'limit_reached' });
  });
});
