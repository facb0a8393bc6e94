import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { ROUTES } from '../../../lambdas/domain/data-plane/routes';
import { completion, delta, DONE, events, usageEvent, whole } from './fake-providers';
import type { FakeClient, Sent } from './fake-client';
import { chat, GatewayStage, USAGE } from './gateway-stage';

const APP = 'https://app.example.com';
const DESKTOP = 'app://obsidian.md';

let stage: GatewayStage;
let gateway: Gateway;
beforeEach(async () => {
  stage = await GatewayStage.open();
  stage.providers.play(whole(completion('hi', USAGE)));
  gateway = new Gateway({ ...stage.dependencies, browserOrigins: [APP, DESKTOP] });
});
afterEach(async () => {
  await gateway.stop();
  await stage.expectBalanced();
});

async function send(sent: Sent): Promise<FakeClient> {
  const client = stage.client(sent);
  await gateway.handle(client);
  return client;
}

const preflight = (origin: string, path = '/v1/messages', names = 'authorization,x-api-key'): Sent => ({
  method: 'OPTIONS',
  path,
  headers: {
    authorization: undefined,
    'content-type': undefined,
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': names,
  },
});

/** The headers about origins, without the others. */
const originHeaders = ({ answerHeaders }: FakeClient) =>
  Object.fromEntries(Object.entries(answerHeaders).filter(([name]) => /^(access-control-|vary$)/.test(name)));

test('no answer mentions origins unless the deployment configures some', async () => {
  const headers = { origin: APP };
  expect(originHeaders(await stage.send({ ...chat(), headers }))).toEqual({});
  const refused = await stage.send(preflight(APP));
  expect([refused.status, originHeaders(refused)]).toEqual([405, {}]);
});

test.each([...ROUTES.map(({ path }) => path), '/chat/completions'])(
  'a browser’s preflight request to %s is answered without a key, for a configured origin',
  async (path) => {
    const names = 'authorization,x-api-key,content-type,anthropic-version,anthropic-beta,x-stainless-os';
    const client = await send(preflight(APP, path, names));
    expect([client.status, client.text, client.bodyReads]).toEqual([204, '', 0]);
    expect(originHeaders(client)).toEqual({
      vary: 'Origin',
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': names,
      'access-control-max-age': '7200',
      'access-control-expose-headers': expect.stringContaining('x-request-id') as string,
    });
  },
);

test.each([
  'https://other.example.com',
  'https://app.example.com.evil.test',
  'http://app.example.com',
  'null',
  APP + '/',
])('the preflight request of the origin %s is refused, because it is not configured', async (origin) => {
  const client = await send(preflight(origin));
  expect([client.status, originHeaders(client)]).toEqual([405, { vary: 'Origin' }]);
});

test.each([APP, DESKTOP])('an answer to a script of %s can be read by it, with its cost', async (origin) => {
  const client = await send({ ...chat(), headers: { origin } });
  expect([client.status, client.answerHeaders]).toMatchObject([
    200,
    { 'access-control-allow-origin': origin, vary: 'Origin', 'x-tollgate-cost': expect.any(String) as string },
  ]);
  const exposed = client.answerHeaders['access-control-expose-headers']?.split(', ');
  expect(exposed).toEqual(expect.arrayContaining(['x-request-id', 'x-tollgate-cost', 'retry-after']));
});

test('a stream to a script of a configured origin can be read by it', async () => {
  stage.providers.play(events(delta('hi'), usageEvent(USAGE), DONE));
  const client = await send({ ...chat({ stream: true }), headers: { origin: APP } });
  expect(client.answerHeaders).toMatchObject({ 'access-control-allow-origin': APP, vary: 'Origin' });
});

test.each([
  ['without a key', { authorization: undefined }, 401],
  ['with a body of another type', { 'content-type': 'text/plain' }, 415],
])('an error of a request %s can be read by a script of a configured origin', async (_what, headers, status) => {
  const client = await send({ ...chat(), headers: { origin: APP, ...headers } });
  expect([client.status, client.answerHeaders['access-control-allow-origin']]).toEqual([status, APP]);
});

test('an answer to a client that is not a browser says only that it varies by origin', async () => {
  expect(originHeaders(await send(chat()))).toEqual({ vary: 'Origin' });
});

test('an answer never allows a browser to send cookies', async () => {
  const answers = [await send(preflight(APP)), await send({ ...chat(), headers: { origin: APP } })];
  for (const { answerHeaders } of answers) expect(answerHeaders).not.toHaveProperty('access-control-allow-credentials');
});

test('a preflight request that bypasses the edge is refused', async () => {
  const behindEdge = new Gateway({
    ...stage.dependencies,
    browserOrigins: [APP],
    originSecrets: () => Promise.resolve(['the edge’s secret']),
  });
  const client = stage.client(preflight(APP));
  await behindEdge.handle(client);
  expect([client.status, client.answerHeaders['access-control-allow-methods']]).toEqual([403, undefined]);
});
