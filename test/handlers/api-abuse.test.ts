import { ACCOUNTS_PER_HOUR_MAX, ACCOUNTS_PER_PERSON_AND_DAY_MAX } from '../../lambdas/domain/accounts/pace';
import { FAILED_SUBJECTS_MAX, FAILURES_MAX } from '../../lambdas/domain/attempts/failed-attempts';
import { ApiStage, type StageOptions } from './api-stage';

const HOME = '192.0.2.1';
const AWAY = '198.51.100.7';

/** A stage that accepts tokens that name a person, and a function that calls it from an address. */
async function open(options: StageOptions = {}) {
  const verifier: NonNullable<StageOptions['verifier']> = {
    verify: async (token) =>
      token.startsWith('wrong') ? undefined : { subject: token, clientId: 'c', issuedAt: 0, signedInAt: 0 },
  };
  const stage = await ApiStage.open({ verifier, ...options });
  const me = (address: string, as?: string) =>
    stage.ask({
      method: 'GET',
      path: '/v1/me',
      headers: { 'x-tollgate-client-address': address },
      ...(as !== undefined && { as }),
    });
  return Object.assign(stage, { me });
}

describe('failed authentication', () => {
  test('repeated failures with one token turn from 401 into 429, for this address only', async () => {
    const stage = await open();
    for (let time = 0; time < FAILURES_MAX; time += 1) expect((await stage.me(HOME, 'wrong')).status).toBe(401);
    const refused = await stage.me(HOME, 'wrong');
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
    expect(refused.headers['retry-after']).toBe('60');
    expect(refused.text).not.toContain(HOME);
    expect((await stage.me(AWAY, 'wrong')).status).toBe(401);
    stage.now += 60_000;
    expect((await stage.me(HOME, 'wrong')).status).toBe(401);
    expect(stage.logged.join('')).not.toContain(HOME);
  });

  test('failures with ever new tokens, or without one, are limited per address', async () => {
    const stage = await open();
    for (let token = 1; token < FAILED_SUBJECTS_MAX; token += 1) await stage.me(HOME, `wrong-${token}`);
    expect((await stage.me(HOME)).status).toBe(401);
    expect((await stage.me(HOME)).status).toBe(429);
    expect((await stage.me(HOME, 'wrong-again')).status).toBe(429);
  });

  test('a valid token is accepted from an address with many invalid ones', async () => {
    const stage = await open();
    for (let token = 0; token < 2 * FAILED_SUBJECTS_MAX; token += 1) await stage.me(HOME, `wrong-${token}`);
    expect((await stage.me(HOME, 'owner')).status).toBe(200);
  });

  test('an invalid token is refused without a read', async () => {
    const stage = await open();
    const read = jest.spyOn(stage.store, 'get');
    for (let time = 0; time < 2 * FAILURES_MAX; time += 1) await stage.me(HOME, 'wrong');
    expect(read).not.toHaveBeenCalled();
  });
});

describe('the limits on new accounts', () => {
  const CREATION = { method: 'POST', path: '/v1/accounts', body: { name: 'Another' } };

  test('a person who creates too many accounts is refused, without an alarm', async () => {
    const stage = await open();
    for (let time = 0; time < ACCOUNTS_PER_PERSON_AND_DAY_MAX; time += 1) {
      expect((await stage.ask({ ...CREATION, as: 'newcomer' })).status).toBe(201);
    }
    const refused = await stage.ask({ ...CREATION, as: 'newcomer' });
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_accounts' } });
    expect(Number(refused.headers['retry-after'])).toBe(14 * 3_600);
    expect((await stage.ask({ ...CREATION, as: 'another' })).status).toBe(201);
    expect(stage.logged).toEqual([]);
  });

  test('everyone is refused when the deployment’s limit is reached, with a log line that raises an alarm', async () => {
    const stage = await open();
    const people = Array.from({ length: ACCOUNTS_PER_HOUR_MAX + 1 }, (_, person) => `person-${person}`);
    const statuses: number[] = [];
    for (const as of people) statuses.push((await stage.ask({ ...CREATION, as })).status);
    expect(new Set(statuses)).toEqual(new Set([201, 429]));
    expect(stage.logged[0]).toContain('ACCOUNTS_PER_HOUR_REACHED');
    expect(stage.logged.join('')).not.toMatch(/per_|@/);
  });
});
