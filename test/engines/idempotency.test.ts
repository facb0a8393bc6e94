import { Gateway } from '../../lambdas/domain/data-plane/gateway';
import { IdempotencyKeys } from '../../lambdas/domain/data-plane/idempotency/idempotency-keys';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { completion, fails, whole } from '../domain/data-plane/fake-providers';
import { chat, COST_PICO, GatewayStage, USAGE } from '../domain/data-plane/gateway-stage';
import { describeDurableEngines } from './table-store-engines';

const RETRIES = 50;
const PROCESSES = 5;
const SECRET = Buffer.from('a secret of the deployment');

/** Its rules are tested in test/domain/data-plane; here they hold among processes that race on a real engine. */
describeDurableEngines('Idempotency-Keys on', (engine) => {
  let stage: GatewayStage;
  let stop: () => Promise<void>;
  let gateways: readonly Gateway[];
  beforeEach(async () => {
    const started = await engine.start(Date.now);
    stop = started.stop;
    stage = await GatewayStage.open(undefined, started.store);
    gateways = Array.from({ length: PROCESSES }, () => processOn(started.store));
  });
  afterEach(async () => {
    await stage.expectBalanced();
    await stop();
  });

  const processOn = (store: TableStore): Gateway =>
    new Gateway({
      ...stage.dependencies,
      idempotency: new IdempotencyKeys({ store, clock: Date.now, secret: SECRET }),
    });

  /**
   * Sends the same request in parallel, through all processes. @returns how often each status was answered. A request
   * that meets another one is `turnedAway`: with 409, or with 503 if a busy engine does not say so in time
   */
  async function sendAll(): Promise<{ readonly [status: string]: number }> {
    const headers = { 'idempotency-key': 'one' };
    const clients = Array.from({ length: RETRIES }, () => stage.client({ ...chat(), headers }));
    await Promise.all(clients.map((client, index) => gateways[index % PROCESSES]!.handle(client)));
    const statuses: { [status: string]: number } = {};
    for (const { status } of clients) {
      const name = status === 409 || status === 503 ? 'turnedAway' : String(status);
      statuses[name] = (statuses[name] ?? 0) + 1;
    }
    return statuses;
  }

  test('fifty parallel requests with one Idempotency-Key are charged exactly once', async () => {
    stage.providers.play(whole(completion('hi', USAGE)));
    expect(await sendAll()).toEqual({ 200: 1, turnedAway: RETRIES - 1 });
    expect([await stage.spentPico(), stage.providers.calls.length]).toEqual([COST_PICO, 1]);
  });

  test('fifty parallel requests with one Idempotency-Key are charged once although the first attempts fail', async () => {
    // Each attempt asks two providers, so four attempts fail, one after the other.
    stage.providers.play(...Array.from({ length: 8 }, () => fails()), whole(completion('hi', USAGE)));
    expect(await sendAll()).toEqual({ 200: 1, 502: 4, turnedAway: RETRIES - 5 });
    expect([await stage.spentPico(), stage.providers.calls.length]).toEqual([COST_PICO, 9]);
  });
});
