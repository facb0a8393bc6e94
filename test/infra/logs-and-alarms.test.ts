import { formatKey } from '../../lambdas/domain/keys/key-format';
import { SECRET_SHAPES } from '../../lib/constructs/log-protection';
import type { Resource } from './synthesis';
import { at, ofType, propertiesOf, synthesize } from './synthesis';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

const synthesis = synthesize('default');
const functions = ofType(synthesis, 'AWS::Lambda::Function');

describe('logs', () => {
  test('promise-04 every log group expires within 30 days, and every function writes to one of its own', () => {
    const groups = ofType(synthesis, 'AWS::Logs::LogGroup');
    for (const [, { Properties }] of groups) expect(Properties['RetentionInDays']).toBeLessThanOrEqual(30);
    const used = functions.map(([, { Properties }]) => at(Properties, 'LoggingConfig', 'LogGroup', 'Ref'));
    expect(new Set(used).size).toBe(functions.length);
    expect(groups.map(([id]) => id)).toEqual(expect.arrayContaining(used));
  });

  test('every log group is encrypted with a key that names it', () => {
    const keys = ofType(synthesis, 'AWS::KMS::Key').map(([, key]) => JSON.stringify(key.Properties['KeyPolicy']));
    for (const [, { Properties }] of ofType(synthesis, 'AWS::Logs::LogGroup')) {
      expect(Properties['KmsKeyId']).toBeDefined();
      const pattern = String(Properties['LogGroupName']).replace(/^(.*\/tollgate\/prod\/).*/, '$1*');
      expect(keys.filter((policy) => policy.includes(`log-group:${pattern}"`))).toHaveLength(1);
    }
  });

  test('every log group masks keys, tokens and addresses, and no role may see what was masked', () => {
    const groups = ofType(synthesize('fullAddresses'), 'AWS::Logs::LogGroup');
    const unmasked = groups.filter(([, { Properties }]) => Properties['DataProtectionPolicy'] === undefined);
    // The firewall's log is there for its addresses.
    expect(unmasked.map(([, { Properties }]) => Properties['LogGroupName'])).toEqual(['aws-waf-logs-tollgate-prod']);
    for (const [, { Properties }] of ofType(synthesis, 'AWS::Logs::LogGroup')) {
      const statements = at(Properties, 'DataProtectionPolicy', 'Statement') as readonly object[];
      expect(statements.map((each) => Object.keys(at(each, 'Operation') as object))).toEqual([
        ['Audit'],
        ['Deidentify'],
      ]);
      for (const statement of statements) {
        expect(JSON.stringify(statement)).toMatch(/EmailAddress.*IpAddress.*GatewayKey.*ProviderKey.*StripeKey/);
      }
    }
    const policies = ofType(synthesis, 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy', 'AWS::IAM::Role');
    expect(JSON.stringify(policies)).not.toMatch(/logs:(Unmask|\*)/);
  });

  test.each([
    ['GatewayKey', formatKey({ keyId: '01ARZ3NDEKTSV4RRFFQ69G5FAV', secret: 'a1'.repeat(21) + 'Z' })],
    ['ProviderKey', `sk-ant-api03-${'a-B_9'.repeat(8)}`],
    ['ProviderKey', `sk-proj-${'aB9'.repeat(10)}`],
    ['StripeKey', `sk_live_${'aB9'.repeat(8)}`],
    ['StripeKey', `rk_test_${'aB9'.repeat(8)}`],
    ['SigningSecret', `whsec_${'aB9+/'.repeat(6)}=`],
    ['AccessToken', ['{"alg":"RS256"}', '{"sub":"person"}', 'signature'].map(base64url).join('.')],
  ] as const)('the pattern %s masks the whole secret %s', (name, secret) => {
    const shape = SECRET_SHAPES[name];
    // The limits of CloudWatch Logs.
    expect(shape.length).toBeLessThanOrEqual(200);
    expect(shape).toMatch(/^[\w#=@/;,\- ^$?[\]{}|\\*+.]+$/);
    const line = JSON.stringify({ code: 'FAULT', cause: secret });
    expect(line.replace(new RegExp(shape), '***')).toBe(JSON.stringify({ code: 'FAULT', cause: '***' }));
  });

  test('a log group to which another service delivers has the name that needs no policy of its own', () => {
    const [stage] = ofType(synthesis, 'AWS::ApiGatewayV2::Stage');
    const [[, destination] = []] = ofType(synthesis, 'AWS::Logs::LogGroup').filter(([id]) =>
      JSON.stringify(at(stage, 1, 'Properties', 'AccessLogSettings', 'DestinationArn')).includes(id),
    );
    expect(destination?.Properties['LogGroupName']).toBe('/aws/vendedlogs/tollgate/prod/control-plane-access');
  });

  test("the API's access log holds no address, agent or path", () => {
    const [stage] = ofType(synthesis, 'AWS::ApiGatewayV2::Stage');
    const format = String(at(stage, 1, 'Properties', 'AccessLogSettings', 'Format'));
    expect(format).toContain('$context.routeKey');
    expect(format).not.toMatch(/identity|sourceIp|userAgent|\$context\.path/);
  });

  test('the API is throttled', () => {
    const [stage] = propertiesOf(synthesis, 'AWS::ApiGatewayV2::Stage');
    expect(stage).toMatchObject({
      DefaultRouteSettings: {
        ThrottlingBurstLimit: expect.any(Number) as unknown,
        ThrottlingRateLimit: expect.any(Number) as unknown,
      },
    });
  });

  test('the token exchange, which may wait for an issuer, has its own route with a lower limit', () => {
    const [stage] = ofType(synthesis, 'AWS::ApiGatewayV2::Stage');
    const all = at(stage, 1, 'Properties', 'DefaultRouteSettings', 'ThrottlingRateLimit');
    const route = at(stage, 1, 'Properties', 'RouteSettings', 'POST /api/v1/token');
    expect(Number(at(route, 'ThrottlingRateLimit'))).toBeLessThan(Number(all) / 2);
    expect(at(route, 'ThrottlingBurstLimit')).toBe(20);
    const [found] = ofType(synthesis, 'AWS::ApiGatewayV2::Route').filter(
      ([, { Properties }]) => Properties['RouteKey'] === 'POST /api/v1/token',
    );
    // Otherwise CloudFormation may create the stage first, when API Gateway does not know the route.
    expect((stage?.[1] as { readonly DependsOn?: readonly string[] }).DependsOn).toContain(found?.[0]);
  });
});

describe('alarms', () => {
  test('every alarm states its impact, links to the runbook and notifies the topic', () => {
    const alarms = ofType(synthesis, 'AWS::CloudWatch::Alarm');
    const anchors = alarms.map(([, { Properties }]) => {
      expect(Properties['AlarmActions']).toHaveLength(1);
      const description = String(Properties['AlarmDescription']);
      expect(description).toMatch(/^[A-Z].{20,}\. Runbook: docs\/runbook\.md#[a-z-]+$/);
      return description.slice(description.indexOf('#') + 1);
    });
    expect(anchors.sort()).toEqual([
      'accounts-per-hour-reached',
      'arrears-errors',
      'arrears-not-running',
      'bedrock-refused',
      'charge-overrun',
      'child-reported',
      'control-plane-failing',
      'data-plane-errors',
      'data-plane-failing',
      'data-plane-throttles',
      'edge-failing',
      'erasure-failed',
      'erasure-overdue',
      'erasure-stopped',
      'export-failed',
      'firewall-blocking',
      'hold-overdue',
      'key-spend-jumped',
      'key-spend-not-watched',
      'memory-nearly-used',
      'payment-jobs-errors',
      'payment-jobs-not-running',
      'rate-exceeded',
      'receipt-parked',
      'receipts-behind',
      'retention-check-errors',
      'retention-check-not-running',
      'retention-exceeded',
      'seal-errors',
      'seal-not-running',
      'settle-failed',
      'spend-parked',
      'spend-watch-behind',
      'statistics-errors',
      'statistics-not-running',
      'sweeper-errors',
      'sweeper-not-running',
      'tables-throttled',
      'usage-malformed',
      'webhook-sweep-errors',
      'webhook-sweep-not-running',
      'webhooks-overdue',
      'workloads-errors',
      'workloads-failing',
      'workloads-throttles',
    ]);
  });

  const alarm = (deployment: typeof synthesis, name: string): Resource['Properties'] | undefined =>
    ofType(deployment, 'AWS::CloudWatch::Alarm').find(([id]) => id.includes(name))?.[1].Properties;
  const metricsOf = (properties: Resource['Properties'] | undefined): readonly unknown[] =>
    ((properties?.['Metrics'] ?? []) as readonly object[]).flatMap(
      (metric) => at(metric, 'MetricStat', 'Metric', 'MetricName') ?? [],
    );

  test.each(['DataPlaneFailing', 'WorkloadsFailing'])(
    'the alarm %s goes off when a function URL answers 5xx to a part of many requests',
    (name) => {
      const properties = alarm(synthesis, name);
      expect(metricsOf(properties).slice().sort()).toEqual(['Url5xxCount', 'UrlRequestCount']);
      expect(at(properties, 'Metrics', 0, 'Expression')).toBe(
        'IF(requests >= 20, 100 * FILL(failures, 0) / requests, 0)',
      );
      expect(properties).toMatchObject({ Threshold: 5, EvaluationPeriods: 2 });
    },
  );

  test('an alarm goes off when DynamoDB throttles the tables of paid requests', () => {
    const properties = alarm(synthesis, 'TablesThrottled');
    expect(metricsOf(properties)).toHaveLength(10);
    expect(JSON.stringify(properties)).toMatch(/WalletTable.+UsageTable.+KeysTable/);
    expect(at(properties, 'Metrics', 0, 'Expression')).toContain('FILL(walletWrite, 0)');
  });

  test("the edge's alarms are in its own region, where CloudFront and the firewall report, and have their own topic", () => {
    const elsewhere = synthesize('elsewhere');
    expect(elsewhere.stacks.edge.region).toBe('us-east-1');
    const inEdge = [...elsewhere.resources.values()].filter(({ stack }) => stack === 'edge');
    const ofEdge = (type: string) => inEdge.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
    expect(ofEdge('AWS::SNS::Topic')).toEqual([
      expect.objectContaining({ KmsMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^EdgeKey/), 'Arn'] } }),
    ]);
    expect(ofEdge('AWS::SNS::Subscription')).toEqual([
      expect.objectContaining({ Protocol: 'email', Endpoint: 'operator@example.com' }),
    ]);
    expect(metricsOf(alarm(elsewhere, 'EdgeFailing')).slice().sort()).toEqual(['5xxErrorRate', 'Requests']);
    const [webAcl] = ofEdge('AWS::WAFv2::WebACL');
    expect(alarm(elsewhere, 'FirewallBlocking')).toMatchObject({
      Namespace: 'AWS/WAFV2',
      MetricName: 'BlockedRequests',
      Dimensions: [
        { Name: 'Rule', Value: 'ALL' },
        { Name: 'WebACL', Value: at(webAcl, 'VisibilityConfig', 'MetricName') },
      ],
    });
  });

  test('an alarm goes off before a function of the data plane runs out of memory, by Lambda’s reports in its log', () => {
    const filters = ofType(synthesis, 'AWS::Logs::MetricFilter').filter(([id]) => id.includes('MEMORYUSEDMB'));
    expect(filters).toHaveLength(2);
    const groups = filters.map(([, { Properties }]) => {
      expect(Properties).toMatchObject({
        FilterPattern: '{ $.type = "platform.report" }',
        MetricTransformations: [expect.objectContaining({ MetricValue: '$.record.metrics.maxMemoryUsedMB' })],
      });
      return at(Properties, 'LogGroupName', 'Ref');
    });
    const reporting = functions.filter(
      ([, { Properties }]) => at(Properties, 'LoggingConfig', 'SystemLogLevel') === 'INFO',
    );
    expect(reporting.map(([, { Properties }]) => at(Properties, 'LoggingConfig', 'LogGroup', 'Ref')).sort()).toEqual(
      groups.sort(),
    );
    expect(alarm(synthesis, 'MemoryNearlyUsed')).toMatchObject({
      Namespace: 'Tollgate',
      MetricName: at(filters[0]?.[1].Properties, 'MetricTransformations', 0, 'MetricName'),
      Statistic: 'Maximum',
      // Nine tenths of 256 MB.
      Threshold: 230,
    });
  });

  test('an alarm goes off before the concurrency is used up, where the configuration says how much there is', () => {
    const configured = synthesize('longest');
    expect(alarm(synthesis, 'ConcurrencyNearlyUsed')).toBeUndefined();
    expect(alarm(configured, 'ConcurrencyNearlyUsed')).toMatchObject({
      MetricName: 'ClaimedAccountConcurrency',
      Threshold: 800,
    });
    const reservation = alarm(configured, 'ReservationNearlyUsed');
    expect(metricsOf(reservation).slice().sort()).toEqual(['ConcurrentExecutions', 'UrlRequestCount']);
    // A URL serves ten requests a second for each of 500 reserved executions.
    expect(at(reservation, 'Metrics', 0, 'Expression')).toContain('100 * requests / 300000');
  });

  test.each(['SweeperNotRunning', 'SealNotRunning'])(
    'the alarm %s goes off when the runs stop, but not before the first run',
    (name) => {
      const { AlarmActions, InsufficientDataActions, ...properties } = alarm(synthesis, name) ?? {};
      expect(properties).toMatchObject({
        MetricName: 'Invocations',
        TreatMissingData: 'missing',
        EvaluationPeriods: 5,
      });
      expect(InsufficientDataActions).toHaveLength(1);
      expect(InsufficientDataActions).toEqual(AlarmActions);
    },
  );

  test('an alarm about a log code uses the metric of the filters for that code', () => {
    const counted = (code: string): Resource[] =>
      ofType(synthesis, 'AWS::Logs::MetricFilter')
        .map(([, filter]) => filter)
        .filter(({ Properties }) => Properties['FilterPattern'] === `"${code}"`);
    expect(counted('CHARGE_OVERRUN')).toHaveLength(3);
    expect(counted('RATE_EXCEEDED')).toHaveLength(2);
    const names = counted('CHARGE_OVERRUN').map((filter) =>
      at(filter, 'Properties', 'MetricTransformations', 0, 'MetricName'),
    );
    expect(new Set(names).size).toBe(1);
    expect(propertiesOf(synthesis, 'AWS::CloudWatch::Alarm')).toContainEqual(
      expect.objectContaining({ Namespace: 'Tollgate', MetricName: names[0] }),
    );
  });

  test('the topic is encrypted, requires TLS, and lets CloudWatch publish', () => {
    const [topic] = propertiesOf(synthesis, 'AWS::SNS::Topic');
    expect(topic?.['KmsMasterKeyId']).toBeDefined();
    const [policy] = propertiesOf(synthesis, 'AWS::SNS::TopicPolicy');
    expect(at(policy, 'PolicyDocument', 'Statement')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        expect.objectContaining({
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
        }),
      ]),
    );
  });
});
