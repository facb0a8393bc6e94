import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { TABLES, USAGE } from '../../lambdas/contracts/storage/tables';
import { DATA_CLASS_TAG, requireDataClasses, RETENTION_TAG, RetentionMissing } from '../../lib/compliance/data-class';
import { ClassifiedTable } from '../../lib/constructs/classified-table';
import { CONFIGURATIONS } from './configurations';
import type { Resource } from './synthesis';
import { at, ofType, propertiesOf, synthesize } from './synthesis';
import { testApp } from './test-app';

const synthesis = synthesize('settings');

function tags(resource: Resource): Record<string, string> {
  const list = (resource.Properties['Tags'] ?? []) as readonly { Key: string; Value: string }[];
  return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
}

describe.each(TABLES)('the $name table', (spec) => {
  const prefix = spec.name.charAt(0).toUpperCase() + spec.name.slice(1);
  const [table] = ofType(synthesis, 'AWS::DynamoDB::Table').filter(([id]) => id.startsWith(`${prefix}Table`));
  const resource = table?.[1];

  test('a table declares its data class and its retention', () => {
    expect(resource && tags(resource)).toMatchObject({
      [DATA_CLASS_TAG]: spec.dataClass,
      [RETENTION_TAG]: expect.any(String) as unknown,
    });
  });

  test('promise-09 a table can be restored for as long as configured, and outlives its stack', () => {
    expect(resource?.Properties['PointInTimeRecoverySpecification']).toEqual({
      PointInTimeRecoveryEnabled: true,
      RecoveryPeriodInDays: CONFIGURATIONS.settings.pitrDays,
    });
    expect(resource?.Properties['DeletionProtectionEnabled']).toBe(true);
    expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test("a table is encrypted with the deployment's key and billed per request", () => {
    expect(resource?.Properties['SSESpecification']).toMatchObject({
      SSEEnabled: true,
      SSEType: 'KMS',
      KMSMasterKeyId: expect.anything() as unknown,
    });
    expect(resource?.Properties['BillingMode']).toBe('PAY_PER_REQUEST');
  });

  test('a table expires items and has a stream as its contract says, and publishes no keys as metrics', () => {
    expect(resource?.Properties['TimeToLiveSpecification']).toEqual(
      spec.expires ? { AttributeName: 'expiresAt', Enabled: true } : undefined,
    );
    expect(at(resource, 'Properties', 'StreamSpecification', 'StreamViewType')).toBe(
      spec.stream ? 'NEW_AND_OLD_IMAGES' : undefined,
    );
    expect(resource?.Properties['ContributorInsightsSpecification']).toBeUndefined();
  });
});

test('the only tables are those of the contract', () => {
  expect(ofType(synthesis, 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')).toHaveLength(TABLES.length);
});

test('promise-07 no principal may change or delete an audit event', () => {
  const [audit] = ofType(synthesis, 'AWS::DynamoDB::Table').filter(([id]) => id.startsWith('Audit'));
  expect(at(audit, 1, 'Properties', 'ResourcePolicy', 'PolicyDocument', 'Statement', 0)).toMatchObject({
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: expect.arrayContaining([
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:PartiQLUpdate',
      'dynamodb:PartiQLDelete',
    ]) as unknown,
  });
});

test('every bucket, log group and secret declares its data class and its retention', () => {
  const stores = ofType(synthesis, 'AWS::S3::Bucket', 'AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret');
  expect(stores.length).toBeGreaterThan(0);
  for (const [, store] of stores) {
    expect(tags(store)).toMatchObject({
      [DATA_CLASS_TAG]: expect.any(String) as unknown,
      [RETENTION_TAG]: expect.any(String) as unknown,
    });
  }
});

test('encryption keys rotate, the signing key is retained, and only AWS services can be granted a key', () => {
  const keys = ofType(synthesis, 'AWS::KMS::Key');
  expect(keys).toHaveLength(3);
  for (const [id, { Properties, DeletionPolicy }] of keys) {
    if (id.startsWith('ReceiptKey')) {
      expect(Properties).toMatchObject({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
      expect(DeletionPolicy).toBe('Retain');
    } else {
      expect(Properties['EnableKeyRotation']).toBe(true);
    }
    expect(at(Properties, 'KeyPolicy', 'Statement')).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'kms:CreateGrant',
        Condition: { BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' } },
      }),
    );
  }
});

test('promise-32 a store without a valid retention is rejected', () => {
  const stack = new Stack(testApp(), 'stack');
  const table = (id: string, retention: string) => () =>
    new ClassifiedTable(stack, id, { spec: USAGE, retention, pitrDays: 28 });
  expect(table('Blank', ' ')).toThrow(RetentionMissing);
  expect(table('Untaggable', '90 d; then *')).toThrow('needs a retention');
});

test('promise-32 a store without a data class fails the synthesis', () => {
  const app = testApp();
  new Bucket(new Stack(app, 'stack'), 'Unclassified');
  requireDataClasses(app);
  expect(() => app.synth()).toThrow('Unclassified/Resource declares no data class and retention.');
});

test('the first value of a secret never depends on the configuration', () => {
  // A changed value in the template would overwrite the operator's.
  const values = (deployment: typeof synthesis) =>
    propertiesOf(deployment, 'AWS::SecretsManager::Secret').map(({ SecretString, GenerateSecretString }) => [
      SecretString,
      GenerateSecretString,
    ]);
  expect(values(synthesis)).toHaveLength(3);
  expect(values(synthesis)).toEqual(values(synthesize('default')));
  expect(values(synthesize('documented'))).toHaveLength(4);
  expect(values(synthesize('documented'))).toEqual(values(synthesize('longest')));
});
