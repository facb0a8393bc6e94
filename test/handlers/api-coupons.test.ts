import { COUPONS_PARTITION } from '../../lambdas/contracts/storage/table-keys/funds';
import { WALLET } from '../../lambdas/contracts/storage/tables';
import { FAILURES_MAX } from '../../lambdas/domain/attempts/failed-attempts';
import { ApiStage } from './api-stage';

let stage: ApiStage;
beforeEach(async () => {
  stage = await ApiStage.open();
});

const VALID_UNTIL = '2026-12-01T00:00:00Z';

async function created(wanted: object = {}): Promise<{ readonly code: string; readonly couponId: string }> {
  const body = { amount: '10', reason: 'launch', validUntil: VALID_UNTIL, redemptionsMax: 2, ...wanted };
  const answer = await stage.ask({ method: 'POST', path: '/v1/coupons', as: 'operator', body });
  expect(answer.status).toBe(201);
  return answer.body as { readonly code: string; readonly couponId: string };
}

const redeem = (code: string, accountId = stage.accountId, as = 'billing') =>
  stage.ask({ method: 'POST', path: `/v1/accounts/${accountId}/coupon-redemptions`, as, body: { code } });

const promotional = async (accountId = stage.accountId): Promise<unknown> =>
  (await stage.ask({ method: 'GET', path: `/v1/accounts/${accountId}/wallet`, as: 'operator' })).body['promotional'];

const redemptions = async (): Promise<unknown> =>
  (await stage.ask({ method: 'GET', path: '/v1/coupons', as: 'operator' })).body['items'];

test('a coupon is redeemed for promotional credit that expires, and both audit logs have it', async () => {
  const { code, couponId } = await created({ creditDays: 30 });
  const { status, body } = await redeem(code);
  const expiresAt = new Date(stage.now + 30 * 86_400_000).toISOString();
  expect([status, body]).toEqual([201, { grantId: `grant_${couponId}`, amount: '10.00', expiresAt }]);
  expect(await promotional()).toBe('10.00');
  const audit = await stage.ask({ method: 'GET', path: `/v1/accounts/${stage.accountId}/audit`, as: 'owner' });
  expect(JSON.stringify(audit.body)).toContain(couponId);
  const deployment = await stage.ask({ method: 'GET', path: '/v1/audit', as: 'operator' });
  expect(deployment.body['items']).toMatchObject([{ action: 'coupon.create', target: couponId }, {}]);
});

test('a code can be typed in small letters, with spaces and with letters that look like its digits', async () => {
  const { code } = await created();
  const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
  expect((await redeem(typed)).status).toBe(201);
});

test('an account redeems a coupon once', async () => {
  const { code } = await created();
  await redeem(code);
  expect((await redeem(code)).body['code']).toBe('coupon_redeemed');
  expect(await redemptions()).toMatchObject([{ redemptions: 1, redemptionsMax: 2 }]);
  expect(await promotional()).toBe('10.00');
});

test('accounts that redeem a coupon at the same time get no more credit than it has redemptions', async () => {
  const { code } = await created({ redemptionsMax: 3 });
  const accountIds = await Promise.all(
    Array.from({ length: 8 }, () => stage.parts.accounts.create({ ownerId: stage.person('owner') })),
  );
  const answers = await Promise.all(accountIds.map((accountId) => redeem(code, accountId, 'owner')));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409, 409, 409, 409]);
  expect(answers.find(({ status }) => status === 409)?.body['code']).toBe('coupon_over');
  const granted = await Promise.all(accountIds.map((accountId) => promotional(accountId)));
  expect(granted.filter((usd) => usd === '10.00')).toHaveLength(3);
  expect(await redemptions()).toMatchObject([{ redemptions: 3 }]);
});

test('a coupon whose time is over, or that was deleted, cannot be redeemed', async () => {
  const [first, second] = [await created(), await created()];
  const path = `/v1/coupons/${second.couponId}`;
  expect((await stage.ask({ method: 'DELETE', path, as: 'operator' })).status).toBe(204);
  expect((await redeem(second.code)).body['code']).toBe('coupon_not_found');
  expect((await stage.ask({ method: 'DELETE', path, as: 'operator' })).status).toBe(404);
  stage.now = Date.parse(VALID_UNTIL);
  expect((await redeem(first.code)).body['code']).toBe('coupon_over');
});

test('a person who tries codes has to wait, even for a valid one', async () => {
  const { code } = await created();
  for (let count = 0; count < FAILURES_MAX; count += 1) {
    expect((await redeem(`0000-0000-0000-00${count + 10}`)).status).toBe(404);
  }
  expect((await redeem(code)).status).toBe(429);
  stage.now += 60_000;
  expect((await redeem(code)).status).toBe(201);
});

test('the code of a coupon is in no table, and no list shows it', async () => {
  const { code } = await created();
  const { items } = await stage.store.query({ table: WALLET, partition: COUPONS_PARTITION });
  const plain = code.replaceAll('-', '');
  const texts = [JSON.stringify(await redemptions()), JSON.stringify(items, (_, value) => String(value))];
  for (const text of texts) expect([text.includes(code), text.includes(plain)]).toEqual([false, false]);
});

test.each([
  [{ validUntil: '2026-11-01T00:00:00Z' }, 'validUntil'],
  [{ amount: '0' }, 'amount'],
  [{ amount: '-1' }, 'amount'],
  [{ amount: '1.001' }, 'amount'],
  [{ reason: 'For Ada Lovelace' }, 'reason'],
  [{ redemptionsMax: 0 }, 'redemptionsMax'],
  [{ creditDays: 0 }, 'creditDays'],
])('a coupon with %j gets a clear error', async (wrong, member) => {
  const body = { amount: '10', reason: 'launch', validUntil: VALID_UNTIL, redemptionsMax: 2, ...wrong };
  const answer = await stage.ask({ method: 'POST', path: '/v1/coupons', as: 'operator', body });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toContain(member);
});
