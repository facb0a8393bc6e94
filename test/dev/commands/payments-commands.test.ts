import { runPaymentsCommand } from '../../../dev/cli/commands/run-money-command';
import { deployedPayments } from '../../../dev/cli/deployment/deployed-payments';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { PaymentsStage } from '../../domain/payments/payments-stage';

const METADATA = {
  tollgate_deployment: 'test-deployment',
  tollgate_account: 'acc_01JDZZZZZZZZZZZZZZZZZZZZZZ',
  tollgate_credit_cents: '2500',
};

describe('the reconciliation command', () => {
  let stage: PaymentsStage;
  beforeEach(async () => {
    stage = await PaymentsStage.open();
  });
  afterEach(() => stage.close());

  const run = (command: Parameters<typeof runPaymentsCommand>[1]) =>
    runPaymentsCommand(
      {
        store: stage.wallet.store,
        clock: () => stage.wallet.now + 1_000,
        openPayments: () => Promise.resolve(stage.payments),
      },
      command,
    );

  test('each difference is a line before the summary, and the exit code is 1', async () => {
    const params = {
      amount: '2500',
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: 'true',
      automatic_payment_methods: { enabled: 'true', allow_redirects: 'never' },
      metadata: METADATA,
    };
    stage.stripe.controls.seed([{ path: '/v1/payment_intents', params }]);
    const { exitCode, lines, error } = await run({ name: 'payments-reconcile' });
    expect([exitCode, error]).toEqual([1, expect.stringContaining('docs/runbook.md')]);
    const [difference, summary] = lines.map((line) => JSON.parse(line) as object);
    expect(difference).toMatchObject({ kind: 'credit', expected: '25.00', actual: '0.00' });
    expect(summary).toMatchObject({ reconciled: false, payments: 1, movements: 1, differences: 1 });
    const exceptions = await run({ name: 'payments-exceptions' });
    const exception = JSON.parse(exceptions.lines[0] ?? '') as { readonly paymentId: string };
    expect(exception).toMatchObject({ code: 'unknown_account' });
    const { paymentId } = exception;
    const resolve = { name: 'payments-resolve', paymentId, code: 'unknown_account' } as const;
    expect(await run(resolve)).toMatchObject({ exitCode: 0 });
    expect(await run({ name: 'payments-exceptions' })).toMatchObject({ lines: [] });
    expect(await run(resolve)).toMatchObject({ exitCode: 1 });
    const audit = new AuditLog({ store: stage.wallet.store, clock: () => stage.wallet.now });
    const { items } = await audit.page('deployment', { limit: 10 });
    expect(items).toMatchObject([
      { action: 'payment.resolve', target: paymentId, actor: 'deployment', after: { exception: 'unknown_account' } },
    ]);
  });

  test('a payment that was missed is booked, and is no difference', async () => {
    await stage.buy(2_500n);
    expect(await run({ name: 'payments-reconcile' })).toMatchObject({ exitCode: 0 });
    expect((await stage.view()).paidPico).toBe(25_000_000_000_000n);
  });

  test('movements outside of the period are not compared', async () => {
    await stage.buy(2_500n);
    const past = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
    const { lines } = await run({ name: 'payments-reconcile', ...past });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ reconciled: true, payments: 0, ...{ differences: 0 } });
    const reversed = { from: past.to, to: past.from };
    expect(await run({ name: 'payments-reconcile', ...reversed })).toMatchObject({ exitCode: 1, lines: [] });
  });
});

test('a deployment that takes no payments says so', async () => {
  const clock = () => 0;
  const result = await runPaymentsCommand(
    { clock, store: EmbeddedStore.memory({ clock }) },
    { name: 'payments-reconcile' },
  );
  expect(result).toMatchObject({ exitCode: 1, error: expect.stringContaining('takes no payments') as string });
});

describe('the payments of a deployment, for commands', () => {
  const target = { stack: 'tollgate-prod' };
  const open = (stripeKeysSecret: string | undefined, secret = '') =>
    deployedPayments({} as Parameters<typeof deployedPayments>[0], {
      deployment: { stripeKeysSecret } as Parameters<typeof deployedPayments>[1]['deployment'],
      target,
      secrets: { read: () => Promise.resolve(secret) } as unknown as Parameters<typeof deployedPayments>[1]['secrets'],
    });

  test('a deployment without keys of Stripe has no payments', async () => {
    expect(await open(undefined)).toBeUndefined();
  });

  test.each(['', '{}', '{"apiKey":"hunter2"}', '[1]'])('the secret %j is refused, and not shown', async (secret) => {
    const opened = open('arn:aws:secretsmanager:eu-central-1:111122223333:secret:stripe', secret);
    await expect(opened).rejects.toThrow("The secret of Stripe's keys is empty or malformed.");
  });
});
