import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { AdminGetUserAuthFactorsCommand, UserNotFoundException } from '@aws-sdk/client-cognito-identity-provider';
import { CognitoSecondFactors } from '../../lambdas/adapters/cognito/cognito-second-factors';

const MINUTE_MS = 60_000;

/** A fake user pool. @param users the response for each subject, or an error to throw */
function poolOf(users: { [subject: string]: object | Error }) {
  const requests: unknown[] = [];
  const send = async (command: unknown): Promise<object> => {
    if (!(command instanceof AdminGetUserAuthFactorsCommand)) throw new Error('no such operation');
    requests.push(command.input);
    const answer = users[command.input.Username ?? ''];
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw new UserNotFoundException({ message: 'none', $metadata: {} });
    return answer;
  };
  const client = { send } as unknown as Pick<CognitoIdentityProviderClient, 'send'>;
  const time = { now: 1_000_000 };
  return {
    asked: requests,
    time,
    users,
    factors: new CognitoSecondFactors({ client, userPoolId: 'p_1', clock: () => time.now }),
  };
}

test('an authenticator app is a second factor, but a passkey that a password can replace is not', async () => {
  const { factors, asked } = poolOf({
    app: { UserMFASettingList: ['SOFTWARE_TOKEN_MFA'], ConfiguredUserAuthFactors: ['PASSWORD', 'SOFTWARE_TOKEN'] },
    passkey: { ConfiguredUserAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'WEB_AUTHN'] },
    none: { UserMFASettingList: [] },
  });
  expect(await factors.has('app')).toBe(true);
  expect(await factors.has('passkey')).toBe(false);
  expect(await factors.has('none')).toBe(false);
  expect(asked[0]).toEqual({ UserPoolId: 'p_1', Username: 'app' });
});

test('a user of another identity provider has no second factor', async () => {
  expect(await poolOf({}).factors.has('federated')).toBe(false);
});

test('the pool is asked at most once a minute about a person, and again if the clock is set back', async () => {
  const { factors, asked, time, users } = poolOf({ one: {} });
  expect([await factors.has('one'), await factors.has('one')]).toEqual([false, false]);
  expect(asked).toHaveLength(1);
  users['one'] = { UserMFASettingList: ['SOFTWARE_TOKEN_MFA'] };
  time.now += MINUTE_MS - 1;
  expect(await factors.has('one')).toBe(false);
  time.now += 1;
  expect(await factors.has('one')).toBe(true);
  time.now -= 10 * MINUTE_MS;
  delete users['one'];
  expect(await factors.has('one')).toBe(false);
  expect(asked).toHaveLength(3);
});

test('no operator is admitted while the pool fails, and the next request retries', async () => {
  const { factors, users } = poolOf({ one: new Error('TooManyRequestsException') });
  await expect(factors.has('one')).rejects.toMatchObject({ status: 503, code: 'service_unavailable' });
  users['one'] = { UserMFASettingList: ['SOFTWARE_TOKEN_MFA'] };
  expect(await factors.has('one')).toBe(true);
});
