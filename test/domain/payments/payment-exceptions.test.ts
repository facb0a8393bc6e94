import type { GuardedWrite } from '../../../lambdas/domain/table/commit';
import { commit } from '../../../lambdas/domain/table/commit';
import { PaymentsStage } from './payments-stage';

let stage: PaymentsStage;
beforeEach(async () => {
  stage = await PaymentsStage.open();
});
afterEach(() => stage.close());

const listed = async (): Promise<readonly string[]> => {
  const { items } = await stage.payments.exceptions.page({ limit: 10 });
  return items.map(({ paymentId, code }) => `${paymentId} ${code}`);
};
const record = async (writes: readonly GuardedWrite[]): Promise<void> => {
  const [refusal] = await commit(stage.wallet.store, writes);
  if (refusal) throw refusal;
};
const resolve = (paymentId: string): Promise<void> =>
  stage.payments.exceptions.resolve({ paymentId, code: 'reused' }, record);

test('an exception that was resolved leaves the list, and is neither listed nor logged again', async () => {
  const { exceptions } = stage.payments;
  await exceptions.add('pi_a', 'reused');
  await exceptions.add('pi_b', 'reused');
  await resolve('pi_a');
  await exceptions.add('pi_a', 'reused');
  expect(await listed()).toEqual(['pi_b reused']);
  expect(stage.codes()).toHaveLength(2);
});

test.each(['conflict', 'lost reply', 'unreachable'] as const)(
  'an exception is listed and logged once although its transaction meets the fault "%s"',
  async (fault) => {
    stage.wallet.store.plan(fault);
    await stage.payments.exceptions.add('pi_a', 'reused');
    await stage.payments.exceptions.add('pi_a', 'reused');
    expect([await listed(), stage.codes()]).toEqual([['pi_a reused'], ['PAYMENT_EXCEPTION reused']]);
  },
);

test('an exception that is not on the list cannot be resolved', async () => {
  await expect(resolve('pi_a')).rejects.toMatchObject({ code: 'exception_not_found' });
});
