import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { LocalIdentity } from '../../dev/local/identity/local-identity';
import { localTokenVerifier } from '../../dev/local/identity/local-token-verifier';
import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { STANDINGS } from '../../lambdas/contracts/http/roles';
import { systemClock } from '../../lambdas/domain/clock';
import { temporaryFolder } from './temporary-folder';

const CONSOLE = 'http://127.0.0.1:8787';
const CALLBACK = `${CONSOLE}/signed-in`;

let folder: DataFolder;
let identity: LocalIdentity;
let log: string[];
beforeEach(async () => {
  folder = new DataFolder(temporaryFolder());
  log = [];
  identity = await startIdentity();
});
afterEach(async () => {
  await identity.stop();
  rmSync(folder.path, { recursive: true });
});

async function startIdentity(): Promise<LocalIdentity> {
  const started = await LocalIdentity.start(folder, new StdoutLog((line) => void log.push(line)));
  started.allowConsole(CONSOLE);
  return started;
}

interface Metadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
}

const metadata = async (): Promise<Metadata> =>
  (await (await fetch(`${identity.issuer}/.well-known/openid-configuration`)).json()) as Metadata;

const user = (role: string) => identity.users.find((candidate) => candidate.role === role)!;

/** Signs in as the console does: opens the sign-in page, submits the form, and gets a code with the redirect. */
async function signIn(fields: { readonly [name: string]: string } = {}) {
  const { authorization_endpoint: authorize, token_endpoint: tokens } = await metadata();
  const verifier = randomBytes(32).toString('base64url');
  const parameters = {
    client_id: identity.clientId,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid email',
    state: 'a1b2c3',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    username: user('owner').email,
    password: user('owner').password,
    ...fields,
  };
  const page = await fetch(`${authorize}?${new URLSearchParams(parameters).toString()}`);
  const answer = await fetch(authorize, { method: 'POST', body: new URLSearchParams(parameters), redirect: 'manual' });
  const back = answer.headers.get('location');
  const code = back === null ? undefined : (new URL(back).searchParams.get('code') ?? undefined);
  const redeem = (form: { readonly [name: string]: string }) =>
    fetch(tokens, { method: 'POST', body: new URLSearchParams({ client_id: identity.clientId, ...form }) });
  return { page, answer, back, code, verifier, redeem };
}

