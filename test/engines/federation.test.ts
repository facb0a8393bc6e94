import { newTrustSchema } from '../../lambdas/contracts/http/federation';
import { isPublicUrl } from '../../lambdas/contracts/http/public-url';

const trust = { name: 'CI', issuer: 'https://oidc.example.com', audience: 'tollgate', subject: 'job:*' };

test.each([
  'https://token.actions.githubusercontent.com',
  'https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF',
  'https://accounts.google.com',
  'https://login.example.com/tenant/',
])('%s is a public URL', (url) => {
  expect(isPublicUrl(url)).toBe(true);
});

test.each([
  'http://oidc.example.com',
  'https://127.0.0.1',
  'https://2130706433',
  'https://0x7f.1',
  'https://169.254.169.254',
  'https://[::1]',
  'https://[fd00::1]',
  'https://localhost',
  'https://api.localhost',
  'https://intranet',
  'https://db.internal',
  'https://db.internal.',
  'https://kubernetes.default.svc.cluster.local',
  'https://oidc.example.com:8443',
  'https://user@oidc.example.com',
  'https://oidc.example.com?x=1',
  'https://oidc.example.com#x',
  'https://OIDC.example.com',
  'https://oidc.example.com/a/../b',
  'https://oidc.example.com\\@127.0.0.1',
  ' https://oidc.example.com',
  'file:///etc/passwd',
  'oidc.example.com',
  '',
])('%j is not a public URL', (url) => {
  expect(isPublicUrl(url)).toBe(false);
});

test('a trust accepts each token once and issues keys for a quarter of an hour by default', () => {
  expect(newTrustSchema.parse(trust)).toEqual({ ...trust, claims: {}, singleUse: true, keySeconds: 900 });
});

test.each([
  ['a longer life than an hour', { keySeconds: 3_601 }],
  ['a shorter life than a minute', { keySeconds: 59 }],
  ['any subject', { subject: '*' }],
  ['an issuer that is not a public host', { issuer: 'https://10.0.0.1' }],
  ['an unknown member', { jwksUri: 'https://keys.example.com' }],
  ['a claim that is not a string', { claims: { run: 1 } }],
  ['a claim without a name', { claims: { '': 'x' } }],
  ['too many claims', { claims: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`c${index}`, 'x'])) }],
  ['invalid rules', { rules: { budget: '5' } }],
])('a trust with %s is refused', (_what, otherwise) => {
  expect(newTrustSchema.safeParse({ ...trust, ...otherwise }).success).toBe(false);
});

describe('the subject for an issuer that anyone can get tokens from', () => {
  const github = { ...trust, issuer: 'https://token.actions.githubusercontent.com' };
  test.each(['repo:acme/app:*', 'repo:acme/*:ref:refs/heads/main'])(
    'the subject %s, which names an owner, is accepted',
    (subject) => {
      expect(newTrustSchema.safeParse({ ...github, subject }).success).toBe(true);
    },
  );
  test.each(['repo:*', 'repo:*/app:ref:refs/heads/main', 'repo:acme*', 'r*'])(
    'the subject %s, which names no owner, is refused',
    (subject) => {
      expect(newTrustSchema.safeParse({ ...github, subject }).success).toBe(false);
      expect(newTrustSchema.safeParse({ ...github, subject, issuer: `${github.issuer}/` }).success).toBe(false);
    },
  );
});
