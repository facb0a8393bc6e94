import { parseConfig } from '../../lib/config';
import { at, ofType, synthesize } from './synthesis';

const DAYS = 400;
const synthesis = synthesize({ audit: { archiveDays: DAYS } });
const [[, archive] = []] = ofType(synthesis, 'AWS::S3::Bucket').filter(([id]) => id.startsWith('AuditArchive'));

test('the archive locks every event, and one function may put them and nothing else', () => {
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
  const withS3 = policies.filter(([, statements]) => JSON.stringify(statements).includes('"s3:'));
  expect(withS3.map(([id]) => id)).toEqual([expect.stringMatching(/^AuditArchiveKeepPolicy/)]);
  const [[, statements] = []] = withS3;
  expect(JSON.stringify(statements).match(/"s3:[^"]+"/g)).toEqual(['"s3:PutObject"']);
});

test('every object outlives its lock by a day, and no lock is cut short', () => {
  const rules = at(archive, 'Properties', 'LifecycleConfiguration', 'Rules') as readonly object[];
  expect(rules).toEqual([expect.objectContaining({ ExpirationInDays: DAYS + 1, Status: 'Enabled' })]);
});

test('what keeps events is handed additions to the audit table and nothing of others', () => {
  const [[, mapping] = []] = ofType(synthesis, 'AWS::Lambda::EventSourceMapping').filter(([id]) =>
    id.startsWith('AuditArchive'),
  );
  expect(JSON.stringify(at(mapping, 'Properties', 'EventSourceArn'))).toContain('AuditTable');
  expect(at(mapping, 'Properties', 'FilterCriteria', 'Filters')).toEqual([{ Pattern: '{"eventName":["INSERT"]}' }]);
});

test('there is no archive, and nothing that is paid for it, unless somebody asks', () => {
  const without = synthesize({});
  expect([...without.resources.keys()].filter((id) => id.startsWith('AuditArchive'))).toEqual([]);
});

test('a failing archive rings an alarm that the runbook explains', () => {
  const alarms = ofType(synthesis, 'AWS::CloudWatch::Alarm').map(
    ([, { Properties }]) => Properties['AlarmDescription'],
  );
  expect(alarms).toContainEqual(expect.stringContaining('docs/runbook.md#archive-behind'));
});

test.each([0, -1, 1.5, 3_654])('a lock of %p days is refused', (archiveDays) => {
  expect(() => parseConfig({ audit: { archiveDays } })).toThrow('tollgate.audit.archiveDays');
});
