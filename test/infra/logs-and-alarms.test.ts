import type { Resource } from './synthesis';
import { at, ofType, propertiesOf, synthesize } from './synthesis';

const synthesis = synthesize('default');
const functions = ofType(synthesis, 'AWS::Lambda::Function');

describe('logs', () => {
  test('every log group expires within 30 days, and every function writes to one of its own', () => {
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
      const pattern = String(Properties['LogGroupName']).replace(/^(\/tollgate\/prod\/).*/, '$1*');
      expect(keys.filter((policy) => policy.includes(`log-group:${pattern}`))).toHaveLength(1);
    }
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
      'charge-overrun',
      'control-plane-failing',
      'data-plane-errors',
      'data-plane-throttles',
      'hold-overdue',
      'key-spend-jumped',
      'key-spend-not-watched',
      'receipt-parked',
      'receipts-behind',
      'seal-errors',
      'seal-not-running',
      'settle-failed',
      'spend-parked',
      'spend-watch-behind',
      'sweeper-errors',
      'sweeper-not-running',
      'usage-malformed',
      'workloads-errors',
      'workloads-throttles',
    ]);
  });

  test.each(['SweeperNotRunning', 'SealNotRunning'])(
    'the alarm %s goes off when the runs stop, but not before the first run',
    (name) => {
      const [alarm] = ofType(synthesis, 'AWS::CloudWatch::Alarm').filter(([id]) => id.includes(name));
      const { AlarmActions, InsufficientDataActions, ...properties } = alarm?.[1].Properties ?? {};
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
