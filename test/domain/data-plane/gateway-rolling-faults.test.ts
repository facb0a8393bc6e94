import { SECOND_MS } from '../../../lambdas/domain/clock';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import type { Get } from '../../../lambdas/domain/table/table-store';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import { outcomeOf } from '../wallet/wallet-stage';
import { delta, DONE, type FakeCall, silent, SSE, usageEvent } from './fake-providers';
import { type GatewayStage, OUTPUT_PICO, USAGE } from './gateway-stage';
import { long, LONG_ANSWERS, openLongAnswers, pass } from './long-answers';

/** Twice the default burst, and ten seconds of the default rate. */
const SLICE_PICO = 6_048n * OUTPUT_PICO;
let stage: GatewayStage;
let gateway: Gateway;
beforeEach(async () => {
  ({ stage, gateway } = await openLongAnswers());
  stage.providers.play(silent);
  await stage.spendDownTo(30n * SLICE_PICO);
});
afterEach(() => stage.closeTimed());

async function begin(count = 1): Promise<{ done: Promise<void>; call: FakeCall }> {
  const done = gateway.handle(stage.client(long()));
  const call = await stage.providers.asked(count);
  call.head(200, SSE);
  return { done, call };
}

function finish(call: FakeCall): void {
  call.data(usageEvent(USAGE) + DONE);
  call.end();
}

test('a clock that is set back while a stream runs does not keep its hold from growing', async () => {
  const { done, call } = await begin();
  await pass(1);
  jest.setSystemTime(Date.now() - 600 * SECOND_MS);
  await pass(9);
  expect((await stage.balance()).heldPico).toBeGreaterThan(2n * SLICE_PICO);
  finish(call);
  await done;
});

test('a clock that is set forward does not cut a stream whose provider had no time to produce more', async () => {
  const { done, call } = await begin();
  await pass(1);
  jest.setSystemTime(Date.now() + 60 * SECOND_MS);
  await pass(9);
  expect(call.aborted).toBe(false);
  finish(call);
  await done;
});

test('a request of an account that was short is served although the store does not answer reads of its balance', async () => {
  const first = await begin();
  const { store } = stage;
  const unreadable = {
    get: (get: Get) => (get.consistent === false ? store.get(get) : Promise.reject(new StoreUnavailable('ECONNRESET'))),
    query: store.query.bind(store),
    write: store.write.bind(store),
    transact: store.transact.bind(store),
  };
  const wallet = new Wallet({ store: unreadable, clock: Date.now, usageRetentionDays: 90 });
  gateway = new Gateway({ ...stage.dependencies, catalog: LONG_ANSWERS, wallet });
  for (const count of [2, 3]) {
    // The refusal of a large first hold shows this process that the account is short, so the next request is to read.
    const next = await begin(count);
    finish(next.call);
    await next.done;
  }
  finish(first.call);
  await first.done;
});

test('a stream whose large first hold arrives late, after a smaller one was asked for, is served with the large one', async () => {
  await stage.credit(200n * SLICE_PICO);
  stage.store.plan('late', async () => {
    // The retry of the large hold is refused, and then that hold arrives before the small one.
    const other = await stage.reserve(150n * SLICE_PICO);
    stage.store.plan(async () => {
      await stage.wallet.settle({ hold: other, kind: 'release', costPico: 0n, record: outcomeOf(other) });
      expect(await stage.store.arrive()).toEqual([true]);
    });
  });
  const { done, call } = await begin();
  expect((await stage.balance()).heldPico).toBeGreaterThan(32_768n * OUTPUT_PICO);
  finish(call);
  await done;
});

test('a provider that is silent and then sends far more than its pace is paid from the wallet, and its route needs the worst case', async () => {
  const { done, call } = await begin();
  await pass(10);
  call.data(delta('x'.repeat(80_000)));
  call.data(usageEvent({ prompt_tokens: 7, completion_tokens: 20_000, total_tokens: 20_007 }) + DONE);
  call.end();
  await done;
  const [record] = (await stage.records()).filter(({ model }) => model === 'long');
  expect(record).toMatchObject({ costPico: 70n + 20_000n * OUTPUT_PICO, overrunPico: 0n, estimated: false });
  expect(stage.lines).toContain('RATE_EXCEEDED');
  await stage.spendDownTo(10n * SLICE_PICO);
  const next = stage.client(long());
  await gateway.handle(next);
  expect([next.status, stage.providers.calls.length]).toEqual([402, 1]);
});
