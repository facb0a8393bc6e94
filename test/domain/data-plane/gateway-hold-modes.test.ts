import type { HoldMode } from '../../../lambdas/contracts/deployment/hold-mode';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import { DONE, silent, SSE, usageEvent } from './fake-providers';
import { chat, GatewayStage, OUTPUT_PICO, USAGE } from './gateway-stage';

const OUTPUT_TOKENS_MAX = 128_000;
/** The output alone, without the prompt. */
const WORST_PICO = BigInt(OUTPUT_TOKENS_MAX) * OUTPUT_PICO;
const PRICES = versionOf([0, { input: 10, output: Number(OUTPUT_PICO) }]);
const LONG = { id: 'long', contextTokens: 200_000, outputTokensMax: OUTPUT_TOKENS_MAX, prices: [PRICES] };
const CATALOG = new Catalog(catalogOf({ openai: [modelOf(LONG)] }), [
  { id: 'openai', dialect: 'openai', baseUrl: 'http://openai.test/v1' },
]);

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
  stage.providers.play(silent);
});
afterEach(() => stage.closeTimed());

function setHolds(holds: HoldMode): Promise<void> {
  const accounts = new Accounts({ store: stage.engine, clock: Date.now });
  return accounts.setHolds({ accountId: stage.accountId, holds, actor: { kind: 'deployment' } });
}

const long = () => stage.client(chat({ model: 'long', max_tokens: OUTPUT_TOKENS_MAX, stream: true }));

/** @returns what a stream with a large limit holds at its start */
async function firstHold(holds?: HoldMode): Promise<bigint> {
  const gateway = new Gateway({ ...stage.dependencies, catalog: CATALOG, ...(holds && { holds }) });
  const client = long();
  const calls = stage.providers.calls.length;
  const done = gateway.handle(client);
  const call = await stage.providers.asked(calls + 1);
  const { heldPico } = await stage.balance();
  call.head(200, SSE);
  call.data(usageEvent(USAGE) + DONE);
  call.end();
  await done;
  expect(client.status).toBe(200);
  return heldPico;
}

test('a stream with a large limit holds less than its worst case by default', async () => {
  expect(await firstHold()).toBeLessThan(WORST_PICO);
  expect(await firstHold('rolling')).toBeLessThan(WORST_PICO);
});

test('a stream of an account that is set to worst-case holds its worst case from the start, until it is set back', async () => {
  await setHolds('worst-case');
  expect(await firstHold()).toBeGreaterThanOrEqual(WORST_PICO);
  await setHolds('rolling');
  expect(await firstHold()).toBeLessThan(WORST_PICO);
});

test('every stream of a worst-case deployment holds its worst case, also of an account that is set to rolling', async () => {
  expect(await firstHold('worst-case')).toBeGreaterThanOrEqual(WORST_PICO);
  await setHolds('worst-case');
  await setHolds('rolling');
  expect(await firstHold('worst-case')).toBeGreaterThanOrEqual(WORST_PICO);
});

test('an account that is set to worst-case and cannot cover it gets 402 before anything is sent', async () => {
  await stage.spendDownTo(WORST_PICO - 1n);
  await setHolds('worst-case');
  const client = long();
  await new Gateway({ ...stage.dependencies, catalog: CATALOG }).handle(client);
  expect([client.status, stage.providers.calls.length]).toEqual([402, 0]);
  await setHolds('rolling');
  expect(await firstHold()).toBeLessThan(WORST_PICO);
});
