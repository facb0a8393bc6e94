import { runInNewContext } from 'node:vm';
import { CLIENT_ADDRESS_HEADER } from '../../lambdas/contracts/deployment/edge';
import { VIEWER_FUNCTION } from '../../lib/edge/viewer-function';
import { at, ofType, propertiesOf, synthesize } from './synthesis';

/** Credential headers of our API and of other APIs for which a client may be configured. No log may show them. */
const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'api-key', 'x-goog-api-key'];
const PERSONAL = ['user-agent', 'accept-language', 'referer', 'from', 'forwarded', 'x-forwarded-for'];

const plain = synthesize('default');
const withDomain = synthesize('domain');
const elsewhere = synthesize('elsewhere');

function distribution(synthesis = plain): Record<string, unknown> {
  const [found] = ofType(synthesis, 'AWS::CloudFront::Distribution');
  return at(found, 1, 'Properties', 'DistributionConfig') as Record<string, unknown>;
}

const behaviors = (synthesis = plain) =>
  distribution(synthesis)['CacheBehaviors'] as readonly Record<string, unknown>[];

test('the planes are reached by path, over TLS only, uncached and uncompressed', () => {
  expect(behaviors().map(({ PathPattern }) => PathPattern)).toEqual(['/v1/*', '/healthz', '/api/*']);
  for (const behavior of behaviors()) {
    expect(behavior).toMatchObject({ ViewerProtocolPolicy: 'https-only', Compress: false });
    // The IDs of AWS's policies CachingDisabled and AllViewerExceptHostHeader.
    expect(behavior['CachePolicyId']).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
    expect(behavior['OriginRequestPolicyId']).toBe('b689b0a8-53d0-40ab-baf2-68738e2966ac');
  }
});

test('both planes receive the origin secret, which the template contains only as a reference', () => {
  const origins = (distribution()['Origins'] as readonly Record<string, unknown>[]).filter(
    (origin) => 'CustomOriginConfig' in origin,
  );
  expect(origins).toHaveLength(2);
  for (const origin of origins) {
    expect(origin['OriginCustomHeaders']).toEqual([
      {
        HeaderName: 'x-tollgate-origin-secret',
        HeaderValue: '{{resolve:secretsmanager:tollgate-prod-origin:SecretString:current::}}',
      },
    ]);
    expect(origin['CustomOriginConfig']).toMatchObject({ OriginProtocolPolicy: 'https-only', OriginReadTimeout: 60 });
  }
});

test('a new generation of the origin secret changes the distribution, so that CloudFormation resolves it again', () => {
  expect(distribution(plain)['Comment']).toMatch(/, origin secret generation 1$/);
  expect(distribution(withDomain)['Comment']).toMatch(/, origin secret generation 2$/);
});

test('a distribution with a domain refuses handshakes older than TLS 1.3', () => {
  expect(distribution(withDomain)['ViewerCertificate']).toMatchObject({
    MinimumProtocolVersion: 'TLSv1.3_2025',
    SslSupportMethod: 'sni-only',
  });
  expect(distribution(withDomain)['Aliases']).toEqual(['gateway.example.com']);
});

// CloudFront's own name answers in addition to a domain, and always accepts older handshakes.
test('every behaviour runs the viewer function, with a domain and without', () => {
  for (const deployment of [plain, withDomain]) {
    for (const behavior of [...behaviors(deployment), distribution(deployment)['DefaultCacheBehavior']]) {
      expect(at(behavior, 'FunctionAssociations', 0, 'EventType')).toBe('viewer-request');
    }
  }
});

/** Runs the viewer function as CloudFront does for a viewer with these headers. */
const seenBy = (headers: object): unknown => {
  const event = { request: { headers }, viewer: { ip: '192.0.2.7' } };
  return runInNewContext(`${VIEWER_FUNCTION}; handler(event)`, { event });
};

test.each([
  ['TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake', true],
  ['TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:fullHandshake', false],
  ['TLSv1.30:x', false],
  ['', false],
  [undefined, false],
])('the viewer function with the TLS header %p accepts the request: %p', (value, passes) => {
  const answer = seenBy(value === undefined ? {} : { 'cloudfront-viewer-tls': { value } });
  if (passes) expect(answer).toHaveProperty('headers');
  else expect(answer).toMatchObject({ statusCode: 403 });
});

test("the viewer function passes on the client's real address, whatever the client claims", () => {
  const tls = { 'cloudfront-viewer-tls': { value: 'TLSv1.3:x' } };
  const address = { value: '192.0.2.7' };
  expect(seenBy({ ...tls, accept: { value: '*/*' } })).toEqual({
    headers: { ...tls, accept: { value: '*/*' }, [CLIENT_ADDRESS_HEADER]: address },
  });
  const claims = { value: '198.51.100.1', multiValue: [{ value: '198.51.100.1' }, { value: '198.51.100.2' }] };
  expect(seenBy({ ...tls, [CLIENT_ADDRESS_HEADER]: claims })).toEqual({
    headers: { ...tls, [CLIENT_ADDRESS_HEADER]: address },
  });
});

