import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lambdas/domain/clock';
import { UNSETTLED_MAX, UnsettledRequests } from '../../../lambdas/domain/data-plane/settlement/unsettled-requests';
import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import type { Settlement } from '../../../lambdas/domain/wallet/holds/settlement';
import { outcomeOf } from '../wallet/wallet-stage';
import { completion, fails, type Play, whole } from './fake-providers';
import type { FakeClient } from './fake-client';
import { chat, COST_PICO, GatewayStage, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
});
afterEach(() => stage.closeTimed());

/** The number of times that the wallet tries a settle before it gives up. */
const TRIES = 13;

/** Responds, and makes the store fail with this fault the given number of times from then on. */
const answered =
  (fault: 'unreachable' | 'lost reply', times: number, play: Play = whole(completion('hi', USAGE))): Play =>
  (call) => {
    stage.store.plan(...Array.from({ length: times }, () => fault));
    play(call);
  };

/** Sends one request whose settle fails until the wallet gives up. */
async function unsettled(...plays: readonly Play[]): Promise<FakeClient> {
  stage.providers.play(...(plays.length > 0 ? plays : [answered('unreachable', TRIES)]));
  const client = await stage.send(chat());
  expect(stage.lines).toContain('SETTLE_FAILED');
  return client;
}

async function heldPico(): Promise<bigint> {
  return (await stage.balance()).heldPico;
}

describe('a settle that fails until the wallet gives up', () => {
  test('a failed settle leaves the client’s answer complete except for the cost', async () => {
    const client = await unsettled();
    expect([client.status, client.answerHeaders['x-tollgate-cost']]).toEqual([200, undefined]);
    expect(client.text).toContain('"content":"hi"');
    expect(await heldPico()).toBeGreaterThan(0n);
    await stage.gateway.stop();
  });

  test('a failed settle is retried until the store recovers, without another request', async () => {
    await unsettled();
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO, usage: { output: 2 } }]);
    expect(stage.lines.slice(-2)).toEqual(['SETTLE_FAILED', 'SETTLE_RECOVERED']);
  });

  test('a failed settle is retried with the next request if timers stop between requests, as in a function', async () => {
    await unsettled();
    stage.turnedMs = MINUTE_MS;
    stage.providers.play(whole(completion('hi', USAGE)));
    await stage.send(chat());
    // It is retried before the next request ends, because work after that may be frozen.
    expect(await stage.records()).toHaveLength(2);
    expect(await stage.spentPico()).toBe(2n * COST_PICO);
  });

  test('a failed settle does not keep the next request’s client waiting', async () => {
    await unsettled();
    stage.turnedMs = MINUTE_MS;
    const client = stage.client(chat());
    let answer = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (answer = resolve));
    stage.store.plan(() => stuck);
    const { done, call } = await stage.begin(client);
    whole(completion('hi', USAGE))(call);
    while (!client.ended) await new Promise((resolve) => setImmediate(resolve));
    expect(stage.lines).not.toContain('SETTLE_RECOVERED');
    answer();
    await done;
    expect(stage.lines).toContain('SETTLE_RECOVERED');
  });

  test('a settle that failed because its reply was lost charges once', async () => {
    await unsettled(answered('lost reply', TRIES));
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    expect(stage.lines).toContain('SETTLE_RECOVERED');
    expect(await stage.spentPico()).toBe(COST_PICO);
  });

  test('a failed release is retried, and returns the money before the deadline', async () => {
    await unsettled(fails(), answered('unreachable', TRIES, fails()));
    expect(await heldPico()).toBeGreaterThan(0n);
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    expect(await heldPico()).toBe(0n);
    expect(await stage.records()).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
  });

  test('a failed settle is retried on a lease as on a hold', async () => {
    // The balance is contended at the reserve, so a lease holds the money.
    stage.store.plan('conflict');
    await unsettled();
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    expect(stage.lines).toContain('SETTLE_RECOVERED');
    expect(await stage.records()).toMatchObject([
      { status: 'completed', costPico: COST_PICO, leaseTurn: expect.any(String) as string },
    ]);
    await stage.wallet.expireDue({ everything: true });
    expect(await stage.spentPico()).toBe(COST_PICO);
  });

  test('a failed settle becomes an adjustment when its hold has expired in the meantime', async () => {
    await unsettled();
    await stage.wallet.expireDue({ everything: true });
    expect(await stage.records()).toMatchObject([{ status: 'expired', costPico: 0n }]);
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO }]);
  });

  test('a failed settle is retried after longer and longer waits, of at most a minute', async () => {
    await unsettled();
    const triedAt: number[] = [];
    const start = jest.now();
    const down = (): Promise<never> => {
      triedAt.push(Math.round((jest.now() - start) / SECOND_MS));
      return Promise.reject(new StoreUnavailable('ECONNREFUSED'));
    };
    stage.store.plan(...Array.from({ length: 1_000 }, () => down));
    for (let seconds = 0; seconds < 250; seconds += 1) await jest.advanceTimersByTimeAsync(SECOND_MS);
    stage.store.clear();
    expect([...new Set(triedAt)]).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
    await stage.gateway.stop();
    expect(stage.lines.at(-1)).toBe('SETTLE_RECOVERED');
  });

  test('a failed settle is given up an hour after its hold’s deadline', async () => {
    await unsettled();
    stage.turnedMs = 16 * MINUTE_MS + HOUR_MS + SECOND_MS;
    await stage.wallet.expireDue({ everything: true });
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    expect(stage.lines).toContain('SETTLE_GIVEN_UP');
    expect(await stage.records()).toMatchObject([{ status: 'expired', costPico: 0n }]);
  });

  test('a failed settle is retried one last time when the gateway stops', async () => {
    await unsettled();
    await stage.gateway.stop();
    expect(await stage.records()).toMatchObject([{ costPico: COST_PICO }]);
  });

  test('a failed settle is left to the sweeper when its last retry fails too', async () => {
    await unsettled(answered('unreachable', 2 * TRIES));
    await stage.gateway.stop();
    expect(stage.lines.at(-1)).toBe('SETTLE_GIVEN_UP');
    await jest.advanceTimersByTimeAsync(HOUR_MS);
    expect(await heldPico()).toBeGreaterThan(0n);
    await stage.wallet.expireDue({ everything: true });
    expect(await stage.records()).toMatchObject([{ status: 'expired' }]);
  });
});

