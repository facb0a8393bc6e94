import { requestDetail } from '../../lambdas/handlers/control-plane/api/routes/request-detail';
import { CENT, ReceiptStage } from '../domain/receipts/receipt-stage';
import { ACCOUNT } from '../domain/wallet/wallet-stage';

let stage: ReceiptStage;
beforeEach(async () => {
  stage = await ReceiptStage.funded();
});

const detail = (requestId: string) =>
  requestDetail({ store: stage.engine, clock: stage.clock }, { accountId: ACCOUNT, requestId });

test('a request is shown with what was held and charged, its price version and, once it is sealed, its receipt', async () => {
  const { wallet } = stage;
  const hold = await wallet.reserve(3n * CENT);
  await wallet.settle(hold, CENT);
  const { receipt: open, ...request } = await detail(hold.requestId);
  expect(open).toBeUndefined();
  expect(request).toMatchObject({
    cost: '0.01',
    priceVersion: '2026-11-01',
    entries: [{ kind: 'charge', held: '0.03', charged: '0.01', priceVersion: '2026-11-01' }],
  });
  await stage.pipe();
  await stage.seal();
  const { receipt } = await detail(hold.requestId);
  expect(receipt).toMatchObject({ receipt: { requestId: hold.requestId } });
});

test('a request that was charged after it had expired is shown with both entries', async () => {
  const { wallet } = stage;
  const hold = await wallet.reserve(2n * CENT);
  await wallet.expire();
  await wallet.settle(hold, CENT);
  const { cost, entries } = await detail(hold.requestId);
  expect(cost).toBe('0.01');
  expect(entries).toMatchObject([
    { kind: 'expire', held: '0.02', charged: '0.00' },
    { kind: 'adjustment', charged: '0.01' },
  ]);
});
