import {
  API_ENV,
  HEALTH_ENV,
  NOT_FOUND_ENV,
  PAYMENTS_ENV,
  PROXY_ENV,
  RECEIPTS_ENV,
  SEAL_ENV,
  SWEEP_ENV,
} from '../../lambdas/contracts/deployment/environment';
import { at, ofType, propertiesOf, synthesize } from './synthesis';

const synthesis = synthesize('default');
const functions = ofType(synthesis, 'AWS::Lambda::Function');

const DAY_SECONDS = 86_400;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const list = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** Every statement with the effect Allow and the resource it is in, except in key policies. */
const allowed = [...synthesis.resources]
  .filter(([, { Type }]) => Type !== 'AWS::KMS::Key')
  .flatMap(([id, resource]) => statementsIn(resource).map((statement) => ({ id, statement })))
  .filter(({ statement }) => statement.Effect === 'Allow');

function statementsIn(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'Effect' in value && 'Action' in value ? [value as Statement] : [];
  return [...own, ...Object.values(value).flatMap(statementsIn)];
}

function policyOf(idPrefix: string): Statement[] {
  return ofType(synthesis, 'AWS::IAM::ManagedPolicy')
    .filter(([id]) => id.startsWith(idPrefix))
    .flatMap(([, policy]) => statementsIn(policy));
}

/** The partitions to which a statement about a table is narrowed. */
const partitionsOf = ({ Condition }: Statement): readonly string[] =>
  (at(Condition, 'ForAllValues:StringLike', 'dynamodb:LeadingKeys') ?? []) as readonly string[];

const actionsOf = (statements: readonly Statement[]): string[] =>
  statements.flatMap(({ Action }) => list(Action)).sort();

