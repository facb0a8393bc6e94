import { parseCommandLine } from '../../dev/cli/commands/command-line';
import { UsageError } from '../../dev/cli/commands/usage';
import { DeploymentNotFound, readDeployment, readEndpoint } from '../../dev/cli/deployment/deployment';
import type { StackOutputs } from '../../dev/cli/deployment/stack-outputs';

const NAMES = {
  AccountsTable: 'a',
  KeysTable: 'k',
  WalletTable: 'w',
  UsageTable: 'u',
  RollupsTable: 'r',
  AuditTable: 'a',
  CatalogTable: 'c',
};
const STATEFUL = { ...NAMES, ProviderKeysSecret: 'p', KeyPepperSecret: 'q', UsageDays: '90', Providers: 'openai' };

/** Fakes deployed stacks, by `name@region`. */
const stacks = (deployed: Readonly<Record<string, StackOutputs>>) => ({
  outputs: (name: string, region = 'eu-central-1') => Promise.resolve(deployed[`${name}@${region}`]),
});

test('a command line names a deployment by the common prefix of its stacks', () => {
  expect(parseCommandLine(['--stack', 'tollgate-prod', '--region', 'eu-central-1', 'ledger', 'verify'])).toEqual({
    target: { stack: 'tollgate-prod', region: 'eu-central-1' },
    command: { name: 'verify' },
  });
  expect(parseCommandLine(['init', '--stack', 'tollgate-prod', '--credit', '5'])).toEqual({
    target: { stack: 'tollgate-prod' },
    command: { name: 'init', credit: '5' },
  });
});

test.each([
  [
    ['--stack', 'prod', 'ledger', 'verify'],
    /^Invalid --stack: give the prefix of the three stacks, such as tollgate-prod/,
  ],
  [['--stack', 'tollgate-prod-stateful', 'ledger', 'verify'], /^Invalid --stack: give the prefix/],
  [
    ['--stack', 'tollgate-prod', '--region', 'Frankfurt', 'init'],
    /^Invalid --region: give a name such as eu-central-1\.$/,
  ],
  [['--region', 'eu-central-1', 'ledger', 'verify'], /^--region applies only to a deployment/],
  [['init'], /^init sets up a deployment/],
  [['--stack', 'tollgate-prod', 'init', '--credit', '0'], /^The amount must be a positive number of dollars/],
  [['--stack', 'tollgate-prod', 'init', 'sk-key'], /^There are too many arguments\.$/],
  [['wallet', 'a', '--credit', '5'], /^This command does not take --credit\.$/],
])('the command line %j is a usage error', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(UsageError);
  expect(() => parseCommandLine(args)).toThrow(message);
});

test('a deployment that is missing or older than the command is reported in one line', async () => {
  const target = { stack: 'tollgate-prod', region: 'eu-central-1' };
  await expect(readDeployment(stacks({}), target)).rejects.toThrow(
    new DeploymentNotFound('There is no stack tollgate-prod-stateful in eu-central-1.'),
  );
  const old = stacks({ 'tollgate-prod-stateful@eu-central-1': NAMES });
  await expect(readDeployment(old, target)).rejects.toThrow(
    'The stack tollgate-prod-stateful lacks the outputs ProviderKeysSecret, KeyPepperSecret, UsageDays, Providers',
  );
  const current = stacks({ 'tollgate-prod-stateful@eu-central-1': STATEFUL });
  expect(await readDeployment(current, target)).toMatchObject({ usageRetentionDays: 90, providerIds: ['openai'] });
});

test("the endpoint is the edge's URL or, without an edge, the function's own, which is not public", async () => {
  const target = { stack: 'tollgate-prod' };
  const service = { 'tollgate-prod-service@eu-central-1': { DataPlaneUrl: 'https://x.on.aws/' } };
  const far = { ...service, 'tollgate-prod-edge@us-east-1': { Endpoint: 'https://far' } };
  const near = { ...service, 'tollgate-prod-edge@eu-central-1': { Endpoint: 'https://near' } };
  const functionUrl = 'https://x.on.aws';
  expect(await readEndpoint(stacks(far), target)).toEqual({ url: 'https://far', isPublic: true, functionUrl });
  expect(await readEndpoint(stacks(near), target)).toEqual({ url: 'https://near', isPublic: true, functionUrl });
  expect(await readEndpoint(stacks(service), target)).toEqual({ url: functionUrl, isPublic: false });
  await expect(readEndpoint(stacks({}), target)).rejects.toThrow(DeploymentNotFound);
});
