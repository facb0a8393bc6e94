import { MAIL_ENV, MAIL_REPORTS_ENV } from '../../lambdas/contracts/deployment/environment';
import { MAIL_TAGS } from '../../lambdas/adapters/ses/ses-mailer';
import type { Synthesis } from './synthesis';
import { at, ofType, propertiesOf, synthesize } from './synthesis';

/** Sends mail, and has a domain. */
const synthesis = synthesize('identity');
const SENDER = 'tollgate@mail.example.com';
const FUNCTIONS = ['NotificationsMailDeliver', 'NotificationsMailSweep'] as const;

const functionOf = (prefix: string, deployment: Synthesis = synthesis) =>
  ofType(deployment, 'AWS::Lambda::Function').find(([id]) => id.startsWith(prefix));
const variablesOf = (prefix: string, deployment?: Synthesis) =>
  at(functionOf(prefix, deployment), 1, 'Properties', 'Environment', 'Variables') as Readonly<Record<string, unknown>>;
const statementsOf = (prefix: string): readonly object[] => {
  const [policy] = ofType(synthesis, 'AWS::IAM::ManagedPolicy').filter(([id]) => id.startsWith(`${prefix}Policy`));
  return at(policy, 1, 'Properties', 'PolicyDocument', 'Statement') as readonly object[];
};
const [[setId] = ['']] = ofType(synthesis, 'AWS::SES::ConfigurationSet');

test.each([
  ...FUNCTIONS.map((name) => [name, MAIL_ENV] as const),
  ['NotificationsFeedbackReports', MAIL_REPORTS_ENV] as const,
])('the function %s gets exactly the environment that it reads', (prefix, names) => {
  expect(Object.keys(variablesOf(prefix)).sort()).toEqual([...names].sort());
});

test('mails link to the domain or to the configured address, and only over https', () => {
  expect(variablesOf('NotificationsMailSweep')['PUBLIC_URL']).toBe('https://gateway.example.com');
  expect(variablesOf('NotificationsMailSweep', synthesize('longest'))['PUBLIC_URL']).toBe('none');
});

test.each(FUNCTIONS)(
  'the function %s may send email from the configured address, with one configuration set',
  (name) => {
    const [statement, ...others] = statementsOf(name).filter((each) => JSON.stringify(each).includes('"ses:'));
    expect(others).toEqual([]);
    expect(statement).toMatchObject({
      Action: 'ses:SendEmail',
      Condition: { StringEquals: { 'ses:FromAddress': SENDER } },
      Effect: 'Allow',
    });
    const resources = (at(statement, 'Resource') as readonly unknown[]).map((resource) => JSON.stringify(resource));
    expect(resources.map((text) => /:(identity|configuration-set)\//.exec(text)?.[1]).sort()).toEqual([
      'configuration-set',
      'identity',
      'identity',
    ]);
    expect(resources.find((text) => text.includes('configuration-set'))).toContain(`"Ref":"${setId}"`);
    expect(variablesOf(name)).toMatchObject({ MAIL_FROM: SENDER, MAIL_SET: { Ref: setId } });
  },
);

test.each(FUNCTIONS)('the function %s may read addresses in the user pool and nothing else of it', (name) => {
  const pool = statementsOf(name).filter((each) => JSON.stringify(each).includes('cognito-idp:'));
  expect(pool.map((each) => at(each, 'Action'))).toEqual(['cognito-idp:ListUsers']);
});

test('new mails invoke the function, and no other change of the outbox', () => {
  const deliver = functionOf('NotificationsMailDeliver')?.[0];
  const [mapping, ...others] = propertiesOf(synthesis, 'AWS::Lambda::EventSourceMapping').filter(
    (properties) => at(properties, 'FunctionName', 'Fn::GetAtt', 0) === deliver,
  );
  expect(others).toEqual([]);
  expect(JSON.stringify(mapping?.['EventSourceArn'])).toContain('OutboxTable');
  const filters = at(mapping, 'FilterCriteria', 'Filters') as readonly { readonly Pattern: string }[];
  expect(filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
    { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'mail#' }] } } } },
  ]);
  expect(mapping).toMatchObject({
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BisectBatchOnFunctionError: true,
  });
});

test('the mail sweep runs every minute, and neither its schedule nor Lambda retries a failed run', () => {
  const sweep = functionOf('NotificationsMailSweep')?.[0];
  expect(propertiesOf(synthesis, 'AWS::Scheduler::Schedule')).toContainEqual(
    expect.objectContaining({
      ScheduleExpression: 'rate(1 minute)',
      Target: expect.objectContaining({ Arn: { 'Fn::GetAtt': [sweep, 'Arn'] } }) as unknown,
    }),
  );
  expect(propertiesOf(synthesis, 'AWS::Lambda::EventInvokeConfig')).toContainEqual(
    expect.objectContaining({ FunctionName: { Ref: sweep }, MaximumRetryAttempts: 0 }),
  );
});

