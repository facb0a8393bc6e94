import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PRICE_LISTS } from '../../lambdas/contracts/deployment/price-lists';
import { ConfigInvalid, parseConfig, readConfig } from '../../lib/config';
import { synthesize, testApp } from './synthesis';

const DOMAIN = { name: 'gateway.example.com', certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/a' };

function mistakesOf(config: unknown): string {
  try {
    parseConfig(config);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

test('an empty configuration is a whole one', () => {
  expect(parseConfig({})).toMatchObject({
    stage: 'prod',
    usageDays: 90,
    pitrDays: 28,
    logDays: 30,
    dataPlane: { memoryMb: 128 },
  });
  expect(parseConfig({}).providers.map(({ id }) => id)).toEqual(['openai', 'anthropic']);
});

test.each([
  [
    { pitrDays: 29 },
    'tollgate.pitrDays: must be at most 28 days, because erasure within 30 days is promised for backups too.',
  ],
  [
    { logDays: 60 },
    'tollgate.logDays: must be 1, 3, 5, 7, 14, 30: a period that CloudWatch offers, and at most 30 days.',
  ],
  [{ usageDays: 0 }, 'tollgate.usageDays: must be at least 1 day.'],
  [{ providers: [] }, 'tollgate.providers: must name at least one provider.'],
  [
    { domain: { name: 'gateway.example.com', certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/a' } },
    'tollgate.domain.certificateArn: must be an ACM certificate in us-east-1, because CloudFront takes no other.',
  ],
  [
    { providers: [{ id: 'openai', dialect: 'openai', baseUrl: 'http://api.openai.com/v1' }] },
    'tollgate.providers.0.baseUrl: must be an https:// address, because prompts travel there.',
  ],
  [
    { providers: [{ id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1', region: 'EU' }] },
    'tollgate.providers.0.region: must be lower-case letters, digits and hyphens, such as eu or eu-central-1.',
  ],
  [
    { providers: [{ id: 'mistral', dialect: 'openai', baseUrl: 'https://api.mistral.ai/v1' }] },
    'tollgate.providers.0.catalog: must be given, as one of anthropic, openai, for a provider that has no price list of its own, because what has no price is not served.',
  ],
  [
    { minimumTls: '1.3' },
    "tollgate.minimumTls: cannot be promised without a domain, because CloudFront's own accepts older handshakes whatever it is told.",
  ],
  [{ domain: DOMAIN, minimumTls: '1.2' }, 'tollgate.minimumTls: must be 1.3: nothing older is served.'],
  [
    { domain: DOMAIN, account: '444455556666' },
    'tollgate.domain.certificateArn: must be a certificate of the account that is deployed to.',
  ],
  [{ retentionProfile: 'forever' }, 'tollgate.retentionProfile: must be one of standard, brief, year.'],
  [
    { dataPlane: { workloadAccounts: ['arn:aws:iam::444455556666:root'] } },
    'tollgate.dataPlane.workloadAccounts.0: must be an account number of 12 digits.',
  ],
  [
    { dataPlane: { workloadAccounts: ['444455556666', '444455556666'] } },
    'tollgate.dataPlane.workloadAccounts: must not name an account twice.',
  ],
  [
    { audit: { archiveDays: 365, addresses: 'full' } },
    'tollgate.audit.addresses: cannot be full beside an archive, because nobody could erase an address from it.',
  ],
  [{ audit: { addresses: 'half' } }, 'tollgate.audit.addresses: must be one of none, hmac, truncated, full.'],
  [{ region: 'Frankfurt' }, 'tollgate.region: must be a region such as eu-central-1.'],
  [{ alarmEmail: 'operator' }, 'tollgate.alarmEmail: must be an e-mail address.'],
  [{ retention: 30 }, 'tollgate: no such setting: retention.'],
])('%j is refused with one sentence', (config, message) => {
  expect(mistakesOf(config)).toBe(message);
});

test('two mistakes are two sentences', () => {
  expect(mistakesOf({ pitrDays: 35, stage: 'Prod!' }).split('\n')).toHaveLength(2);
});

test('a provider may not be named twice', () => {
  const openai = { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' };
  expect(mistakesOf({ providers: [openai, openai] })).toBe('tollgate.providers: must not name a provider twice.');
});

test('the command line may give the configuration as JSON', () => {
  const app = testApp();
  app.node.setContext('tollgate', '{"stage":"test"}');
  expect(readConfig(app.node, { environment: {} }).stage).toBe('test');
  app.node.setContext('tollgate', 'stage=test');
  expect(() => readConfig(app.node, { environment: {} })).toThrow('must be JSON');
});

test("region and account are the configuration's, then the credentials', then nobody's", () => {
  const { node } = testApp();
  const environment = { CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'eu-west-1' };
  expect(readConfig(node, { environment: {} })).toMatchObject({ account: undefined, region: undefined });
  expect(readConfig(node, { environment })).toMatchObject({ account: '111122223333', region: 'eu-west-1' });
  node.setContext('tollgate', { region: 'eu-central-1' });
  expect(readConfig(node, { environment })).toMatchObject({ account: '111122223333', region: 'eu-central-1' });
  // A region without an account is a guess of the command's, so the template stays agnostic.
  node.setContext('tollgate', {});
  expect(readConfig(node, { environment: { CDK_DEFAULT_REGION: 'us-west-2' } }).region).toBeUndefined();
});

test('a certificate is of the account that is deployed to, whoever names it', () => {
  const { node } = testApp();
  const file = { domain: DOMAIN };
  const read =
    (account: string, settings: object = file) =>
    () =>
      readConfig(node, { file: settings, environment: { CDK_DEFAULT_ACCOUNT: account } });
  expect(read('111122223333')()).toMatchObject({ account: '111122223333', domain: DOMAIN });
  expect(read('444455556666')).toThrow(
    'tollgate.domain.certificateArn: must be a certificate of the account that is deployed to.',
  );
  expect(read('444455556666', { ...file, account: undefined })).toThrow(ConfigInvalid);
  expect(read('444455556666', { ...file, account: '111122223333' })().account).toBe('111122223333');
});

test.each([['settings'], [[{ stage: 'test' }]]])(
  '%j is no object of settings, wherever the account comes from',
  (file) => {
    const environment = { CDK_DEFAULT_ACCOUNT: '111122223333' };
    expect(() => readConfig(testApp().node, { file, environment })).toThrow(ConfigInvalid);
  },
);

test('the context takes the place of the configuration file, whole', () => {
  const { node } = testApp();
  const sources = { file: { stage: 'prod', usageDays: 30 }, environment: {} };
  expect(readConfig(node, sources)).toMatchObject({ stage: 'prod', usageDays: 30 });
  node.setContext('tollgate', { stage: 'test' });
  expect(readConfig(node, sources)).toMatchObject({ stage: 'test', usageDays: 90 });
});

test('a figure goes before its retention profile', () => {
  expect(parseConfig({ retentionProfile: 'brief' })).toMatchObject({ usageDays: 30, pitrDays: 7, logDays: 7 });
  expect(parseConfig({ retentionProfile: 'year', logDays: 14 })).toMatchObject({ usageDays: 366, logDays: 14 });
});

test('the example can be deployed as it is', async () => {
  const example = (await import(resolve('tollgate.config.example.ts'))) as { readonly config: unknown };
  const { stacks } = synthesize(example.config);
  expect(stacks.stateful.region).toBe('eu-central-1');
});

test('a provider may use the price list of another', () => {
  const provider = { id: 'compatible', dialect: 'openai', baseUrl: 'https://api.example.com/v1', catalog: 'openai' };
  expect(parseConfig({ providers: [provider] }).providers).toEqual([provider]);
});

test('the price lists that a configuration may name are those that were imported', () => {
  const path = 'lambdas/domain/catalog/generated/prices.json';
  const { providers } = JSON.parse(readFileSync(path, 'utf8')) as { readonly providers: object };
  expect(Object.keys(providers).sort()).toEqual([...PRICE_LISTS]);
});
