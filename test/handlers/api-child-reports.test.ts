import { CLIENT_ADDRESS_HEADER } from '../../lambdas/contracts/deployment/edge';
import { FAILURES_MAX } from '../../lambdas/domain/attempts/failed-attempts';
import { CHILD_REPORTS_PER_HOUR_MAX } from '../../lambdas/domain/privacy/children/child-reports';
import { ApiStage } from './api-stage';
import { aReportedChild } from './child-examples';

const PATH = '/v1/child-reports';
const EMAIL = 'kid@school.example';

const report = (stage: ApiStage, body: unknown, address?: string) =>
  stage.ask({
    method: 'POST',
    path: PATH,
    body,
    ...(address !== undefined && { headers: { [CLIENT_ADDRESS_HEADER]: address } }),
  });

const listed = async (stage: ApiStage): Promise<unknown> =>
  (await stage.ask({ method: 'GET', path: PATH, as: 'operator' })).body['items'];

test('promise-20 anybody reports a child by address or account, and only the pseudonym of the child is kept', async () => {
  const stage = await ApiStage.open();
  stage.emails.set('stranger', EMAIL);
  const answer = await report(stage, { email: EMAIL }, '203.0.113.7');
  expect(answer).toMatchObject({ status: 202, body: { reportId: expect.stringMatching(/^chr_/) as unknown } });
  expect((await report(stage, { accountId: stage.accountId })).status).toBe(202);
  const reportedAt = new Date(stage.now).toISOString();
  expect(await listed(stage)).toEqual(
    [stage.person('owner'), stage.person('stranger')]
      .sort()
      .map((personId) => ({ reportId: expect.any(String) as unknown, personId, reportedAt })),
  );
  const kept = [...stage.written, ...stage.logged].join();
  for (const text of [EMAIL, '203.0.113.7']) expect(kept).not.toContain(text);
  expect(stage.logged.filter((line) => line.includes('CHILD_REPORTED'))).toHaveLength(2);
});

test('promise-20 a report of nobody, and of a person who was reported before, gets the same answer and adds nothing', async () => {
  const stage = await ApiStage.open();
  stage.emails.set('stranger', EMAIL);
  const first = await report(stage, { email: EMAIL });
  for (const body of [
    { email: EMAIL },
    { email: 'nobody@school.example' },
    { accountId: 'acc_01JD0000000000000000000009' },
  ]) {
    const answer = await report(stage, body);
    expect([answer.status, Object.keys(answer.body), answer.headers]).toEqual([202, ['reportId'], first.headers]);
  }
  expect(await listed(stage)).toMatchObject([{ reportId: first.body['reportId'] }]);
});

test('promise-20 reports are limited by address and by hour, and other input is refused', async () => {
  const stage = await ApiStage.open();
  for (const body of [{}, { email: 'kid' }, { email: EMAIL, text: 'They are nine.' }, 'x'])
    expect((await report(stage, body)).body).toMatchObject({ code: 'invalid_request' });
  const nobody = { email: 'nobody@school.example' };
  for (let reports = 0; reports < FAILURES_MAX; reports += 1) await report(stage, nobody, '203.0.113.7');
  expect(await report(stage, nobody, '203.0.113.7')).toMatchObject({
    status: 429,
    body: { code: 'too_many_attempts' },
  });
  for (let reports = FAILURES_MAX; reports < CHILD_REPORTS_PER_HOUR_MAX; reports += 1) await report(stage, nobody);
  expect(await report(stage, nobody)).toMatchObject({ status: 429, body: { code: 'too_many_child_reports' } });
});

test('promise-20 an operator freezes a reported child at once and begins the erasures, and a repeat changes nothing', async () => {
  const stage = await ApiStage.open();
  stage.emails.set('stranger', EMAIL);
  await report(stage, { email: EMAIL });
  const personId = stage.person('stranger');
  const erase = () =>
    stage.ask({
      method: 'POST',
      path: `${PATH}/${personId}/erasure`,
      as: 'operator',
      body: { identityCheck: 'legal_representative' },
    });
  const { status, body } = await erase();
  expect([status, body]).toEqual([
    200,
    {
      erasures: [stage.otherAccountId, personId].map((ownerId) => ({
        ownerId,
        erasureId: expect.any(String) as unknown,
      })),
    },
  ]);
  expect((await erase()).body).toEqual(body);
  expect(await stage.parts.accounts.get(stage.otherAccountId)).toMatchObject({ suspensionReason: 'child' });
  expect(await stage.parts.restrictions.get(personId)).toMatchObject({ identityCheck: 'legal_representative' });
  expect(await stage.parts.erasures.get(personId, stage.erasuresStarted[1]!.erasureId)).toMatchObject({
    state: 'grace',
    identityCheck: 'legal_representative',
  });
  const { items } = await stage.parts.audit.page('deployment', { limit: 100 });
  expect(items.filter(({ action }) => action === 'child.erase')).toHaveLength(2);
});

test('promise-20 an account of a child with other members is transferred before the child is erased', async () => {
  const stage = await ApiStage.open();
  const personId = await aReportedChild(stage, 'owner');
  const path = `${PATH}/${personId}/erasure`;
  const body = { identityCheck: 'legal_representative' };
  expect(await stage.ask({ method: 'POST', path, as: 'operator', body })).toMatchObject({
    status: 409,
    body: { code: 'transfer_ownership_first' },
  });
  expect(await stage.parts.restrictions.get(personId)).toBeDefined();
  expect((await stage.parts.accounts.get(stage.accountId))?.suspendedAt).toBeUndefined();
  expect(stage.erasuresStarted).toEqual([]);
  const actor = { kind: 'member', role: 'owner', personId } as const;
  await stage.parts.ownership.transfer({ accountId: stage.accountId, to: stage.person('admin'), actor });
  expect((await stage.ask({ method: 'POST', path, as: 'operator', body })).status).toBe(200);
});

test('promise-20 an operator dismisses a report, and only one that exists', async () => {
  const stage = await ApiStage.open();
  const path = `${PATH}/${await aReportedChild(stage)}`;
  expect((await stage.ask({ method: 'DELETE', path, as: 'operator' })).status).toBe(204);
  expect(await listed(stage)).toEqual([]);
  expect(await stage.ask({ method: 'DELETE', path, as: 'operator' })).toMatchObject({
    status: 404,
    body: { code: 'child_report_not_found' },
  });
});