interface TokenAnswer {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

test('a person signs in through the code flow, and the API accepts their access token but not their ID token', async () => {
  const { page, back, code = '', verifier, redeem } = await signIn();
  expect(await page.text()).toContain('<form method="POST"');
  expect(back).toMatch(new RegExp(`^${CALLBACK}\\?code=[^&]+&state=a1b2c3$`));
  const answer = await redeem({
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  });
  const tokens = (await answer.json()) as TokenAnswer;
  const identified = { subject: user('owner').subject, clientId: identity.clientId };
  const tokenVerifier = localTokenVerifier(identity, systemClock);
  await expect(tokenVerifier.verify(tokens.access_token)).resolves.toMatchObject(identified);
  await expect(tokenVerifier.verify(tokens.id_token)).resolves.toBeUndefined();
  expect(claimsOf(tokens.id_token)).toMatchObject({ email: 'owner@example.test', aud: identity.clientId });
  expect(JSON.stringify(claimsOf(tokens.access_token))).not.toContain('example.test');
  const { iat, exp } = claimsOf(tokens.access_token) as { readonly iat: number; readonly exp: number };
  expect(exp - iat).toBe(tokens.expires_in);

  const refreshed = await redeem({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
  const { access_token: next } = (await refreshed.json()) as TokenAnswer;
  await expect(tokenVerifier.verify(next)).resolves.toMatchObject(identified);
});

test('an authorization code is refused without its verifier, with a wrong one, and when used again', async () => {
  const { code = '', verifier, redeem } = await signIn();
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
  expect((await redeem(form)).status).toBe(400);
  expect((await redeem({ ...form, code_verifier: verifier })).status).toBe(200);
  expect((await redeem({ ...form, code_verifier: verifier })).status).toBe(400);
  const { code: other = '', redeem: redeemOther } = await signIn();
  const wrong = { ...form, code: other, code_verifier: randomBytes(32).toString('base64url') };
  expect((await redeemOther(wrong)).status).toBe(400);
});

test.each([
  ['a wrong password', { password: 'wrong' }],
  ["another user's password", { username: 'operator@example.test' }],
  ['an unknown user', { username: 'nobody@example.test' }],
  ['an unregistered redirect URL', { redirect_uri: 'http://127.0.0.1:8787.example.com/signed-in' }],
  ['an unknown client', { client_id: 'another' }],
  ['no PKCE challenge', { code_challenge: '' }],
  ['a plain PKCE challenge', { code_challenge_method: 'plain' }],
  ['the implicit flow', { response_type: 'token' }],
])('a sign-in with %s gets no code', async (_what, fields) => {
  const { code, answer } = await signIn(fields);
  expect(code).toBeUndefined();
  expect([200, 400]).toContain(answer.status);
});

test('the sign-in page runs no script that is injected through its URL', async () => {
  const { page } = await signIn({ state: '"><script>alert(1)</script>' });
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('every role has a user who can get a token and who keeps their ID and password after a restart', async () => {
  const verifier = localTokenVerifier(identity, systemClock);
  expect(identity.users.map(({ role, email }) => [role, email])).toEqual(
    STANDINGS.map((role) => [role, `${role}@example.test`]),
  );
  for (const { role, subject } of identity.users)
    await expect(verifier.verify(await identity.accessToken(role))).resolves.toMatchObject({ subject });
  const { users } = identity;
  await identity.stop();
  identity = await startIdentity();
  expect(identity.users).toEqual(users);
  expect((await signIn()).code).toBeDefined();
});

test('a token of an earlier run is refused', async () => {
  const before = await identity.accessToken('owner');
  await identity.stop();
  identity = await startIdentity();
  await expect(localTokenVerifier(identity, systemClock).verify(before)).resolves.toBeUndefined();
});

test('passwords are unique and long, and only the owner of the files can read them', async () => {
  await signIn();
  const passwords = identity.users.map(({ password }) => password);
  expect(new Set(passwords).size).toBe(STANDINGS.length);
  expect(Math.min(...passwords.map((password) => password.length))).toBeGreaterThanOrEqual(24);
  for (const file of ['users.json', 'identity/local_tollgate.json']) {
    const path = join(folder.path, file);
    expect(readFileSync(path, 'utf8')).toContain(passwords[0]);
    expect(statSync(path).mode & 0o077).toBe(0);
  }
});

test('the user pool’s port offers no way to list or change users', async () => {
  const { origin } = new URL(identity.issuer);
  const change = (target: string, body: object) =>
    fetch(`${origin}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${target}`,
      },
      body: JSON.stringify({ UserPoolId: 'local_tollgate', ...body }),
    });
  const reset = { Username: 'operator@example.test', Password: 'Known-to-me-1', Permanent: true };
  expect((await change('AdminSetUserPassword', reset)).status).toBe(404);
  expect((await change('ListUsers', {})).status).toBe(404);
  expect((await signIn({ username: 'operator@example.test', password: 'Known-to-me-1' })).code).toBeUndefined();
});

test('the user pool is not opened before the first sign-in, not even for metadata, keys and tokens', async () => {
  expect((await metadata()).issuer).toBe(identity.issuer);
  expect((await fetch(`${identity.issuer}/.well-known/jwks.json`)).status).toBe(200);
  await identity.accessToken('owner');
  expect(existsSync(folder.file('identity'))).toBe(false);
  expect((await signIn()).code).toBeDefined();
});

test('people who are the first to sign in at the same time all get a code', async () => {
  const signIns = identity.users.map(({ email: username, password }) => signIn({ username, password }));
  const codes = (await Promise.all(signIns)).map(({ code }) => code);
  expect(codes).not.toContain(undefined);
  expect(new Set(codes).size).toBe(identity.users.length);
});

test('a damaged user pool fails the sign-in with a reason, which is logged, until the pool is repaired', async () => {
  const pools = new DataFolder(folder.file('identity'));
  pools.create();
  writeFileSync(pools.file('clients.json'), '{');
  const { page, answer, code } = await signIn();
  expect([page.status, answer.status, code]).toEqual([503, 503, undefined]);
  expect(await page.json()).toMatchObject({ error: 'temporarily_unavailable' });
  expect(log.join('')).toContain('"level":"error","code":"USER_POOL_NOT_OPENED","cause":"SyntaxError"');
  rmSync(pools.file('clients.json'));
  expect((await signIn()).code).toBeDefined();
});