describe('the unsettled requests that are kept', () => {
  const endOf = async (): Promise<Settlement> => {
    const hold = await stage.reserve(COST_PICO);
    return { hold, kind: 'charge', costPico: COST_PICO, record: outcomeOf(hold) };
  };
  const open = (): UnsettledRequests =>
    new UnsettledRequests({
      wallet: stage.wallet,
      clock: Date.now,
      log: { info: log('info'), warn: log('warn'), error: log('error') },
    });
  const log = (level: string) => (code: string, fields?: object) =>
    void stage.lines.push(
      `${level} ${code} ${JSON.stringify(fields, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))}`,
    );

  test('the number of unsettled requests is limited', async () => {
    const requests = open();
    const end = await endOf();
    for (let kept = 0; kept < UNSETTLED_MAX; kept += 1) requests.keep(end);
    expect(stage.lines).toEqual([]);
    requests.keep(end);
    expect(stage.lines).toEqual([`warn SETTLE_GIVEN_UP {"requestId":"${end.hold.requestId}","cause":"too_many"}`]);
    await requests.stop();
    expect(await stage.spentPico()).toBe(COST_PICO);
  });

  test('an unsettled request that can never be settled is given up at once, and the others are settled', async () => {
    const requests = open();
    const [ended, other] = [await endOf(), await endOf()];
    await stage.wallet.settle({
      hold: ended.hold,
      kind: 'release',
      costPico: 0n,
      record: { ...ended.record, status: 'provider_error' },
    });
    requests.keep(ended);
    requests.keep(other);
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    expect(stage.lines).toEqual([
      `warn SETTLE_GIVEN_UP {"requestId":"${ended.hold.requestId}","cause":"HoldAlreadyReleased"}`,
      expect.stringMatching(`^info SETTLE_RECOVERED .*${other.hold.requestId}`),
    ]);
  });

  test('an unsettled request with store conflicts does not hold up the others forever', async () => {
    const requests = open();
    const [first, second] = [await endOf(), await endOf()];
    requests.keep(first);
    requests.keep(second);
    stage.store.plan(...Array.from({ length: TRIES }, () => 'conflict' as const));
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    expect(await stage.records()).toEqual([]);
    stage.store.plan('none', ...Array.from({ length: TRIES }, () => 'conflict' as const));
    await jest.advanceTimersByTimeAsync(2 * SECOND_MS);
    expect(await stage.records()).toMatchObject([{ requestId: second.hold.requestId }]);
    await requests.stop();
    expect(await stage.records()).toHaveLength(2);
  });
});
