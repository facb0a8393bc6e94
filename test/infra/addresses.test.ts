import { ADDRESS_POLICIES } from '../../lambdas/contracts/deployment/address-policy';
import { parseConfig } from '../../lib/config';
import { CONFIGURATIONS, type ConfigurationName } from './configurations';
import { at, ofType, propertiesOf, type Synthesis, synthesize } from './synthesis';

/** Types with which an AWS service delivers lines that may have a client's address. */
const DELIVERIES = [
  'AWS::CloudFront::RealtimeLogConfig',
  'AWS::Cognito::LogDeliveryConfiguration',
  'AWS::EC2::FlowLog',
  'AWS::KinesisFirehose::DeliveryStream',
  'AWS::Logs::Delivery',
  'AWS::Logs::SubscriptionFilter',
  'AWS::Route53Resolver::ResolverQueryLoggingConfig',
];

/** Every log of a deployment that has addresses of clients, by its logical ID. */
function logsWithAddresses(synthesis: Synthesis): string[] {
  const delivered = ofType(synthesis, ...DELIVERIES);
  const firewall = ofType(synthesis, 'AWS::WAFv2::LoggingConfiguration');
  const stages = ofType(synthesis, 'AWS::ApiGatewayV2::Stage').filter(([, { Properties }]) =>
    /\$context\.identity|x-forwarded-for/i.test(JSON.stringify(Properties['AccessLogSettings'])),
  );
  const distributions = ofType(synthesis, 'AWS::CloudFront::Distribution').filter(
    ([, { Properties }]) => at(Properties, 'DistributionConfig', 'Logging') !== undefined,
  );
  const buckets = ofType(synthesis, 'AWS::S3::Bucket').filter(
    ([, { Properties }]) => Properties['LoggingConfiguration'] !== undefined,
  );
  return [...delivered, ...firewall, ...stages, ...distributions, ...buckets].map(([id]) => id);
}

/** The buckets whose current objects do not end: they have the files of pages, which are public. */
const BUCKETS_WITHOUT_RECORDS = /^ConsoleFiles/;

const NAMES = Object.keys(CONFIGURATIONS) as ConfigurationName[];

test('promise-04 no template has a log with an address that its policy forbids, and every log and bucket of records ends', () => {
  for (const policy of ADDRESS_POLICIES) {
    const names = NAMES.filter((name) => parseConfig(CONFIGURATIONS[name]).addresses === policy);
    expect([policy, names]).not.toEqual([policy, []]);
    for (const name of names) {
      const synthesis = synthesize(name);
      // The emulator knows no log of a firewall.
      const allowed = policy === 'full' && name !== 'emulator' ? [expect.stringMatching(/^WebAclLogs/)] : [];
      expect([name, logsWithAddresses(synthesis)]).toEqual([name, allowed]);
      expectEveryRecordToEnd(synthesis);
    }
  }
});

function expectEveryRecordToEnd(synthesis: Synthesis): void {
  for (const [id, { Properties }] of ofType(synthesis, 'AWS::Logs::LogGroup')) {
    const isOfFirewall = String(Properties['LogGroupName']).startsWith('aws-waf-logs-');
    expect([id, Properties['RetentionInDays']]).toEqual([id, expect.any(Number)]);
    expect(Properties['RetentionInDays']).toBeLessThanOrEqual(isOfFirewall ? 7 : 30);
  }
  for (const [id, { Properties }] of ofType(synthesis, 'AWS::S3::Bucket')) {
    const rules = (at(Properties, 'LifecycleConfiguration', 'Rules') ?? []) as readonly object[];
    const ends = (rule: string) => rules.some((each) => rule in each);
    expect([id, ends('NoncurrentVersionExpiration')]).toEqual([id, true]);
    if (!BUCKETS_WITHOUT_RECORDS.test(id)) expect([id, ends('ExpirationInDays')]).toEqual([id, true]);
  }
}

test.each(ADDRESS_POLICIES)('the management API gets the policy %s for the addresses in the audit log', (policy) => {
  const name = NAMES.find((each) => parseConfig(CONFIGURATIONS[each]).addresses === policy)!;
  const policies = propertiesOf(synthesize(name), 'AWS::Lambda::Function').flatMap(
    (properties) => at(properties, 'Environment', 'Variables', 'ADDRESS_POLICY') ?? [],
  );
  expect(policies).toEqual([policy]);
});
