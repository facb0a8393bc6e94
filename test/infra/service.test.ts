import { Match } from 'aws-cdk-lib/assertions';
import {
  API_ENV,
  HEALTH_ENV,
  NOT_FOUND_ENV,
  PROXY_ENV,
  RECEIPTS_ENV,
  SEAL_ENV,
  SWEEP_ENV,
} from '../../lambdas/contracts/deployment/environment';
import { at, ofType, synthesize } from './synthesis';

const synthesis = synthesize({});
const { service } = synthesis.templates;
const functions = ofType(synthesis, 'AWS::Lambda::Function');

const MANAGED_POLICY_CHARACTERS_MAX = 6_144;
const DAY_SECONDS = 86_400;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const list = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** Every statement that allows something, with the resource it is in; the key's own policy apart. */
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

/** The partitions that a statement about a table is narrowed to. */
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

  test('no policy allows an action on every resource', () => {
    expect(allowed.filter(({ statement }) => list(statement.Resource).includes('*'))).toEqual([]);
  });

  test('every function has a role of its own, without managed policies of AWS', () => {
    const roles = functions.map(([, { Properties }]) => at(Properties, 'Role', 'Fn::GetAtt', 0));
    expect(new Set(roles).size).toBe(functions.length);
    for (const role of roles)
      expect(synthesis.resources.get(String(role))?.Properties['ManagedPolicyArns']).toBeUndefined();
  });

  test('every role has one policy, no policy is inline, and each fits into what IAM takes', () => {
    const policies = ofType(synthesis, 'AWS::IAM::ManagedPolicy').map(([, { Properties }]) => Properties);
    const roles = policies.map(({ Roles }) => at(Roles, 0, 'Ref'));
    expect(roles.sort()).toEqual(
      ofType(synthesis, 'AWS::IAM::Role')
        .map(([id]) => id)
        .sort(),
    );
    expect(ofType(synthesis, 'AWS::IAM::Policy')).toEqual([]);
    // Written with references, which are about as long as the names that take their place.
    for (const { PolicyDocument } of policies) {
      expect(JSON.stringify(PolicyDocument).length).toBeLessThan(MANAGED_POLICY_CHARACTERS_MAX);
    }
  });

  test('nothing may scan a table, nor delete money, a record, a key or an audit event', () => {
    const wide = allowed.filter(({ statement }) => list(statement.Action).includes('dynamodb:Scan'));
    const deletes = allowed.filter(({ statement }) => list(statement.Action).includes('dynamodb:DeleteItem'));
    expect(wide).toEqual([]);
    expect(deletes.length).toBeGreaterThan(0);
    // Members leave, invitations end, and a request that failed is forgotten, so that it can come again.
    const ofPeople = ['acc_*', 'per_*', 'operators', 'idempotency#*'];
    const partitions = deletes.map(({ statement }) => {
      const isOfAccounts = JSON.stringify(statement.Resource).includes('AccountsTable');
      return partitionsOf(statement).filter((partition) => !isOfAccounts || !ofPeople.includes(partition));
    });
    expect(new Set(partitions.flat())).toEqual(new Set(['holds#*', 'leaves#*']));
  });

  test('the data plane can list receipts and nothing else, the sweeper only holds', () => {
    const listed = (policy: string) =>
      policyOf(policy)
        .filter(({ Action }) => list(Action).includes('dynamodb:Query'))
        .flatMap(partitionsOf);
    expect(listed('DataPlaneProxyPolicy').sort()).toEqual(['late#*', 'receipt-keys', 'trees#*']);
    expect(listed('SweeperSweepPolicy')).toEqual(['holds#*']);
  });

  test('no function uses a key of encryption but through the service whose data it is', () => {
    const uses = functions
      .flatMap(([id]) => policyOf(id.replace(/Function[0-9A-F]{8}$/, 'Policy')))
      .filter(({ Action }) => list(Action).some((action) => /^kms:(?!Sign|GetPublicKey)/.test(action)));
    expect(uses.length).toBeGreaterThan(4);
    const conditions = uses.map(({ Condition }) => at(Condition, 'StringEquals', 'kms:ViaService'));
    expect(conditions).not.toContain(undefined);
  });

  test('only the sealer signs, with the one algorithm, and nobody reads a record to make a receipt of it', () => {
    const signers = allowed.filter(({ statement }) => list(statement.Action).includes('kms:Sign'));
    expect(signers).toEqual([
      expect.objectContaining({
        id: expect.stringMatching(/^ReceiptsSealPolicy/) as string,
        statement: expect.objectContaining({
          Condition: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
        }) as unknown,
      }),
    ]);
    for (const policy of ['ReceiptsCollectPolicy', 'ReceiptsSealPolicy'])
      expect(policyOf(policy).flatMap(partitionsOf)).not.toContain('acc_*');
  });

  test('the sweeper reads no secret, and the health route nothing at all', () => {
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
    ['ControlPlaneHealth', HEALTH_ENV],
    ['ControlPlaneManagement', API_ENV],
    ['ControlPlaneNotFound', NOT_FOUND_ENV],
  ])('%s gets exactly the environment that it reads', (prefix, names) => {
    const [found] = functions.filter(([id]) => id.startsWith(prefix));
    expect(Object.keys(at(found, 1, 'Properties', 'Environment', 'Variables') as object).sort()).toEqual(
      [...names].sort(),
    );
  });

  test('the data plane streams, for as long as Lambda allows, in 128 MB', () => {
    service.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' });
    service.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 128,
      Timeout: 900,
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
    });
  });

  test('its URL has both permissions, and the second holds through the URL only', () => {
    service.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
      Principal: '*',
    });
    service.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
      Principal: '*',
    });
    const open = ofType(synthesis, 'AWS::Lambda::Permission').filter(
      ([, { Properties }]) => Properties['Principal'] === '*',
    );
    expect(open).toHaveLength(2);
  });

  test('no queue keeps what a failed invocation carried', () => {
    for (const [, { Properties }] of functions) expect(Properties['DeadLetterConfig']).toBeUndefined();
    expect(ofType(synthesis, 'AWS::SQS::Queue')).toEqual([]);
    for (const [, { Properties }] of ofType(synthesis, 'AWS::Lambda::EventInvokeConfig'))
      expect(Properties['DestinationConfig']).toBeUndefined();
  });

  test('every route of the control plane but health is served by a function that knows the edge', () => {
    const routes = ofType(synthesis, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties);
    expect(routes.map(({ RouteKey }) => RouteKey)).toEqual(expect.arrayContaining(['GET /api/health', '$default']));
    for (const { RouteKey, Target } of routes) {
      const [, integration] = at(Target, 'Fn::Join', 1) as readonly [string, { readonly Ref: string }];
      const uri = at(synthesis.resources.get(integration.Ref), 'Properties', 'IntegrationUri', 'Fn::GetAtt', 0);
      const variables = at(synthesis.resources.get(String(uri)), 'Properties', 'Environment', 'Variables');
      expect([RouteKey, at(variables, 'ORIGIN_SECRET') !== undefined]).toEqual([
        RouteKey,
        RouteKey !== 'GET /api/health',
      ]);
    }
  });

  test('the data plane reserves concurrency where the configuration says so', () => {
    const reserved = (config: unknown) =>
      ofType(synthesize(config), 'AWS::Lambda::Function').map(
        ([, { Properties }]) => Properties['ReservedConcurrentExecutions'],
      );
    expect(reserved({}).filter(Boolean)).toEqual([]);
    expect(reserved({ dataPlane: { reservedConcurrency: 50 } }).filter(Boolean)).toEqual([50]);
  });

  test('the changes of usage records have two readers, as many as DynamoDB has room for', () => {
    const readers = ofType(synthesis, 'AWS::Lambda::EventSourceMapping').map(
      ([, { Properties }]) => at(Properties, 'FunctionName', 'Fn::GetAtt', 0) as string,
    );
    expect(readers.map((id) => id.replace(/Function[0-9A-F]{8}$/, '')).sort()).toEqual([
      'ReceiptsCollect',
      'SpendWatch',
    ]);
  });

  test.each(['ReceiptsCollect', 'SpendWatchFunction'])(
    'only the ends of requests invoke %s; a batch comes again in halves, and one that is given up is told of',
    (prefix) => {
      const [reader] = functions.filter(([id]) => id.startsWith(prefix));
      const [mapping] = ofType(synthesis, 'AWS::Lambda::EventSourceMapping')
        .map(([, { Properties }]) => Properties)
        .filter((properties) => at(properties, 'FunctionName', 'Fn::GetAtt', 0) === reader?.[0]);
      expect(mapping).toMatchObject({
        FunctionName: { 'Fn::GetAtt': [reader?.[0], 'Arn'] },
        EventSourceArn: { 'Fn::ImportValue': expect.stringContaining('UsageTable') as string },
        StartingPosition: 'TRIM_HORIZON',
        BisectBatchOnFunctionError: true,
        DestinationConfig: { OnFailure: { Destination: { Ref: expect.stringMatching(/^Alarms/) as string } } },
      });
      // The stream keeps a change for a day: what is given up can still be read by hand.
      expect(mapping?.['MaximumRecordAgeInSeconds']).toBeLessThan(DAY_SECONDS);
      const filters = at(mapping, 'FilterCriteria', 'Filters') as readonly { readonly Pattern: string }[];
      expect(filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
        { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { pk: { S: [{ prefix: 'acc_' }] } } } },
      ]);
    },
  );

  test.each(['SweeperSweep', 'ReceiptsSeal'])(
    '%s runs every minute; a run that fails is not repeated, neither by its schedule nor by Lambda',
    (prefix) => {
      const [found] = functions.filter(([id]) => id.startsWith(prefix));
      service.hasResourceProperties('AWS::Scheduler::Schedule', {
        ScheduleExpression: 'rate(1 minute)',
        Target: Match.objectLike({
          Arn: { 'Fn::GetAtt': [found?.[0], 'Arn'] },
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        }),
      });
      service.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
        FunctionName: { Ref: found?.[0] },
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      });
    },
  );
});
