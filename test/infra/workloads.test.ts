import { WORKLOADS_ENV } from '../../lambdas/contracts/deployment/environment';
import { CONFIGURATIONS } from './configurations';
import { at, ofType, synthesize } from './synthesis';

const ACCOUNTS = CONFIGURATIONS.workloads.dataPlane.workloadAccounts;

const byDefault = synthesize('default');
const opened = synthesize('workloads');

function functionId(synthesis: typeof byDefault): string {
  const [found] = ofType(synthesis, 'AWS::Lambda::Function').filter(([id]) => id.startsWith('DataPlaneWorkloads'));
  return found![0];
}

const permissions = (synthesis: typeof byDefault) =>
  ofType(synthesis, 'AWS::Lambda::Permission')
    .map(([, { Properties }]) => Properties)
    .filter(({ FunctionName }) => at(FunctionName, 'Fn::GetAtt', 0) === functionId(synthesis));

test.each([
  ['default', byDefault, 'rolling'],
  ['workloads', opened, 'worst-case'],
] as const)('both functions of the data plane read the mode of holds of the configuration %s', (_, synthesis, mode) => {
  const modes = ofType(synthesis, 'AWS::Lambda::Function').flatMap(
    ([, { Properties }]) => at(Properties, 'Environment', 'Variables', 'HOLDS') ?? [],
  );
  expect(modes).toEqual([mode, mode]);
});

describe('the URL for workloads', () => {
  test('each deployment counts its requests in a namespace of its own, unless metrics are switched off', () => {
    const namespaces = (name: 'default' | 'settings') =>
      ofType(synthesize(name), 'AWS::Lambda::Function').flatMap(
        ([, { Properties }]) => at(Properties, 'Environment', 'Variables', 'METRICS_NAMESPACE') ?? [],
      );
    expect(namespaces('default')).toEqual(['Tollgate/prod', 'Tollgate/prod']);
    expect(namespaces('settings')).toEqual(['none', 'none']);
  });

  test('the URL for workloads requires a signature, and streams', () => {
    const urls = ofType(byDefault, 'AWS::Lambda::Url').map(([, { Properties }]) => Properties);
    const [url] = urls.filter(
      ({ TargetFunctionArn }) => at(TargetFunctionArn, 'Fn::GetAtt', 0) === functionId(byDefault),
    );
    expect(url).toMatchObject({ AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' });
    expect(urls.filter(({ AuthType }) => AuthType === 'NONE')).toHaveLength(1);
  });

  test("the URL for workloads has no permission of its own, so that the callers' policies decide", () => {
    expect(permissions(byDefault)).toEqual([]);
  });

  test('the URL for workloads is open to the configured AWS accounts, which cannot invoke the function directly', () => {
    expect(permissions(opened)).toHaveLength(2 * ACCOUNTS.length);
    for (const account of ACCOUNTS) {
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

  test('the edge does not route to the URL for workloads', () => {
    const [distribution] = ofType(byDefault, 'AWS::CloudFront::Distribution');
    const origins = at(distribution, 1, 'Properties', 'DistributionConfig', 'Origins') as readonly object[];
    expect(origins).toHaveLength(3);
    expect(JSON.stringify(origins)).not.toContain('Workloads');
  });

  test('the function for workloads can read neither the key pepper nor the origin secret', () => {
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
    expect(found?.[1].Properties).toMatchObject({ MemorySize: 256, Timeout: 900, Architectures: ['arm64'] });
  });
});
