import { PAYMENTS_ENV, STRIPE_KEYS_ENV, STRIPE_WEBHOOK_ENV } from '../../lambdas/contracts/deployment/environment';
import { readPaymentSettings } from '../../lambdas/contracts/deployment/payment-settings';
import { ConfigInvalid, parseConfig } from '../../lib/config';
import { at, ofType, propertiesOf, type Resource, type Synthesis, synthesize } from './synthesis';

const off = synthesize('default');
const on = synthesize('documented');

const functionOf = (synthesis: Synthesis, prefix: string): Resource | undefined =>
  ofType(synthesis, 'AWS::Lambda::Function').find(([id]) => id.startsWith(prefix))?.[1];
const environmentOf = (synthesis: Synthesis, prefix: string): Readonly<Record<string, unknown>> =>
  at(functionOf(synthesis, prefix), 'Properties', 'Environment', 'Variables') as Readonly<Record<string, unknown>>;
const alarmsOf = (synthesis: Synthesis): string[] =>
  propertiesOf(synthesis, 'AWS::CloudWatch::Alarm').map(({ AlarmDescription }) =>
    String(AlarmDescription).replace(/^.*#/, ''),
  );

/** The ARN of the secret, as the service stack reads it from the other stack. */
const SECRET = { 'Fn::GetStackOutput': expect.objectContaining({ OutputName: 'StripeKeysSecret' }) as unknown };

describe('a deployment without payments', () => {
  test('a deployment without payments has no function, secret, route or alarm of Stripe', () => {
    const names = [...off.resources.keys()].filter((id) => /stripe|Payments|WalletWatch|Reconcil/i.test(id));
    expect(names).toEqual([]);
    expect(propertiesOf(off, 'AWS::ApiGatewayV2::Route').map(({ RouteKey }) => RouteKey)).not.toContain(
      'POST /api/webhooks/stripe',
    );
    expect(propertiesOf(off, 'AWS::SecretsManager::Secret')).toHaveLength(3);
  });

  test('without payments the jobs still end promotional credit, and neither they nor the API know a key of Stripe', () => {
    for (const prefix of ['PaymentJobs', 'ControlPlaneManagement']) {
      expect(environmentOf(off, prefix)).toMatchObject({ PAYMENT_SETTINGS: 'none', STRIPE_KEYS_SECRET: 'none' });
    }
    expect(readPaymentSettings('none')).toBeUndefined();
    expect(propertiesOf(off, 'AWS::Scheduler::Schedule')).toContainEqual(
      expect.objectContaining({ ScheduleExpression: 'rate(5 minutes)' }),
    );
  });

  test('the management API may neither credit a payment nor refund one without payments', () => {
    const policies = ofType(off, 'AWS::IAM::ManagedPolicy').filter(([id]) => id.startsWith('ControlPlaneManagement'));
    const text = JSON.stringify(policies);
    expect(text).toContain('grant-expiries#*');
    for (const partition of ['payment#*', 'pending-refunds', 'debts', 'auto-top-ups'])
      expect([partition, text.includes(partition)]).toEqual([partition, false]);
  });
});

describe('a deployment with payments', () => {
  test.each([
    ['PaymentsWebhookReceive', STRIPE_WEBHOOK_ENV],
    ['PaymentsReconciliationReconcile', PAYMENTS_ENV],
    ['PaymentsWalletWatchFunction', PAYMENTS_ENV],
    ['PaymentsKeysCheck', STRIPE_KEYS_ENV],
    ['PaymentJobs', PAYMENTS_ENV],
  ])('the function %s of payments gets exactly the environment that it reads', (prefix, names) => {
    expect(Object.keys(environmentOf(on, prefix)).sort()).toEqual([...names].sort());
    expect(environmentOf(on, prefix)).toMatchObject({ STRIPE_KEYS_SECRET: SECRET });
  });

  test('the settings reach the functions, which call Stripe itself', () => {
    const text = String(environmentOf(on, 'PaymentsWebhookReceive')['PAYMENT_SETTINGS']);
    expect(readPaymentSettings(text)).toEqual({
      automaticTax: false,
      limits: { leastCents: 500, mostCents: 100_000, dayCents: 250_000, dayCount: 20 },
      plans: [],
      dueDays: 14,
    });
  });

  test('a deployment has a name at Stripe that no other deployment has, whatever becomes of its stacks', () => {
    expect(environmentOf(on, 'PaymentsWebhookReceive')['DEPLOYMENT']).toBe('tollgate-prod.us-east-1.111122223333');
  });

  test('only the functions of payments and of mails, the API and two steps of an erasure may read the keys of Stripe', () => {
    const readers = ofType(on, 'AWS::IAM::ManagedPolicy')
      .filter(([, policy]) => JSON.stringify(policy).includes('StripeKeysSecret'))
      .map(([id]) => id.replace(/(Money)?Policy[0-9A-F]{8}$/, ''));
    expect(readers.sort()).toEqual([
      'ControlPlaneManagement',
      'ErasuresBalance',
      'ErasuresProcessor',
      'NotificationsMailDeliver',
      'NotificationsMailSweep',
      'PaymentJobs',
      'PaymentsKeysCheck',
      'PaymentsReconciliationReconcile',
      'PaymentsWalletWatch',
      'PaymentsWebhookReceive',
    ]);
  });

  test('the keys of Stripe outlive their stack, and their first value is one that no function takes', () => {
    const [secret] = ofType(on, 'AWS::SecretsManager::Secret').filter(([id]) => id.startsWith('StripeKeys'));
    expect(secret?.[1]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { SecretString: '{}', KmsKeyId: expect.anything() as unknown },
    });
  });

  test('a deployment checks the keys of Stripe before it creates what uses them', () => {
    const [check] = ofType(on, 'Custom::StripeKeys');
    expect(check?.[1].Properties).toMatchObject({
      ServiceToken: { 'Fn::GetAtt': [expect.stringMatching(/^PaymentsKeysCheck/), 'Arn'] },
      // CloudFormation would wait for an hour.
      ServiceTimeout: '120',
    });
    for (const prefix of ['PaymentsWebhookReceive', 'PaymentsReconciliationReconcile', 'PaymentsWalletWatchFunction']) {
      const { DependsOn } = functionOf(on, prefix) as Resource & { readonly DependsOn?: readonly string[] };
      expect(DependsOn).toContain(check?.[0]);
    }
  });

  test('the wallet watch is invoked for changed balances only, in batches, and is told nothing that is an hour old', () => {
    const [mapping] = propertiesOf(on, 'AWS::Lambda::EventSourceMapping').filter((properties) =>
      String(at(properties, 'FunctionName', 'Fn::GetAtt', 0)).startsWith('PaymentsWalletWatch'),
    );
    const filters = at(mapping, 'FilterCriteria', 'Filters') as readonly { readonly Pattern: string }[];
    expect(filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['wallet'] } } } },
    ]);
    expect(mapping).toMatchObject({
      EventSourceArn: { 'Fn::GetStackOutput': expect.objectContaining({ OutputName: 'WalletStream' }) as unknown },
      BatchSize: 1_000,
      MaximumBatchingWindowInSeconds: 10,
      MaximumRecordAgeInSeconds: 3_600,
    });
  });

  test('the reconciliation runs every day, and a run that fails or is not accepted is repeated', () => {
    const lambda = ofType(on, 'AWS::Lambda::Function').find(([id]) => id.startsWith('PaymentsReconciliation'))?.[0];
    expect(propertiesOf(on, 'AWS::Scheduler::Schedule')).toContainEqual(
      expect.objectContaining({
        ScheduleExpression: 'rate(1 day)',
        Target: expect.objectContaining({
          Arn: { 'Fn::GetAtt': [lambda, 'Arn'] },
          RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 21_600 },
        }) as unknown,
      }),
    );
    const configured = propertiesOf(on, 'AWS::Lambda::EventInvokeConfig').map(({ FunctionName }) =>
      at(FunctionName, 'Ref'),
    );
    expect(configured).not.toContain(lambda);
  });

  test('payments add alarms about lost credit, differences, late events, failed top-ups and functions that do not run', () => {
    const before = new Set(alarmsOf(off));
    const added = alarmsOf(on).filter(
      (name) => !before.has(name) && !/archive|^mail-|^key-reminders|^policy-notices/.test(name),
    );
    expect(added.sort()).toEqual([
      'auto-top-up-failed',
      'payment-difference',
      'payment-event-failed',
      'payment-exception',
      'reconciliation-errors',
      'reconciliation-not-running',
      'stripe-webhook-errors',
      'wallet-watch-behind',
    ]);
  });

  test('an alarm counts the payments that could not be booked in every function that books', () => {
    const filters = propertiesOf(on, 'AWS::Logs::MetricFilter').filter(
      ({ FilterPattern }) => FilterPattern === '"PAYMENT_EXCEPTION"',
    );
    const groups = filters.map(({ LogGroupName }) => String(at(LogGroupName, 'Ref')).replace(/Logs[0-9A-F]{8}$/, ''));
    expect(groups.sort()).toEqual([
      'ControlPlaneManagement',
      'PaymentJobs',
      'PaymentsReconciliationReconcile',
      'PaymentsWalletWatch',
      'PaymentsWebhookReceive',
    ]);
  });
});

