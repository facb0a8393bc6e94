import { ulid } from 'ulid';
import { HOUR_MS, MINUTE_MS } from '../../../lambdas/domain/clock';
import { RateLimited } from '../../../lambdas/domain/data-plane/admission/admission-errors';
import { CANCELLATIONS_PER_MINUTE_MAX, Cancellations } from '../../../lambdas/domain/data-plane/cancellations';
import { newRequestId } from '../../../lambdas/domain/data-plane/request-ids';
import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';
import { completion, delta, SSE, whole } from './fake-providers';
import type { FakeClient } from './fake-client';
import { chat, GatewayStage, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
});
afterEach(() => stage.closeTimed());

const cancel = (requestId: string): Promise<FakeClient> =>
  stage.send({ method: 'POST', path: `/v1/requests/${requestId}/cancel` });

describe('cancelling a request', () => {
  test('a cancelled stream stops at the provider within a second and is charged for its output so far', async () => {
    const client = stage.client(chat({ stream: true }));
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    call.data(delta('hello'));
    expect((await cancel(await stage.runningId())).status).toBe(202);
    await jest.advanceTimersByTimeAsync(1_000);
    await done;
    expect(call.aborted).toBe(true);
    expect(client.text).toContain('request_cancelled');
    expect(await stage.records()).toMatchObject([{ status: 'cancelled', estimated: true, usage: { output: 5 } }]);
  });

  test('a cancelled whole answer is charged its bound', async () => {
    const client = stage.client(chat({ max_tokens: 50 }));
    const { done, call } = await stage.begin(client);
    await cancel(await stage.runningId());
    await jest.advanceTimersByTimeAsync(1_000);
    await done;
    expect(call.aborted).toBe(true);
    expect(client.status).toBe(409);
    // Otherwise the official clients would retry it.
    expect(client.answerHeaders['x-should-retry']).toBe('false');
    expect(client.answerHeaders['x-tollgate-cost']).toMatch(/^0\.0\d+$/);
    expect(await stage.records()).toMatchObject([{ status: 'cancelled', httpStatus: 409, usage: { output: 50 } }]);
  });

  test('a recent unknown request ID can be cancelled, because only the process that serves a request knows whether it runs', async () => {
    expect((await cancel(newRequestId())).status).toBe(202);
  });

  test('cancelling the same request again writes nothing', async () => {
    const requestId = newRequestId();
    await cancel(requestId);
    const { write } = stage.store.counts;
    expect((await cancel(requestId)).status).toBe(202);
    expect(stage.store.counts.write).toBe(write);
  });

  test.each([
    ['too old to be running', -HOUR_MS],
    ['from the future', HOUR_MS],
  ])('a request ID that is %s is not found, and its cancellation writes nothing', async (_name, offsetMs) => {
    const { write } = stage.store.counts;
    const { status, json } = await cancel(`req_${ulid(Date.now() + offsetMs)}`);
    expect([status, json]).toMatchObject([404, { error: { code: 'request_not_found' } }]);
    expect(stage.store.counts.write).toBe(write);
  });

  test('a suspended account cannot cancel, and its attempt writes nothing', async () => {
    await stage.suspend();
    const { write } = stage.store.counts;
    const { status, json } = await cancel(newRequestId());
    expect([status, json]).toMatchObject([403, { error: { code: 'account_suspended' } }]);
    expect(stage.store.counts.write).toBe(write);
  });

  test('an account that cancels too many requests in a minute is refused until the next, and writes nothing until then', async () => {
    stage.stoppedAt = MINUTE_MS * Math.floor(Date.now() / MINUTE_MS) + 20_000;
    const requestIds = Array.from({ length: CANCELLATIONS_PER_MINUTE_MAX }, newRequestId);
    const statuses = new Set((await Promise.all(requestIds.map(cancel))).map(({ status }) => status));
    expect(statuses).toEqual(new Set([202]));
    await cancel(newRequestId());
    const { write } = stage.store.counts;
    const { status, json, answerHeaders } = await cancel(newRequestId());
    expect([status, json]).toMatchObject([429, { error: { code: 'rate_limit_exceeded' } }]);
    expect(answerHeaders['retry-after']).toBe('40');
    expect(stage.store.counts.write).toBe(write);
    stage.stoppedAt += 40_000;
    expect((await cancel(newRequestId())).status).toBe(202);
  });

  test('another process refuses an account that has used up its cancellations of the minute', async () => {
    const now = Date.now();
    const [one, another] = [0, 1].map(() => new Cancellations({ store: stage.engine, clock: () => now }));
    for (let count = 0; count < CANCELLATIONS_PER_MINUTE_MAX; count += 1) await one?.cancel('acc', newRequestId());
    await expect(another?.cancel('acc', newRequestId())).rejects.toThrow(RateLimited);
    await expect(another?.cancel('acc_2', newRequestId())).resolves.toBeUndefined();
  });

  test('a request that has ended is not changed by a cancellation, which returns its record', async () => {
    stage.providers.play(whole(completion('hi', USAGE)));
    await stage.send(chat());
    const [record] = await stage.records();
    const answer = await cancel(record?.requestId ?? '');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ requestId: record?.requestId, status: 'completed' });
    expect(await stage.records()).toEqual([record]);
  });

  test('another account’s cancellation stops nothing', async () => {
    const client = stage.client(chat({ stream: true }));
    const { done, call } = await stage.begin(client);
    const other = await stage.stranger();
    const requestId = await stage.runningId();
    const headers = { authorization: `Bearer ${other.key}` };
    await stage.send({ method: 'POST', path: `/v1/requests/${requestId}/cancel`, headers });
    await jest.advanceTimersByTimeAsync(3_000);
    expect(call.aborted).toBe(false);
    client.leave();
    await done;
  });

  test('a cancellation is noticed even after the store was unavailable for a while', async () => {
    let looks = 0;
    const get = (): Promise<Item | undefined> => {
      looks += 1;
      return looks === 1 ? Promise.reject(new StoreUnavailable('ETIMEDOUT')) : Promise.resolve({ pk: 'p', sk: 's' });
    };
    const store = { get } as unknown as TableStore;
    const watch = new Cancellations({ store, clock: Date.now }).watch('acc', 'req');
    await jest.advanceTimersByTimeAsync(700);
    expect(watch.signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(700);
    expect(watch.signal.aborted).toBe(true);
    watch.end();
  });

  test('a cancellation needs a key and a request id', async () => {
    const path = '/v1/requests/req_01JD0000000000000000000000/cancel';
    expect((await stage.send({ method: 'POST', path, headers: { authorization: 'Bearer no' } })).status).toBe(401);
    expect((await stage.send({ method: 'GET', path })).status).toBe(405);
    expect((await cancel('nonsense')).status).toBe(404);
  });
});
