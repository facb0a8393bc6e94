import type { CognitoIdentityProviderClient, UserType } from '@aws-sdk/client-cognito-identity-provider';
import { ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { CognitoVerifiedEmails } from '../../lambdas/adapters/cognito/cognito-verified-emails';

/** A fake user pool. @param users the user with each filter, or an error to throw */
function poolOf(users: { readonly [filter: string]: UserType | Error }) {
  const requests: unknown[] = [];
  const send = async (command: unknown): Promise<object> => {
    if (!(command instanceof ListUsersCommand)) throw new Error('no such operation');
    requests.push(command.input);
    const user = users[command.input.Filter ?? ''];
    if (user instanceof Error) throw user;
    return { Users: user === undefined ? [] : [user] };
  };
  const client = { send } as unknown as Pick<CognitoIdentityProviderClient, 'send'>;
  return { requests, emails: new CognitoVerifiedEmails({ client, userPoolId: 'p_1' }) };
}

const attributes = (email: string, isVerified: boolean) => [
  { Name: 'email', Value: email },
  { Name: 'email_verified', Value: String(isVerified) },
];

test('the address of a user of the pool counts once the pool has verified it', async () => {
  const { emails, requests } = poolOf({
    'sub = "verified"': { UserStatus: 'CONFIRMED', Attributes: attributes('a@example.test', true) },
    'sub = "unverified"': { UserStatus: 'CONFIRMED', Attributes: attributes('b@example.test', false) },
  });
  expect(await emails.of('verified')).toBe('a@example.test');
  expect(await emails.of('unverified')).toBeUndefined();
  expect(await emails.of('unknown')).toBeUndefined();
  expect(requests[0]).toEqual({
    UserPoolId: 'p_1',
    Filter: 'sub = "verified"',
    AttributesToGet: ['email', 'email_verified'],
    Limit: 1,
  });
});

test('the address of a user of a configured identity provider counts as that provider states it', async () => {
  const user = { UserStatus: 'EXTERNAL_PROVIDER' as const, Attributes: attributes('a@example.test', false) };
  expect(await poolOf({ 'sub = "federated"': user }).emails.of('federated')).toBe('a@example.test');
});

test('a subject that could change the filter is refused before the pool is asked', async () => {
  const { emails, requests } = poolOf({});
  await expect(emails.of('a" or status = "Enabled')).rejects.toThrow(RangeError);
  expect(requests).toEqual([]);
});

test('an invitation cannot be accepted while the pool fails', async () => {
  const { emails } = poolOf({ 'sub = "one"': new Error('TooManyRequestsException') });
  await expect(emails.of('one')).rejects.toMatchObject({ status: 503, code: 'service_unavailable' });
});