test('SES keeps no list of addresses, tracks no reader, delivers over TLS only, and reports on each mail', () => {
  expect(propertiesOf(synthesis, 'AWS::SES::ConfigurationSet')).toEqual([
    expect.objectContaining({
      DeliveryOptions: { TlsPolicy: 'REQUIRE' },
      SuppressionOptions: { SuppressedReasons: [] },
    }),
  ]);
  const [destination] = propertiesOf(synthesis, 'AWS::SES::ConfigurationSetEventDestination');
  expect(at(destination, 'EventDestination', 'MatchingEventTypes')).toEqual(['send', 'bounce', 'complaint']);
});

test('a report has the outcome of a mail, its ID and the hash of its address, and neither the address nor a header', () => {
  const rules = propertiesOf(synthesis, 'AWS::Events::Rule');
  expect(rules).toHaveLength(3);
  const outcomes = rules.map((rule) => {
    expect(at(rule, 'EventPattern')).toMatchObject({
      source: ['aws.ses'],
      detail: { mail: { tags: { 'ses:configuration-set': [{ Ref: setId }] } } },
    });
    const transformer = at(rule, 'Targets', 0, 'InputTransformer');
    expect(Object.values(at(transformer, 'InputPathsMap') as object).sort()).toEqual([
      `$.detail.mail.tags.${MAIL_TAGS.address}[0]`,
      `$.detail.mail.tags.${MAIL_TAGS.message}[0]`,
    ]);
    expect(at(rule, 'Targets', 0)).not.toHaveProperty('DeadLetterConfig');
    const template = String(at(transformer, 'InputTemplate'));
    const [detailType] = at(rule, 'EventPattern', 'detail-type') as readonly string[];
    return [detailType, /"outcome":"(\w+)"/.exec(template)?.[1]];
  });
  expect(outcomes.sort()).toEqual([
    ['Email Bounced', 'bounced'],
    ['Email Complaint Received', 'complained'],
    ['Email Sent', 'sent'],
  ]);
});

test('no policy but those of mails and of the erasing step may delete a message, and the management API may only put one', () => {
  const actionsOf = (policy: unknown): readonly unknown[] =>
    (at(policy, 'Properties', 'PolicyDocument', 'Statement') as readonly object[])
      .filter((each) => JSON.stringify(at(each, 'Resource')).includes('OutboxTable'))
      .filter((each) => JSON.stringify(at(each, 'Condition') ?? '').includes('mail#'))
      .flatMap((each) => at(each, 'Action'));
  const policies = ofType(synthesis, 'AWS::IAM::ManagedPolicy').map(([id, policy]) => [id, actionsOf(policy)] as const);
  const deleting = policies.filter(([, actions]) => actions.includes('dynamodb:DeleteItem')).map(([id]) => id);
  expect(deleting.map((id) => id.replace(/Policy[0-9A-F]{8}$/, '')).sort()).toEqual(
    ['ErasuresErase', ...FUNCTIONS, 'NotificationsFeedbackReports'].sort(),
  );
  const management = policies.filter(([id]) => id.startsWith('ControlPlaneManagement'));
  expect(management.flatMap(([, actions]) => actions)).toEqual(['dynamodb:PutItem']);
});

test('late, lost and refused mails raise alarms that the runbook explains', () => {
  const alarms = propertiesOf(synthesis, 'AWS::CloudWatch::Alarm').map(({ AlarmDescription }) => AlarmDescription);
  for (const name of [
    'mail-overdue',
    'mail-given-up',
    'mail-not-taken',
    'mail-report-errors',
    'mail-sweep-errors',
    'mail-sweep-not-running',
  ])
    expect(alarms).toContainEqual(expect.stringContaining(`docs/runbook.md#${name}`));
  const filters = propertiesOf(synthesis, 'AWS::Logs::MetricFilter').filter(
    ({ FilterPattern }) => FilterPattern === '"MAIL_NOT_TAKEN"',
  );
  expect(filters.map(({ LogGroupName }) => at(LogGroupName, 'Ref')).sort()).toEqual([
    expect.stringMatching(/^NotificationsMailDeliverLogs/),
    expect.stringMatching(/^NotificationsMailSweepLogs/),
  ]);
});

test('a deployment without an address to send from has the table, and no function, rule or alarm about mails', () => {
  const plain = synthesize('default');
  expect([...plain.resources.keys()].filter((id) => id.startsWith('Notifications'))).toEqual([]);
  expect([...plain.resources.keys()].filter((id) => id.startsWith('OutboxTable'))).toHaveLength(1);
  expect(ofType(plain, 'AWS::Events::Rule', 'AWS::SES::ConfigurationSet')).toEqual([]);
});
