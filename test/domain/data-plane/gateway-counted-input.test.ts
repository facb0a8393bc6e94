import { COUNT_TIMEOUT_MS } from '../../../lambdas/domain/data-plane/admission/counted-input';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import type { FakeClient } from './fake-client';
import { whole } from './fake-providers';
import { GatewayStage, INPUT_PICO, messages, OUTPUT_PICO } from './gateway-stage';

const COUNT_PATH = '/v1/messages/count_tokens';
/** Its bytes cost five times as much as the wallet has. */
const PROMPT = { messages: [{ role: 'user', content: 'a canary '.repeat(1_000) }] };
const FUNDS_PICO = 20_000n;
const COUNT = { input_tokens: 1_000 };
const ANSWER = { content: [{ type: 'text', text: 'hi' }], usage: { input_tokens: 1_010, output_tokens: 2 } };
const COST_PICO = 1_010n * INPUT_PICO + 2n * OUTPUT_PICO;

let stage: GatewayStage;
let spentBeforePico: bigint;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
  await spendDownTo(FUNDS_PICO);
  stage.providers.play(whole(COUNT), whole(ANSWER));
});
afterEach(() => stage.closeTimed());

async function spendDownTo(availablePico: bigint): Promise<void> {
  await stage.spendDownTo(availablePico);
  spentBeforePico = await stage.spentPico();
}

const send = (extra: object = {}, headers = {}): Promise<FakeClient> =>
  stage.send({ ...messages({ ...PROMPT, ...extra }), headers });
const paths = (): readonly string[] => stage.providers.calls.map(({ request }) => request.path);
const spent = async (): Promise<bigint> => (await stage.spentPico()) - spentBeforePico;

test('a message that the wallet cannot afford by its bytes is counted, and served for what it costs', async () => {
  const client = await send();
  expect([client.status, client.json]).toEqual([200, ANSWER]);
  expect(paths()).toEqual([COUNT_PATH, '/v1/messages']);
  expect(await spent()).toBe(COST_PICO);
});

test('a message with an Idempotency-Key is counted once before it is refused, and served', async () => {
  expect((await send({}, { 'idempotency-key': 'a-key' })).status).toBe(200);
  expect(paths()).toEqual([COUNT_PATH, '/v1/messages']);
  expect(await spent()).toBe(COST_PICO);
});

test('a message that the wallet can afford by its bytes is not counted', async () => {
  stage.providers.play(whole(ANSWER));
  expect((await send({ messages: [{ role: 'user', content: 'hi' }] })).status).toBe(200);
  expect(paths()).toEqual(['/v1/messages']);
});

test.each([
  ['that it counts too many tokens', whole({ input_tokens: 2_000 })],
  ['that it does not count', whole('<html>Not Found</html>', 404)],
])('a message is refused for lack of money if its provider says %s, and costs nothing', async (_what, play) => {
  stage.providers.play(play);
  const client = await send();
  expect([client.status, client.json]).toMatchObject([402, { error: { type: 'billing_error' } }]);
  expect(paths()).toEqual([COUNT_PATH]);
  expect(await spent()).toBe(0n);
});

test('a message of an empty wallet is refused without a count', async () => {
  await spendDownTo(0n);
  expect((await send()).status).toBe(402);
  expect(stage.providers.calls).toEqual([]);
});

test('a message of a suspended account is refused without a count', async () => {
  await stage.suspend();
  expect((await send()).status).toBe(403);
  expect(stage.providers.calls).toEqual([]);
});

test('a message is refused after half a second if its provider does not count', async () => {
  const client = stage.client(messages(PROMPT));
  const { done, call } = await stage.begin(client);
  await jest.advanceTimersByTimeAsync(COUNT_TIMEOUT_MS);
  await done;
  expect([client.status, call.aborted, paths()]).toEqual([402, true, [COUNT_PATH]]);
});

test('a host that stops during a count says so, and holds nothing', async () => {
  const client = stage.client(messages(PROMPT));
  const { done, call } = await stage.begin(client);
  await stage.gateway.stop();
  await done;
  expect([client.status, call.aborted, await spent()]).toEqual([503, true, 0n]);
});

test('a client that leaves during a count costs nothing, and its message is never sent', async () => {
  const client = stage.client(messages(PROMPT));
  const { done, call } = await stage.begin(client);
  client.leave();
  await done;
  expect([call.aborted, paths(), await spent()]).toEqual([true, [COUNT_PATH], 0n]);
});

test('a message that the budget of its key cannot afford by its bytes is counted, and served', async () => {
  const rich = await GatewayStage.open();
  await rich.useRules({ budget: { limitPico: String(FUNDS_PICO), window: 'total' } });
  rich.providers.play(whole(COUNT), whole(ANSWER));
  expect((await rich.send(messages(PROMPT))).status).toBe(200);
  expect(await rich.spentPico()).toBe(COST_PICO);
  await rich.expectBalanced();
});

test('a count that keeps a prompt out of a long-context tier holds for the prices below it', async () => {
  const tiered = modelOf({
    id: 'claude',
    endpoints: ['messages'],
    contextTokens: 200_000,
    prices: [
      versionOf(
        [0, { input: Number(INPUT_PICO), output: Number(OUTPUT_PICO) }],
        [2_000, { input: 100 * Number(INPUT_PICO), output: 100 * Number(OUTPUT_PICO) }],
      ),
    ],
  });
  const catalog = new Catalog(catalogOf({ anthropic: [tiered] }), [
    { id: 'anthropic', dialect: 'anthropic', baseUrl: 'http://anthropic.test' },
  ]);
  const gateway = new Gateway({ ...stage.dependencies, catalog });
  const client = stage.client(messages(PROMPT));
  await gateway.handle(client);
  expect([client.status, paths(), await spent()]).toEqual([200, [COUNT_PATH, '/v1/messages'], COST_PICO]);
});
