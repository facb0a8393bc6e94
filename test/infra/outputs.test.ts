import { readDeployment, readEndpoint, readWorkflows } from '../../dev/cli/deployment/deployment';
import type { StackOutputs } from '../../dev/cli/deployment/stack-outputs';
import type { ConfigurationName } from './configurations';
import { synthesize } from './synthesis';

/** Stacks as they would be deployed. A value that is only known after a deployment is replaced by its output's name. */
function deployedStacks(configuration: ConfigurationName) {
  const stacks = Object.values(synthesize(configuration).stacks).map(({ name, outputs }) => {
    const values = Object.entries(outputs).map(([key, { Value }]) => [key, typeof Value === 'string' ? Value : key]);
    return [name, Object.fromEntries(values) as StackOutputs] as const;
  });
  const outputsByStack = new Map(stacks);
  return { outputs: (name: string) => Promise.resolve(outputsByStack.get(name)) };
}

test('the outputs name every store, and the configuration that the command line needs', async () => {
  expect(await readDeployment(deployedStacks('settings'), { stack: 'tollgate-test' })).toEqual({
    tableNames: {
      accounts: 'AccountsTable',
      keys: 'KeysTable',
      wallet: 'WalletTable',
      usage: 'UsageTable',
      rollups: 'RollupsTable',
      audit: 'AuditTable',
      catalog: 'CatalogTable',
    },
    providerKeysSecret: 'ProviderKeysSecret',
    keyPepperSecret: 'KeyPepperSecret',
    usageRetentionDays: 30,
    providerIds: ['anthropic', 'compatible'],
  });
});

test('the outputs name the state machines, and how the deployment erases', async () => {
  expect(await readWorkflows(deployedStacks('default'), { stack: 'tollgate-prod' })).toEqual({
    exportMachine: 'ExportMachine',
    erasureMachine: 'ErasureMachine',
    settings: { graceDays: 7, balance: 'refund' },
  });
  await expect(readWorkflows(deployedStacks('default'), { stack: 'tollgate-other' })).rejects.toThrow(
    'deploy this version first',
  );
});

test("the outputs name the edge's address, the domain or CloudFront's own name, and the function's URL", async () => {
  const target = { stack: 'tollgate-prod' };
  const withDomain = await readEndpoint(deployedStacks('domain'), target);
  expect(withDomain).toEqual({ url: 'https://gateway.example.com', isPublic: true, functionUrl: 'DataPlaneUrl' });
  expect(await readEndpoint(deployedStacks('default'), target)).toMatchObject({ url: 'Endpoint', isPublic: true });
});
