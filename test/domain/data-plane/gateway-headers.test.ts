import { completion, JSON_TYPE, whole } from './fake-providers';
import { chat, GatewayStage, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.expectBalanced());

test('a client sees no provider header that reveals something about the operator', async () => {
  stage.providers.play(
    whole(completion('hi', USAGE), 200, {
      ...JSON_TYPE,
      'openai-organization': 'org',
      'set-cookie': 'a=b',
      'x-ratelimit-limit-requests': '5',
    }),
  );
  const { answerHeaders } = await stage.send(chat());
  expect(Object.keys(answerHeaders).sort()).toEqual([
    'content-length',
    'content-type',
    'x-request-id',
    'x-tollgate-cost',
  ]);
});

test('a provider receives only the protocol’s headers from the client, and no identity', async () => {
  stage.providers.play(whole(completion('hi', USAGE)));
  await stage.send({
    ...chat({ user: 'alice' }),
    headers: { 'x-forwarded-for': '203.0.113.9', cookie: 'a=b', 'user-agent': 'alice', 'openai-beta': 'x' },
  });
  const [call] = stage.providers.calls;
  expect(call?.request.headers).toEqual({
    'openai-beta': 'x',
    'content-type': 'application/json',
    accept: 'application/json',
  });
  expect(call?.json['user']).toBeUndefined();
});
