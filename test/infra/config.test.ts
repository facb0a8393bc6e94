import { readFileSync } from 'node:fs';
import { PRICE_LISTS } from '../../lambdas/contracts/deployment/price-lists';
import { ConfigInvalid, parseConfig, readConfig } from '../../lib/config';
import { DOMAIN } from './configurations';
import { synthesize } from './synthesis';
import { testApp } from './test-app';

function mistakesOf(config: unknown): string {
  try {
    parseConfig(config);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

test('an empty configuration is valid and has every default', () => {
  expect(parseConfig({})).toMatchObject({
    stage: 'prod',
    usageDays: 90,
    pitrDays: 28,
    logDays: 30,
    dataPlane: { memoryMb: 256, holds: 'rolling' },
  });
  expect(parseConfig({}).providers.map(({ id }) => id)).toEqual(['openai', 'anthropic']);
});

test('a configuration of a release without the setting has rolling holds', () => {
  expect(parseConfig({ dataPlane: { memoryMb: 512 } }).dataPlane).toMatchObject({ memoryMb: 512, holds: 'rolling' });
});

test.each([
  [{ pitrDays: 29 }, 'tollgate.pitrDays: must be at most 28 days, because erasure within 30 days includes backups.'],
  [
    { logDays: 60 },
    'tollgate.logDays: must be one of 1, 3, 5, 7, 14, 30, the periods up to 30 days that CloudWatch Logs offers.',
  ],
  [
    { dataPlane: { browserOrigins: ['*'] } },
    'tollgate.dataPlane.browserOrigins.0: must be an origin such as https://app.example.com, in lower case and without a path or final slash.',
  ],
  [{ dataPlane: { holds: 'none' } }, 'tollgate.dataPlane.holds: must be rolling or worst-case.'],
  [{ usageDays: 0 }, 'tollgate.usageDays: must be at least 1 day.'],
  [{ providers: [] }, 'tollgate.providers: must name at least one provider.'],
  [
    { domain: { name: 'gateway.example.com', certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/a' } },
    'tollgate.domain.certificateArn: must be an ACM certificate in us-east-1, because CloudFront accepts no other.',
  ],
  [
    { providers: [{ id: 'openai', dialect: 'openai', baseUrl: 'http://api.openai.com/v1' }] },
    'tollgate.providers.0.baseUrl: must be an https:// address, because prompts are sent to it.',
  ],
  [
    { providers: [{ id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1', region: 'EU' }] },
    'tollgate.providers.0.region: must be lower-case letters, digits and hyphens, such as eu or eu-central-1.',
  ],
  [
    { providers: [{ id: 'mistral', dialect: 'openai', baseUrl: 'https://api.mistral.ai/v1' }] },
    'tollgate.providers.0.catalog: must name one of the price lists anthropic, openai, because this provider has none of its own and a model without a price is not served.',
  ],
  [
    {
      providers: [
        { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1', pace: { tokensPerSecond: 1 } },
      ],
    },
    'tollgate.providers.0.pace.tokensPerSecond: must be at least 10.',
  ],
  [
    {
      providers: [
        { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1', pace: { models: { a: { rate: 1 } } } },
      ],
    },
    'tollgate.providers.0.pace.models.a: unknown setting rate.',
  ],
  [
    { minimumTls: '1.3' },
    "tollgate.minimumTls: needs a domain, because CloudFront's own domain always accepts older handshakes.",
  ],
  [{ domain: DOMAIN, minimumTls: '1.2' }, 'tollgate.minimumTls: must be 1.3, because no older version is served.'],
  [
    { domain: DOMAIN, account: '444455556666' },
    'tollgate.domain.certificateArn: must be a certificate of the AWS account to which you deploy.',
  ],
  [
    { lambdaConcurrency: 1_000, dataPlane: { reservedConcurrency: 900 } },
    'tollgate.lambdaConcurrency: must be at least 1049, because Lambda keeps 100 executions unreserved; raise the quota first, and leave the setting out until then.',
  ],
  [
    { dataPlane: { workloadAccounts: ['arn:aws:iam::444455556666:root'] } },
    'tollgate.dataPlane.workloadAccounts.0: must be an AWS account number of 12 digits.',
  ],
  [
    { dataPlane: { workloadAccounts: ['444455556666', '444455556666'] } },
    'tollgate.dataPlane.workloadAccounts: must not name an account twice.',
  ],
  [
    { audit: { archiveDays: 365 }, addresses: 'full' },
    'tollgate.addresses: cannot be full with an archive of the audit log, because no address could be erased from it.',
  ],
  [{ addresses: 'half' }, 'tollgate.addresses: must be one of none, hmac, truncated, full.'],
  [{ region: 'Frankfurt' }, 'tollgate.region: must be a region such as eu-central-1.'],
  [{ alarmEmail: 'operator' }, 'tollgate.alarmEmail: must be an email address.'],
  [{ retention: 30 }, 'tollgate: unknown setting retention.'],
])('the configuration %j is rejected with one sentence', (config, message) => {
  expect(mistakesOf(config)).toBe(message);
});

test('two mistakes are reported in two sentences', () => {
  expect(mistakesOf({ pitrDays: 35, stage: 'Prod!' }).split('\n')).toHaveLength(2);
});

test('two providers with the same ID are rejected', () => {
  const openai = { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' };
  expect(mistakesOf({ providers: [openai, openai] })).toBe('tollgate.providers: must not name a provider twice.');
});

test('the context accepts the configuration as JSON text', () => {
  const app = testApp();
  app.node.setContext('tollgate', '{"stage":"test"}');
  expect(readConfig(app.node, { environment: {} }).stage).toBe('test');
  app.node.setContext('tollgate', 'stage=test');
  expect(() => readConfig(app.node, { environment: {} })).toThrow('must be JSON');
});

test('region and account come from the configuration, then from the credentials, and may be missing', () => {
  const { node } = testApp();
  const environment = { CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'eu-west-1' };
  expect(readConfig(node, { environment: {} })).toMatchObject({ account: undefined, region: undefined });
  expect(readConfig(node, { environment })).toMatchObject({ account: '111122223333', region: 'eu-west-1' });
  node.setContext('tollgate', { region: 'eu-central-1' });
  expect(readConfig(node, { environment })).toMatchObject({ account: '111122223333', region: 'eu-central-1' });
  // The CDK command guesses a region without an account, so the template stays region-agnostic.
  node.setContext('tollgate', {});
  expect(readConfig(node, { environment: { CDK_DEFAULT_REGION: 'us-west-2' } }).region).toBeUndefined();
});

test('a certificate must belong to the AWS account, whichever source names the account', () => {
  const { node } = testApp();
  const file = { domain: DOMAIN };
  const read =
    (account: string, settings: object = file) =>
    () =>
      readConfig(node, { file: settings, environment: { CDK_DEFAULT_ACCOUNT: account } });
  expect(read('111122223333')()).toMatchObject({ account: '111122223333', domain: DOMAIN });
  expect(read('444455556666')).toThrow(
    'tollgate.domain.certificateArn: must be a certificate of the AWS account to which you deploy.',
  );
  expect(read('444455556666', { ...file, account: undefined })).toThrow(ConfigInvalid);
  expect(read('444455556666', { ...file, account: '111122223333' })().account).toBe('111122223333');
});

test.each([['settings'], [[{ stage: 'test' }]]])(
  'the configuration %j is rejected because it is not an object of settings',
  (file) => {
    const environment = { CDK_DEFAULT_ACCOUNT: '111122223333' };
    expect(() => readConfig(testApp().node, { file, environment })).toThrow(ConfigInvalid);
  },
);

test('the context replaces the configuration file entirely', () => {
  const { node } = testApp();
  const sources = { file: { stage: 'prod', usageDays: 30 }, environment: {} };
  expect(readConfig(node, sources)).toMatchObject({ stage: 'prod', usageDays: 30 });
  node.setContext('tollgate', { stage: 'test' });
  expect(readConfig(node, sources)).toMatchObject({ stage: 'test', usageDays: 90 });
});

test('the example configuration can be synthesized unchanged', () => {
  expect(synthesize('example').stacks.stateful.region).toBe('eu-central-1');
});

test('a provider may use the price list of another provider', () => {
  const provider = { id: 'compatible', dialect: 'openai', baseUrl: 'https://api.example.com/v1', catalog: 'openai' };
  expect(parseConfig({ providers: [provider] }).providers).toEqual([provider]);
});

test('a configuration may name exactly the imported price lists', () => {
  const path = 'lambdas/domain/catalog/generated/prices.json';
  const { providers } = JSON.parse(readFileSync(path, 'utf8')) as { readonly providers: object };
  expect(Object.keys(providers).sort()).toEqual([...PRICE_LISTS]);
});
