import { parseConfig } from '../../lib/config';
import { CONFIGURATIONS } from './configurations';
import { at, ofType, propertiesOf, synthesize } from './synthesis';

const DAYS = CONFIGURATIONS.documented.audit.archiveDays;
const synthesis = synthesize('documented');
const [[, archive] = []] = ofType(synthesis, 'AWS::S3::Bucket').filter(([id]) => id.startsWith('AuditArchive'));

test('the archive locks every event, and one function may put events and do nothing else', () => {
  expect(archive).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: DAYS } },
      },
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    },
  });
  const policies = ofType(synthesis, 'AWS::IAM::ManagedPolicy').map(
    ([id, { Properties }]) => [id, at(Properties, 'PolicyDocument', 'Statement')] as const,
  );
  // Objects of other buckets, such as the exports', have policies of their own.
  const withS3 = policies.filter(([, statements]) =>
    (statements as readonly { readonly Resource: unknown }[]).some((statement) =>
      JSON.stringify(statement.Resource).includes('AuditArchive'),
    ),
  );
  expect(withS3.map(([id]) => id)).toEqual([expect.stringMatching(/^AuditArchiveKeepPolicy/)]);
  const [[, statements] = []] = withS3;
  expect(JSON.stringify(statements).match(/"s3:[^"]+"/g)).toEqual(['"s3:PutObject"']);
});

test('an archived object expires one day after its lock ends', () => {
  const rules = at(archive, 'Properties', 'LifecycleConfiguration', 'Rules') as readonly object[];
  expect(rules).toEqual([expect.objectContaining({ ExpirationInDays: DAYS + 1, Status: 'Enabled' })]);
});

test('the archiver receives new audit events and no other changes', () => {
  const [[, mapping] = []] = ofType(synthesis, 'AWS::Lambda::EventSourceMapping').filter(([id]) =>
    id.startsWith('AuditArchive'),
  );
  expect(JSON.stringify(at(mapping, 'Properties', 'EventSourceArn'))).toContain('AuditTable');
  expect(at(mapping, 'Properties', 'FilterCriteria', 'Filters')).toEqual([{ Pattern: '{"eventName":["INSERT"]}' }]);
  expect(at(mapping, 'Properties', 'FunctionResponseTypes')).toEqual(['ReportBatchItemFailures']);
});

test('a deployment has no archive, and pays for none, unless it is configured', () => {
  const without = synthesize('default');
  expect([...without.resources.keys()].filter((id) => id.startsWith('AuditArchive'))).toEqual([]);
});

test('a failing archiver and an event that it leaves out raise alarms that the runbook explains', () => {
  const alarms = propertiesOf(synthesis, 'AWS::CloudWatch::Alarm').map(({ AlarmDescription }) => AlarmDescription);
  expect(alarms).toContainEqual(expect.stringContaining('docs/runbook.md#archive-behind'));
  expect(alarms).toContainEqual(expect.stringContaining('docs/runbook.md#event-not-archived'));
});

test.each([0, -1, 1.5, 3_654])('a lock of %p days is rejected', (archiveDays) => {
  expect(() => parseConfig({ audit: { archiveDays } })).toThrow('tollgate.audit.archiveDays');
});
