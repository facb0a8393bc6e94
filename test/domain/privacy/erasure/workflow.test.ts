import { certificateFault } from '../../../../lambdas/domain/privacy/erasure/certificate';
import { findCertificate } from '../../../../lambdas/domain/privacy/erasure/find-certificate';
import { readPublicKeys } from '../../../../lambdas/domain/receipts/verify-signature';
import { ReceiptKeys } from '../../../../lambdas/domain/receipts/receipt-keys';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { WorkflowStage } from './workflow-stage';

const stages: WorkflowStage[] = [];
async function open(...options: Parameters<typeof WorkflowStage.open>): Promise<WorkflowStage> {
  const stage = await WorkflowStage.open(...options);
  stages.push(stage);
  return stage;
}
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.payments.close();
});

async function publishedKeys({ store, clock }: WorkflowStage) {
  const keys = await new ReceiptKeys({ store, clock }).list();
  return readPublicKeys(keys.map(({ pem }) => pem).join('\n'));
}

test('promise-09 an account that was erased leaves a certificate that its published key verifies', async () => {
  const stage = await open();
  const payment = await stage.payments.buy(1_000n);
  await stage.payments.receive();
  const input = await stage.request();
  expect(await stage.drive()).toBe(true);
  const signed = await findCertificate(stage.store, input.erasureId);
  expect(certificateFault(signed, await publishedKeys(stage))).toBeUndefined();
  expect(signed.certificate.kept).toEqual([
    'ledger_entries_without_a_name',
    'audit_events_for_90_days',
    'workflow_history_for_90_days',
    'payments_and_invoices_at_the_payment_processor',
  ]);
  expect(signed.certificate).toMatchObject({ subject: 'account', balancePolicy: 'refund', balanceOutcome: 'refunded' });
  expect(JSON.stringify(signed)).not.toContain(ACCOUNT);
  expect(payment).toBeDefined();
  expect((await stage.payments.view()).availablePico).toBe(0n);
});
