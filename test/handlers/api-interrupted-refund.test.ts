import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { ApiStage } from './api-stage';

/** A store that loses the responses of requests, as if the process were killed before it could keep them. */
const losingAnswers = (inner: TableStore): TableStore => ({
  get: (get) => inner.get(get),
  query: (query) => inner.query(query),
  transact: (writes, token) => inner.transact(writes, token),
  write: (write) => {
    const { pk } = 'put' in write ? write.put : 'update' in write ? write.update : write.delete;
    const isAnswer = write.table === ACCOUNTS && typeof pk === 'string' && pk.startsWith('idempotency#');
    return isAnswer ? Promise.resolve(undefined) : inner.write(write);
  },
});

test('a refund whose process was killed before it answered is the same refund when its request is repeated', async () => {
  const stage = await ApiStage.open({ wrap: losingAnswers });
  const { accountId, processor, parts } = stage;
  const paymentId = processor.pay({ accountId, creditCents: 2_500n });
  await parts.payments?.events.receive({ eventId: 'evt_1', type: 'payment', objectId: paymentId });
  const refund = (key: string) =>
    stage.ask({
      method: 'POST',
      path: `/v1/accounts/${accountId}/refunds`,
      as: 'owner',
      body: { paymentId, amount: '5' },
      headers: { 'idempotency-key': key },
    });
  const first = await refund('a');
  expect(first.status).toBe(201);
  expect((await refund('a')).body).toEqual(first.body);
  expect(processor.payments.get(paymentId)?.refunds).toHaveLength(1);
  expect((await refund('b')).body).not.toEqual(first.body);
  expect(processor.payments.get(paymentId)?.refunds).toHaveLength(2);
});
