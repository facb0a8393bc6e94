import { AccountStage } from '../accounts/account-stage';

const NOBODY = 'per_01JD0000000000000000000000';

describe('a person', () => {
  test('a person is created at the first sign-in and stays the same', async () => {
    const stage = new AccountStage();
    const subject = '4b0a7f2e-6f0e-4a51-9d5c-3f6f2b1f8a11';
    const first = await stage.people.ofSubject(subject);
    expect(first).toEqual({
      personId: expect.stringMatching(/^per_[0-9A-HJKMNP-TV-Z]{26}$/) as string,
      createdAt: '2026-11-20T10:00:00.000Z',
    });
    stage.now += 1_000;
    expect(await stage.people.ofSubject(subject)).toEqual(first);
    expect(await stage.people.ofSubject('another')).not.toMatchObject({ personId: first.personId });
  });

  test('concurrent first requests, or a lost reply, create only one person', async () => {
    const stage = new AccountStage();
    const people = await Promise.all(Array.from({ length: 5 }, () => stage.people.ofSubject('same')));
    expect(new Set(people.map(({ personId }) => personId)).size).toBe(1);
    stage.store.plan('lost reply');
    const found = await stage.people.ofSubject('lost');
    expect(await stage.people.get(found.personId)).toEqual(found);
  });

  test('a person is created even when their first requests conflict', async () => {
    const stage = new AccountStage();
    stage.store.plan('conflict', 'throttled');
    const made = await stage.people.ofSubject('twice');
    expect(await stage.people.ofSubject('twice')).toEqual(made);
    stage.store.plan(...Array.from({ length: 6 }, () => 'conflict' as const));
    await expect(stage.people.ofSubject('never')).rejects.toMatchObject({ code: 'service_unavailable' });
  });

  test.each(['', 'a#b', 'a b', 'ü', 'x'.repeat(129), 'line\n'])('the subject %j is refused', async (subject) => {
    await expect(new AccountStage().people.ofSubject(subject)).rejects.toThrow(RangeError);
  });

  test('a person attests their age once, and the first date stands', async () => {
    const stage = new AccountStage();
    const { personId } = await stage.people.ofSubject('adult');
    expect(await stage.people.get(personId)).not.toHaveProperty('attestedAt');
    await stage.people.attestAdult(personId);
    stage.now += 1_000;
    expect(await stage.people.attestAdult(personId)).toMatchObject({ attestedAt: '2026-11-20T10:00:00.000Z' });
    await expect(stage.people.attestAdult(NOBODY)).rejects.toMatchObject({ code: 'person_not_found' });
    expect(await stage.people.get(NOBODY)).toBeUndefined();
  });
});

describe('an operator', () => {
  test('an operator is appointed and dismissed, by others or by a command, with an audit event', async () => {
    const stage = new AccountStage();
    const first = await stage.operator();
    const personId = await stage.person();
    await stage.operators.appoint({ personId, actor: first });
    await stage.operators.appoint({ personId, actor: first });
    expect((await stage.operators.page({ limit: 10 })).items.toSorted()).toEqual([first.personId, personId].toSorted());
    await stage.operators.dismiss({ personId: first.personId, actor: { kind: 'operator', personId } });
    expect([await stage.operators.includes(first.personId), await stage.operators.includes(personId)]).toEqual([
      false,
      true,
    ]);
    expect((await stage.events('deployment')).map(({ actor, action }) => [actor, action])).toEqual([
      ['deployment', 'operator.appoint'],
      [`operator:${first.personId}`, 'operator.appoint'],
      [`operator:${personId}`, 'operator.dismiss'],
    ]);
  });

  test('an operator must be a known person, and is dismissed once', async () => {
    const stage = new AccountStage();
    const actor = { kind: 'deployment' } as const;
    await expect(stage.operators.appoint({ personId: NOBODY, actor })).rejects.toMatchObject({
      code: 'person_not_found',
    });
    await expect(stage.operators.dismiss({ personId: NOBODY, actor })).rejects.toMatchObject({
      code: 'operator_not_found',
    });
    expect(await stage.events('deployment')).toEqual([]);
  });
});
