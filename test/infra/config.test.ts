import { ConfigInvalid, parseConfig, readConfig } from '../../lib/config';
import { testApp } from './synthesis';

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
  expect(readConfig(app.node, {}).stage).toBe('test');
  app.node.setContext('tollgate', 'stage=test');
  expect(() => readConfig(app.node, {})).toThrow('must be JSON');
});

test("region and account are the configuration's, then the credentials', then nobody's", () => {
  const { node } = testApp();
  const credentials = { CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'eu-west-1' };
  expect(readConfig(node, {})).toMatchObject({ account: undefined, region: undefined });
  expect(readConfig(node, credentials)).toMatchObject({ account: '111122223333', region: 'eu-west-1' });
  node.setContext('tollgate', { region: 'eu-central-1' });
  expect(readConfig(node, credentials)).toMatchObject({ account: '111122223333', region: 'eu-central-1' });
  // A region without an account is a guess of the command's, so the template stays agnostic.
  node.setContext('tollgate', {});
  expect(readConfig(node, { CDK_DEFAULT_REGION: 'us-west-2' }).region).toBeUndefined();
});