describe('the configuration of payments', () => {
  const invalid = (payments: unknown) => () => parseConfig({ payments });

  test('another API than that of Stripe can be configured for the emulator only', () => {
    const payments = { stripe: true, apiUrl: 'http://127.0.0.1:12111' };
    expect(parseConfig({ target: 'emulator', payments }).payments?.apiUrl).toBe(payments.apiUrl);
    expect(invalid(payments)).toThrow('tollgate.payments.apiUrl: applies only to the emulator');
    expect(() => parseConfig({ target: 'emulator', payments: { ...payments, apiUrl: 'http://evil.example' } })).toThrow(
      ConfigInvalid,
    );
  });

  test.each([
    [{}, 'tollgate.payments.stripe: must be true, or leave out payments.'],
    [{ stripe: false }, 'tollgate.payments.stripe: must be true, or leave out payments.'],
    [{ stripe: true, limits: { leastCents: 49 } }, 'must be at least 50 cents'],
    [{ stripe: true, limits: { leastCents: 500.5 } }, 'must be a whole number of cents'],
    [{ stripe: true, limits: { mostCents: 400 } }, 'tollgate.payments.limits.mostCents: must be at least leastCents.'],
    [{ stripe: true, limits: { dayCents: 600 } }, 'tollgate.payments.limits.dayCents: must be at least mostCents.'],
    [{ stripe: true, apiKey: 'sk_live_x' }, 'tollgate.payments: unknown setting apiKey.'],
  ])('the payments %j are refused: %s', (payments, message) => {
    expect(invalid(payments)).toThrow(message);
  });
});
