import { at, ofType, type Synthesis, synthesize } from './synthesis';

const plain = synthesize('default');
const elsewhere = synthesize('elsewhere');

const ofConsole = (synthesis: Synthesis, type: string) =>
  ofType(synthesis, type)
    .filter(([id]) => id.startsWith('Console'))
    .map(([, resource]) => resource);

function originsOf(synthesis: Synthesis): readonly Record<string, unknown>[] {
  const [distribution] = ofType(synthesis, 'AWS::CloudFront::Distribution');
  return at(distribution, 1, 'Properties', 'DistributionConfig', 'Origins') as readonly Record<string, unknown>[];
}

test("the console's files are private, encrypted and reached over TLS only", () => {
  expect(ofConsole(plain, 'AWS::S3::Bucket').map(({ Properties }) => Properties)).toEqual([
    expect.objectContaining({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: expect.anything() as unknown,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  ]);
  const [policy] = ofConsole(plain, 'AWS::S3::BucketPolicy');
  expect(at(policy, 'Properties', 'PolicyDocument', 'Statement')).toContainEqual(
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  );
});

test("the console's bucket belongs to the stateful stack, so that a new edge uses the one that exists", () => {
  for (const deployment of [plain, elsewhere]) {
    const [bucket] = ofConsole(deployment, 'AWS::S3::Bucket');
    expect(bucket).toMatchObject({ stack: 'stateful', DeletionPolicy: 'Retain' });
    const { stateful } = deployment.stacks;
    const origin = originsOf(deployment).find((each) => 'S3OriginConfig' in each);
    expect(at(origin, 'DomainName', 'Fn::GetStackOutput')).toMatchObject({
      StackName: stateful.name,
      OutputName: 'ConsoleBucketDomain',
    });
    expect(stateful.outputs['ConsoleBucketDomain']?.Value).toMatchObject({
      'Fn::GetAtt': [expect.stringMatching(/^ConsoleFiles/), 'RegionalDomainName'],
    });
    // Signed by the access control that the distribution has had since its first release.
    expect(at(origin, 'OriginAccessControlId', 'Fn::GetAtt', 0)).toBe(
      'GatewayDistributionOrigin1S3OriginAccessControlBA571533',
    );
  }
});

test("only distributions of the deployment's own AWS account may read the console's files", () => {
  const [policy] = ofConsole(elsewhere, 'AWS::S3::BucketPolicy');
  const statements = at(policy, 'Properties', 'PolicyDocument', 'Statement') as readonly Record<string, unknown>[];
  expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
    expect.objectContaining({
      Action: 's3:GetObject',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Condition: {
        ArnLike: {
          'aws:SourceArn': 'arn:aws:cloudfront::111122223333:distribution/*',
        },
      },
    }),
  ]);
});