describe('access', () => {
  test('no policy allows a wildcard action', () => {
    expect(allowed.length).toBeGreaterThan(10);
    expect(allowed.filter(({ statement }) => list(statement.Action).some((action) => action.includes('*')))).toEqual(
      [],
    );
  });

  test('no policy allows an action on every resource, but for the delivery of the logs of a workflow', () => {
    const wide = allowed.filter(({ statement }) => list(statement.Resource).includes('*'));
    expect(wide.map(({ id }) => id).sort()).toEqual([
      expect.stringMatching(/^ErasuresWorkflowPolicy/),
      expect.stringMatching(/^ExportsWorkflowPolicy/),
    ]);
    const actions = wide.flatMap(({ statement }) => list(statement.Action));
    expect(
      actions.filter((action) => !/^logs:(\w*LogDeliver\w+|\w*ResourcePolic\w+|DescribeLogGroups)$/.test(action)),
    ).toEqual([]);
  });

  test('promise-22 every function has its own role, without managed policies of AWS', () => {
    const roles = functions.map(([, { Properties }]) => at(Properties, 'Role', 'Fn::GetAtt', 0));
    expect(new Set(roles).size).toBe(functions.length);
    for (const role of roles)
      expect(synthesis.resources.get(String(role))?.Properties['ManagedPolicyArns']).toBeUndefined();
  });

  test('every role has policies of its own, one unless it would be too long, and no policy is inline', () => {
    const policies = ofType(synthesis, 'AWS::IAM::ManagedPolicy').map(([, { Properties }]) => Properties);
    for (const { Roles } of policies) expect(Roles).toHaveLength(1);
    const roles = policies.map(({ Roles }) => at(Roles, 0, 'Ref') as string).sort();
    const ids = ofType(synthesis, 'AWS::IAM::Role').map(([id]) => id);
    expect([...new Set(roles)]).toEqual(ids.sort());
    const repeated = new Set(roles.filter((role, index) => role === roles[index - 1]));
    expect([...repeated]).toEqual([expect.stringMatching(/^ControlPlaneManagementRole/)]);
    expect(ofType(synthesis, 'AWS::IAM::Policy')).toEqual([]);
  });

  test('no role may scan a table or delete money or an audit event, and only an erasure deletes a usage record or a key', () => {
    const wide = allowed.filter(({ statement }) => list(statement.Action).includes('dynamodb:Scan'));
    const isErasing = ({ id }: { readonly id: string }): boolean => id.startsWith('ErasuresErasePolicy');
    const all = allowed.filter(({ statement }) => list(statement.Action).includes('dynamodb:DeleteItem'));
    const deletes = all.filter((each) => !isErasing(each));
    expect(wide).toEqual([]);
    const erased = all.filter(isErasing).map(({ statement }) => JSON.stringify(statement.Resource));
    expect(erased.length).toBeGreaterThan(4);
    expect(erased.filter((resource) => /(Wallet|Audit|Catalog|Statistics)Table/.test(resource))).toEqual([]);
    expect(deletes.length).toBeGreaterThan(0);
    // Members leave, invitations end, an automatic top-up is turned off, and a failed or refused request is forgotten, so
    // that it can be retried.
    const ofPeople = ['acc_*', 'per_*', 'operators', 'idempotency#*', 'auto-top-ups', 'charging-top-ups'];
    const partitions = deletes.map(({ statement }) => {
      const isOfAccounts = JSON.stringify(statement.Resource).includes('AccountsTable');
      return partitionsOf(statement).filter((partition) => !isOfAccounts || !ofPeople.includes(partition));
    });
    // Lists of what is still to be done or watched. Deleting from one leaves the money itself.
    const pending = ['grant-expiries#*', 'debts', 'credit-lines', 'open-dues', 'low-balances', 'event#*', 'webhook#*'];
    const ended = ['holds#*', 'leaves#*', 'idempotency#*', 'coupons', 'coupon-code#*'];
    // A restriction is lifted, and a thread moves from one list to another.
    const exported = [
      'running-exports',
      'passphrase#*',
      'running-erasures',
      'restriction#*',
      'support-threads#*',
      'child-reports',
    ];
    const progress = ['job-cursors'];
    expect(new Set(partitions.flat())).toEqual(new Set([...ended, ...pending, ...progress, ...exported]));
  });

  test('the data plane can list only receipts, and the sweeper only holds', () => {
    const listed = (policy: string) =>
      policyOf(policy)
        .filter(({ Action }) => list(Action).includes('dynamodb:Query'))
        .flatMap(partitionsOf);
    expect(listed('DataPlaneProxyPolicy').sort()).toEqual(['late#*', 'receipt-keys', 'trees#*']);
    expect(listed('SweeperSweepPolicy')).toEqual(['holds#*']);
  });

  test('no function uses an encryption key except through the service that stores the data', () => {
    const uses = functions
      .flatMap(([id]) => policyOf(id.replace(/Function[0-9A-F]{8}$/, 'Policy')))
      .filter(({ Action }) => list(Action).some((action) => /^kms:(?!Sign|GetPublicKey)/.test(action)));
    expect(uses.length).toBeGreaterThan(4);
    const conditions = uses.map(({ Condition }) => at(Condition, 'StringEquals', 'kms:ViaService'));
    expect(conditions).not.toContain(undefined);
  });

  test('only the sealer and the last step of an erasure sign, with one algorithm, and no receipt function reads usage records', () => {
    const signers = allowed.filter(({ statement }) => list(statement.Action).includes('kms:Sign'));
    expect(signers.map(({ id }) => id.replace(/Policy[0-9A-F]{8}$/, '')).sort()).toEqual([
      'ErasuresCertify',
      'ReceiptsSeal',
    ]);
    for (const { statement } of signers)
      expect(statement.Condition).toEqual({ StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } });
    for (const policy of ['ReceiptsCollectPolicy', 'ReceiptsSealPolicy'])
      expect(policyOf(policy).flatMap(partitionsOf)).not.toContain('acc_*');
  });

  test('the sweeper reads no secret, and the health route reads nothing at all', () => {
    expect(actionsOf(policyOf('SweeperSweepPolicy'))).not.toContain('secretsmanager:GetSecretValue');
    expect(actionsOf(policyOf('ControlPlaneHealthPolicy'))).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
  });
});

