import { WORKLOADS_ENV } from '../../lambdas/contracts/deployment/environment';
import { at, ofType, synthesize } from './synthesis';

const ELSEWHERE = ['444455556666', '777788889999'];

const byDefault = synthesize({});
const opened = synthesize({ dataPlane: { workloadAccounts: ELSEWHERE } });

function functionId(synthesis: typeof byDefault): string {
  const [found] = ofType(synthesis, 'AWS::Lambda::Function').filter(([id]) => id.startsWith('DataPlaneWorkloads'));
  return found![0];
}

const permissions = (synthesis: typeof byDefault) =>
  ofType(synthesis, 'AWS::Lambda::Permission')
    .map(([, { Properties }]) => Properties)
    .filter(({ FunctionName }) => at(FunctionName, 'Fn::GetAtt', 0) === functionId(synthesis));

describe('the URL for workloads', () => {
  test('asks for a signature, and streams', () => {
    const urls = ofType(byDefault, 'AWS::Lambda::Url').map(([, { Properties }]) => Properties);
    const [url] = urls.filter(
      ({ TargetFunctionArn }) => at(TargetFunctionArn, 'Fn::GetAtt', 0) === functionId(byDefault),
    );
    expect(url).toMatchObject({ AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' });
    expect(urls.filter(({ AuthType }) => AuthType === 'NONE')).toHaveLength(1);
  });

  test('lets nobody in by itself: in the deployment’s own account the callers’ policies decide', () => {
    expect(permissions(byDefault)).toEqual([]);
  });

  test('is open to the AWS accounts that are configured, through the URL and no other way', () => {
    expect(permissions(opened)).toHaveLength(2 * ELSEWHERE.length);
    for (const account of ELSEWHERE) {
      expect(permissions(opened)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            Action: 'lambda:InvokeFunctionUrl',
            FunctionUrlAuthType: 'AWS_IAM',
            Principal: account,
          }),
          expect.objectContaining({
            Action: 'lambda:InvokeFunction',
            InvokedViaFunctionUrl: true,
            Principal: account,
          }),
        ]),
      );
    }
  });

  test('is not where the edge sends anybody', () => {
    const [distribution] = ofType(byDefault, 'AWS::CloudFront::Distribution');
    const origins = at(distribution, 1, 'Properties', 'DistributionConfig', 'Origins') as readonly object[];
    const told = JSON.stringify(origins);
    expect(origins).toHaveLength(3);
    expect(told).not.toContain('Workloads');
  });

  test('is served by a function that can verify no key and knows no secret of the edge', () => {
    const [found] = ofType(byDefault, 'AWS::Lambda::Function').filter(([id]) => id === functionId(byDefault));
    const variables = at(found, 1, 'Properties', 'Environment', 'Variables') as object;
    expect(Object.keys(variables).sort()).toEqual([...WORKLOADS_ENV].sort());
    const [policy] = ofType(byDefault, 'AWS::IAM::ManagedPolicy').filter(([id]) =>
      id.startsWith('DataPlaneWorkloadsPolicy'),
    );
    const statements = at(policy, 1, 'Properties', 'PolicyDocument', 'Statement') as readonly {
      readonly Action: string | readonly string[];
      readonly Resource: unknown;
    }[];
    const secrets = statements.filter(({ Action }) => [Action].flat().includes('secretsmanager:GetSecretValue'));
    expect(secrets).toHaveLength(1);
    expect(JSON.stringify(secrets[0]!.Resource)).toContain('SecretsProviderKeys');
    expect(found?.[1].Properties).toMatchObject({ MemorySize: 128, Timeout: 900, Architectures: ['arm64'] });
  });
});
