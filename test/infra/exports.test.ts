import aslValidator from 'asl-validator';
import { EXPORT_STEPS, EXPORT_WORKFLOW } from '../../lambdas/contracts/workflows/export-workflow';
import { ExportStage } from '../domain/privacy/export-stage';
import { allowedBy } from './allowed-by';
import { CallRecorder } from './call-recorder';
import { at, ofType, synthesize } from './synthesis';

const synthesis = synthesize('documented');
const [[, machine] = []] = ofType(synthesis, 'AWS::StepFunctions::StateMachine').filter(([id]) =>
  id.startsWith('Exports'),
);
const [[, bucket] = []] = ofType(synthesis, 'AWS::S3::Bucket').filter(([id]) => id.startsWith('Exports'));

/** The statements of the policies whose IDs begin with a prefix, as text. */
const statementsOf = (prefix: string): string =>
  JSON.stringify(
    ofType(synthesis, 'AWS::IAM::ManagedPolicy')
      .filter(([id]) => id.startsWith(prefix))
      .map(([, policy]) => at(policy, 'Properties', 'PolicyDocument', 'Statement')),
  );

test('the synthesized state machine is the workflow that runs locally, and is valid', () => {
  const text = String(at(machine, 'Properties', 'DefinitionString'));
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(EXPORT_WORKFLOW)));
  const names = Object.values(EXPORT_STEPS);
  expect(Object.keys(at(machine, 'Properties', 'DefinitionSubstitutions') as object).sort()).toEqual([...names].sort());
  const arn = (name: string): string => `arn:aws:lambda:us-east-1:111122223333:function:${name}`;
  const definition = names.reduce((replaced, name) => replaced.replaceAll(`\${${name}}`, arn(name)), text);
  expect(aslValidator(JSON.parse(definition) as never)).toMatchObject({ isValid: true, errors: [] });
});

test('a state machine logs every transition without its data, and may only invoke its own steps', () => {
  expect(machine).toMatchObject({
    Properties: { StateMachineType: 'STANDARD', LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false } },
  });
  const policy = statementsOf('ExportsWorkflowPolicy');
  expect(policy.match(/"lambda:[^"]+"/g)).toEqual(['"lambda:InvokeFunction"']);
  expect(policy.match(/Exports\w+Function[0-9A-F]{8}/g)).toHaveLength(2);
});

test('the bucket of exports is private, encrypted, and empty after a week', () => {
  expect(bucket).toMatchObject({
    Properties: {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
      },
      LifecycleConfiguration: {
        Rules: [
          {
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            ExpirationInDays: 8,
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            Status: 'Enabled',
          },
        ],
      },
    },
  });
});

test('only one function writes exports, only the management API reads them, and only an erasure deletes them', () => {
  const policies = ofType(synthesis, 'AWS::IAM::ManagedPolicy').filter(([, policy]) =>
    JSON.stringify(policy).includes('ExportsBucketFiles'),
  );
  const actions = policies.map(([id]) => [
    id.replace(/[0-9A-F]{8}$/, ''),
    statementsOf(id)
      .match(/"s3:[^"]+"/g)
      ?.sort(),
  ]);
  expect(Object.fromEntries(actions)).toEqual({
    ControlPlaneManagementPrivacyPolicy: ['"s3:GetObject"'],
    ErasuresFilesPolicy: ['"s3:DeleteObjectVersion"', '"s3:ListBucketVersions"'],
    ErasuresVerifyPolicy: ['"s3:ListBucketVersions"'],
    ExportsWritePolicy: ['"s3:AbortMultipartUpload"', '"s3:DeleteObject"', '"s3:PutObject"'],
  });
});

test('the steps of an export may do to tables what they do, and nothing else', async () => {
  let calls: CallRecorder | undefined;
  const stage = await ExportStage.open((store) => (calls = new CallRecorder(store)));
  const inputs = [await stage.request(stage.ours.accountId), await stage.request(stage.ours.personId)];
  calls?.take();
  for (const input of inputs) await stage.write(input);
  expect(allowedBy('ExportsWritePolicy')).toEqual(calls?.take());
  for (const input of inputs) await stage.deliver(input);
  // Only a commit whose reply was lost is looked up.
  const confirming = ['audit GetItem acc_*', 'audit GetItem deployment'];
  expect(allowedBy('ExportsDeliverPolicy')).toEqual([...(calls?.take() ?? []), ...confirming].sort());
});