describe('functions', () => {
  test.each([
    ['DataPlaneProxy', PROXY_ENV],
    ['SweeperSweep', SWEEP_ENV],
    ['ReceiptsCollect', RECEIPTS_ENV],
    ['ReceiptsSeal', SEAL_ENV],
    ['PaymentJobs', PAYMENTS_ENV],
    ['ControlPlaneHealth', HEALTH_ENV],
    ['ControlPlaneManagement', API_ENV],
    ['ControlPlaneNotFound', NOT_FOUND_ENV],
  ])('the function %s gets exactly the environment that it reads', (prefix, names) => {
    const [found] = functions.filter(([id]) => id.startsWith(prefix));
    expect(Object.keys(at(found, 1, 'Properties', 'Environment', 'Variables') as object).sort()).toEqual(
      [...names].sort(),
    );
  });

  test('the data plane streams for as long as Lambda allows, in 256 MB', () => {
    expect(propertiesOf(synthesis, 'AWS::Lambda::Url')).toContainEqual(
      expect.objectContaining({ AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' }),
    );
    const [proxy] = functions.filter(([id]) => id.startsWith('DataPlaneProxy'));
    expect(proxy?.[1].Properties).toMatchObject({
      MemorySize: 256,
      Timeout: 900,
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
    });
  });

  test("the data plane's URL has both permissions, and the second holds through the URL only", () => {
    const open = propertiesOf(synthesis, 'AWS::Lambda::Permission').filter(({ Principal }) => Principal === '*');
    expect(open).toHaveLength(2);
    expect(open).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' }),
        expect.objectContaining({ Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true }),
      ]),
    );
  });

  test('no queue keeps the event of a failed invocation', () => {
    for (const [, { Properties }] of functions) expect(Properties['DeadLetterConfig']).toBeUndefined();
    expect(ofType(synthesis, 'AWS::SQS::Queue')).toEqual([]);
    for (const [, { Properties }] of ofType(synthesis, 'AWS::Lambda::EventInvokeConfig'))
      expect(Properties['DestinationConfig']).toBeUndefined();
  });

  test('every route of the control plane but health is served by a function that checks the origin secret', () => {
    const deployment = synthesize('documented');
    const routes = ofType(deployment, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties);
    expect(routes.map(({ RouteKey }) => RouteKey)).toEqual(
      expect.arrayContaining(['GET /api/health', 'POST /api/webhooks/stripe', '$default']),
    );
    for (const { RouteKey, Target } of routes) {
      const [, integration] = at(Target, 'Fn::Join', 1) as readonly [string, { readonly Ref: string }];
      const uri = at(deployment.resources.get(integration.Ref), 'Properties', 'IntegrationUri', 'Fn::GetAtt', 0);
      const variables = at(deployment.resources.get(String(uri)), 'Properties', 'Environment', 'Variables');
      expect([RouteKey, at(variables, 'ORIGIN_SECRET') !== undefined]).toEqual([
        RouteKey,
        RouteKey !== 'GET /api/health',
      ]);
    }
  });

  test('executions are reserved only where the configuration says how many the account has', () => {
    const reservations = (deployment: typeof synthesis) =>
      ofType(deployment, 'AWS::Lambda::Function').flatMap(([id, { Properties }]) =>
        'ReservedConcurrentExecutions' in Properties ? [[id, Properties['ReservedConcurrentExecutions']]] : [],
      );
    expect(reservations(synthesis)).toEqual([]);
    expect(reservations(synthesize('workloads'))).toEqual([[expect.stringMatching(/^DataPlaneProxy/), 50]]);
    const byName = Object.fromEntries(reservations(synthesize('longest'))) as Readonly<Record<string, number>>;
    const names = Object.keys(byName).map((id) => id.replace(/Function[0-9A-F]{8}$/, ''));
    expect(names.sort()).toEqual([
      'ControlPlaneHealth',
      'ControlPlaneManagement',
      'DataPlaneProxy',
      'ReceiptsSeal',
      'SweeperSweep',
    ]);
    // A run by hand fits beside a scheduled one.
    for (const [id, executions] of Object.entries(byName)) expect([id, executions > 1]).toEqual([id, true]);
  });

  test('the stream of the usage table has two readers, the most that DynamoDB allows', () => {
    const readers = ofType(synthesis, 'AWS::Lambda::EventSourceMapping')
      .filter(([, { Properties }]) => !JSON.stringify(Properties['EventSourceArn']).includes('OutboxTable'))
      .map(([, { Properties }]) => at(Properties, 'FunctionName', 'Fn::GetAtt', 0) as string);
    expect(readers.map((id) => id.replace(/Function[0-9A-F]{8}$/, '')).sort()).toEqual([
      'ReceiptsCollect',
      'SpendWatch',
    ]);
  });

  const dynamodb = { Keys: { pk: { S: [{ prefix: 'acc_' }] } } };
  const finished = { eventName: ['INSERT', 'MODIFY'], dynamodb };
  const expired = { eventName: ['REMOVE'], userIdentity: { principalId: ['dynamodb.amazonaws.com'] }, dynamodb };

  test.each([
    ['ReceiptsCollect', 'finished requests', [finished]],
    ['SpendWatchFunction', 'finished requests and expired records', [finished, expired]],
  ] as const)(
    'the function %s runs for %s only, retries a batch in halves and not without end, and reports one that is given up',
    (prefix, _, patterns) => {
      const [reader] = functions.filter(([id]) => id.startsWith(prefix));
      const [mapping] = ofType(synthesis, 'AWS::Lambda::EventSourceMapping')
        .map(([, { Properties }]) => Properties)
        .filter((properties) => at(properties, 'FunctionName', 'Fn::GetAtt', 0) === reader?.[0]);
      expect(mapping).toMatchObject({
        FunctionName: { 'Fn::GetAtt': [reader?.[0], 'Arn'] },
        EventSourceArn: { 'Fn::ImportValue': expect.stringContaining('UsageTable') as string },
        StartingPosition: 'TRIM_HORIZON',
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRetryAttempts: 1_000,
        DestinationConfig: { OnFailure: { Destination: { Ref: expect.stringMatching(/^Alarms/) as string } } },
      });
      // The stream keeps a change for a day, so that an abandoned one can still be read by hand.
      expect(mapping?.['MaximumRecordAgeInSeconds']).toBeLessThan(DAY_SECONDS);
      const filters = at(mapping, 'FilterCriteria', 'Filters') as readonly { readonly Pattern: string }[];
      expect(filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual(patterns);
    },
  );

  test.each(['SweeperSweep', 'ReceiptsSeal'])(
    'the function %s runs every minute, and neither its schedule nor Lambda retries a failed run',
    (prefix) => {
      const [found] = functions.filter(([id]) => id.startsWith(prefix));
      const noRetry = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 };
      expect(propertiesOf(synthesis, 'AWS::Scheduler::Schedule')).toContainEqual(
        expect.objectContaining({
          ScheduleExpression: 'rate(1 minute)',
          Target: expect.objectContaining({
            Arn: { 'Fn::GetAtt': [found?.[0], 'Arn'] },
            RetryPolicy: noRetry,
          }) as unknown,
        }),
      );
      expect(propertiesOf(synthesis, 'AWS::Lambda::EventInvokeConfig')).toContainEqual(
        expect.objectContaining({ FunctionName: { Ref: found?.[0] }, ...noRetry }),
      );
    },
  );
});