test('the firewall is attached, limits every path by address, and samples nothing', () => {
  expect(distribution()['WebACLId']).toEqual({ 'Fn::GetAtt': ['WebAcl', 'Arn'] });
  const [webAcl] = ofType(plain, 'AWS::WAFv2::WebACL');
  const rules = at(webAcl, 1, 'Properties', 'Rules') as readonly Record<string, unknown>[];
  expect(webAcl?.[1].Properties['Scope']).toBe('CLOUDFRONT');
  const limits = rules.flatMap((rule) => at(rule, 'Statement', 'RateBasedStatement') ?? []);
  const everywhere = limits.filter((limit) => at(limit, 'ScopeDownStatement') === undefined);
  expect(everywhere).toHaveLength(1);
  const scopes = limits.map((limit) => at(limit, 'ScopeDownStatement', 'ByteMatchStatement', 'SearchString'));
  expect(scopes).toContain('/api/');
  for (const rule of [webAcl?.[1].Properties, ...rules])
    expect(at(rule, 'VisibilityConfig', 'SampledRequestsEnabled')).toBe(false);
});

test('no managed rule that reads bodies applies to prompts', () => {
  const [webAcl] = ofType(plain, 'AWS::WAFv2::WebACL');
  const rules = at(webAcl, 1, 'Properties', 'Rules') as readonly Record<string, unknown>[];
  const managed = rules.filter((rule) => at(rule, 'Statement', 'ManagedRuleGroupStatement'));
  expect(managed.map(({ Name }) => Name)).toEqual([
    'AWSManagedRulesAmazonIpReputationList',
    'AWSManagedRulesKnownBadInputsRuleSet',
    'AWSManagedRulesCommonRuleSet',
  ]);
  for (const rule of managed.slice(1)) {
    const scope = at(rule, 'Statement', 'ManagedRuleGroupStatement', 'ScopeDownStatement', 'NotStatement', 'Statement');
    expect(at(scope, 'ByteMatchStatement', 'SearchString')).toBe('/v1/');
  }
});

test('the firewall does not limit the size of a body, because the control plane accepts more than 8 KB', () => {
  const [webAcl] = ofType(plain, 'AWS::WAFv2::WebACL');
  const rules = at(webAcl, 1, 'Properties', 'Rules') as readonly Record<string, unknown>[];
  const common = rules.find(({ Name }) => Name === 'AWSManagedRulesCommonRuleSet');
  expect(at(common, 'Statement', 'ManagedRuleGroupStatement', 'RuleActionOverrides')).toEqual([
    { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
  ]);
});

test("the firewall's log shows no credential and keeps only refusals", () => {
  const [log] = ofType(plain, 'AWS::WAFv2::LoggingConfiguration');
  const redacted = at(log, 1, 'Properties', 'RedactedFields') as readonly Record<string, unknown>[];
  expect(redacted).toContainEqual({ QueryString: {} });
  const headers = redacted.flatMap((field) => at(field, 'SingleHeader', 'Name') ?? []);
  expect(headers).toEqual(expect.arrayContaining([...CREDENTIALS, ...PERSONAL]));
  expect(at(log, 1, 'Properties', 'LoggingFilter')).toEqual({
    DefaultBehavior: 'DROP',
    Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }],
  });
});

test('the details of a match show no credential, query or body', () => {
  const [webAcl] = ofType(plain, 'AWS::WAFv2::WebACL');
  const protections = at(webAcl, 1, 'Properties', 'DataProtectionConfig', 'DataProtections');
  const protectedField = (field: object) =>
    expect.objectContaining({ Field: expect.objectContaining(field) as object }) as object;
  expect(protections).toEqual([
    protectedField({ FieldType: 'BODY' }),
    protectedField({ FieldType: 'QUERY_STRING' }),
    protectedField({
      FieldType: 'SINGLE_HEADER',
      FieldKeys: expect.arrayContaining([...CREDENTIALS, ...PERSONAL]) as object,
    }),
  ]);
});

test("the console's files are private, encrypted and reached over TLS only", () => {
  expect(propertiesOf(plain, 'AWS::S3::Bucket')).toEqual([
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
  const [policy] = propertiesOf(plain, 'AWS::S3::BucketPolicy');
  expect(at(policy, 'PolicyDocument', 'Statement')).toContainEqual(
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  );
});

test('a deployment in another region has its edge in us-east-1, without helper functions of CDK', () => {
  expect(elsewhere.stacks.edge.region).toBe('us-east-1');
  expect(elsewhere.stacks.stateful.region).toBe('eu-central-1');
  expect(propertiesOf(elsewhere, 'AWS::SecretsManager::Secret')).toContainEqual(
    expect.objectContaining({ Name: 'tollgate-prod-origin', ReplicaRegions: [{ Region: 'us-east-1' }] }),
  );
  expect(ofType(elsewhere, 'AWS::Lambda::Function')).toHaveLength(ofType(plain, 'AWS::Lambda::Function').length);
});

test("an edge outside the deployment's region reads the planes' addresses from the service stack's outputs", () => {
  const origins = (distribution(elsewhere)['Origins'] as readonly Record<string, unknown>[]).filter(
    (origin) => 'CustomOriginConfig' in origin,
  );
  const references = origins.map((origin) => {
    const [, address] = at(origin, 'DomainName', 'Fn::Select', 1, 'Fn::Split') as readonly [string, object];
    return at(address, 'Fn::GetStackOutput') as Readonly<Record<string, string>>;
  });
  const { outputs, name } = elsewhere.stacks.service;
  const addresses = references.map(({ OutputName = '' }) => outputs[OutputName]?.Value);
  expect(addresses).toEqual([outputs['DataPlaneUrl']?.Value, outputs['ControlPlaneUrl']?.Value]);
  for (const { StackName, Region } of references) expect([StackName, Region]).toEqual([name, 'eu-central-1']);
});
