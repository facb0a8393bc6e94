import { readDeployment, readEndpoint } from '../../dev/cli/deployment/deployment';
import type { StackOutputs } from '../../dev/cli/deployment/stack-outputs';
import { synthesize } from './synthesis';

const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000';
const TARGET = { stack: 'tollgate-test' };

/** Stacks as they would be deployed: what only a deployment knows is told by its output's name. */
function deployedStacks(config: object) {
  const { templates, stacks } = synthesize({ stage: 'test', ...config });
  const told = new Map<string, StackOutputs>();
  for (const part of ['stateful', 'service', 'edge'] as const) {
    const outputs = (templates[part].toJSON()['Outputs'] ?? {}) as Record<string, { Value: unknown }>;
    const values = Object.entries(outputs).map(([name, { Value }]) => [name, typeof Value === 'string' ? Value : name]);
    told.set(stacks[part].stackName, Object.fromEntries(values) as StackOutputs);
  }
  return { outputs: (name: string) => Promise.resolve(told.get(name)) };
}

describe("what the stacks tell an operator's commands", () => {
  test('is every store, and the configuration that they need', async () => {
    const providers = [
      { id: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' },
      { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' },
    ];
    expect(await readDeployment(deployedStacks({ usageDays: 30, providers }), TARGET)).toEqual({
      tableNames: {
        accounts: 'AccountsTable',
        keys: 'KeysTable',
        wallet: 'WalletTable',
        usage: 'UsageTable',
        audit: 'AuditTable',
        catalog: 'CatalogTable',
      },
      providerKeysSecret: 'ProviderKeysSecret',
      keyPepperSecret: 'KeyPepperSecret',
      usageRetentionDays: 30,
      providerIds: ['anthropic', 'openai'],
    });
  });

  test("is the endpoint of the edge, the domain or CloudFront's own name, and the function's URL behind it", async () => {
    const domain = { name: 'gateway.example.com', certificateArn: CERTIFICATE };
    const own = await readEndpoint(deployedStacks({ domain }), TARGET);
    expect(own).toEqual({ url: 'https://gateway.example.com', isPublic: true, functionUrl: 'DataPlaneUrl' });
    expect(await readEndpoint(deployedStacks({}), TARGET)).toMatchObject({ url: 'Endpoint', isPublic: true });
  });
});
