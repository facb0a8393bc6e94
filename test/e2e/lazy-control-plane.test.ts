import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Gateway, killChildren, start, tollgate } from './child-process';
import { loadedPackages } from './loaded-packages';
import { fromSource } from './programs';
import { chatCompletion } from './provider-answers';
import { temporaryFolder } from './temporary-folder';
import { Upstream, wholeAnswer } from './upstream';

/** Packages that only the control plane and the user pool need. */
const CONTROL_PLANE_PACKAGES = [
  '@aws-lambda-powertools/idempotency',
  '@hono/zod-openapi',
  'aws-jwt-verify',
  'cognito-local',
  'hono',
];

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

let upstream: Upstream;
let folder: string;
beforeEach(async () => {
  upstream = await Upstream.start();
  upstream.answerWith(wholeAnswer(chatCompletion('Hello', USAGE)));
  folder = temporaryFolder();
});
afterEach(async () => {
  await killChildren();
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

const coverage = (): string => join(folder, 'coverage');

/** Starts a gateway from its source, because a bundle does not tell which packages its code comes from. */
const startGateway = (): Promise<Gateway> =>
  start(folder, { OPENAI_BASE_URL: `${upstream.url}/v1`, NODE_V8_COVERAGE: coverage() }, fromSource);

async function packagesAfterStop(gateway: Gateway): Promise<string[]> {
  gateway.kill('SIGINT');
  expect(await gateway.ended).toBe(0);
  return loadedPackages(coverage());
}

test('a gateway that serves metered requests and commands loads no package of the control plane', async () => {
  const gateway = await startGateway();
  const answer = await fetch(`${gateway.gatewayUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  expect([answer.status, Number(answer.headers.get('x-tollgate-cost')) > 0]).toEqual([200, true]);
  expect(await tollgate(folder, 'token', '--as', 'owner')).toMatchObject({ code: 0 });
  expect((await fetch(`${gateway.apiUrl}/health`)).status).toBe(200);
  const packages = await packagesAfterStop(gateway);
  expect(packages).toContain('undici');
  expect(packages.filter((name) => CONTROL_PLANE_PACKAGES.includes(name))).toEqual([]);
});

test('the first request to the API and the first sign-in load the packages of the control plane', async () => {
  const gateway = await startGateway();
  const token = (await tollgate(folder, 'token', '--as', 'owner')).out.trim();
  const me = await fetch(`${gateway.apiUrl}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  expect([me.status, await me.json()]).toEqual([200, expect.objectContaining({ isOperator: false })]);
  const query = new URLSearchParams({
    client_id: gateway.signIn.clientId,
    redirect_uri: `${gateway.consoleUrl}/signed-in`,
    response_type: 'code',
    code_challenge: 'a'.repeat(43),
    code_challenge_method: 'S256',
  });
  const page = await fetch(`${new URL(gateway.signIn.issuer).origin}/oauth2/authorize?${query.toString()}`);
  expect(await page.text()).toContain('<form method="POST"');
  expect(await packagesAfterStop(gateway)).toEqual(expect.arrayContaining(CONTROL_PLANE_PACKAGES));
});
