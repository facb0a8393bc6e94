import { at, ofType, synthesize } from './synthesis';

/** Credential headers of our API and of other APIs for which a client may be configured. No log may show them. */
const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'api-key', 'x-goog-api-key'];
const PERSONAL = ['user-agent', 'accept-language', 'referer', 'from', 'forwarded', 'x-forwarded-for'];

const synthesis = synthesize('default');

test('the firewall is attached, limits every path by address, and samples nothing', () => {
  const [distribution] = ofType(synthesis, 'AWS::CloudFront::Distribution');
  expect(at(distribution, 1, 'Properties', 'DistributionConfig', 'WebACLId')).toEqual({
    'Fn::GetAtt': ['WebAcl', 'Arn'],
  });
  const [webAcl] = ofType(synthesis, 'AWS::WAFv2::WebACL');
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

test('no metric of the firewall has a name that AWS reserves, and two deployments do not share one', () => {
  const [webAcl] = ofType(synthesis, 'AWS::WAFv2::WebACL');
  const rules = at(webAcl, 1, 'Properties', 'Rules') as readonly Record<string, unknown>[];
  const names = [webAcl?.[1].Properties, ...rules].map((each) => at(each, 'VisibilityConfig', 'MetricName') as string);
  expect(names.filter((name) => /^(all|default_action)$/i.test(name))).toEqual([]);
  expect(names[0]).toBe('tollgate-prod');
});

test('a client that the firewall limits gets an error in the format of the APIs', () => {
  const [webAcl] = ofType(synthesis, 'AWS::WAFv2::WebACL');
  const rules = at(webAcl, 1, 'Properties', 'Rules') as readonly Record<string, unknown>[];
  const limits = rules.filter((rule) => at(rule, 'Statement', 'RateBasedStatement') !== undefined);
  expect(limits).toHaveLength(2);
  for (const rule of limits) {
    const response = at(rule, 'Action', 'Block', 'CustomResponse');
    const body = at(webAcl, 1, 'Properties', 'CustomResponseBodies', String(at(response, 'CustomResponseBodyKey')));
    expect(at(response, 'ResponseCode')).toBe(429);
    expect(body).toMatchObject({ ContentType: 'APPLICATION_JSON' });
    expect(JSON.parse(String(at(body, 'Content')))).toMatchObject({ error: { code: 'too_many_requests' } });
  }
});

test('no managed rule that reads bodies applies to prompts, not even to those at a wrong path', () => {
  const [webAcl] = ofType(synthesis, 'AWS::WAFv2::WebACL');
  const rules = at(webAcl, 1, 'Properties', 'Rules') as readonly Record<string, unknown>[];
  const managed = rules.filter((rule) => at(rule, 'Statement', 'ManagedRuleGroupStatement'));
  expect(managed.map(({ Name }) => Name)).toEqual([
    'AWSManagedRulesAmazonIpReputationList',
    'AWSManagedRulesKnownBadInputsRuleSet',
    'AWSManagedRulesCommonRuleSet',
  ]);
  for (const rule of managed.slice(1)) {
    const scope = at(rule, 'Statement', 'ManagedRuleGroupStatement', 'ScopeDownStatement');
    expect(at(scope, 'ByteMatchStatement', 'SearchString')).toBe('/api/');
  }
});

test('the firewall does not limit the size of a body, because the control plane accepts more than 8 KB', () => {
  const [webAcl] = ofType(synthesis, 'AWS::WAFv2::WebACL');
  const rules = at(webAcl, 1, 'Properties', 'Rules') as readonly Record<string, unknown>[];
  const common = rules.find(({ Name }) => Name === 'AWSManagedRulesCommonRuleSet');
  expect(at(common, 'Statement', 'ManagedRuleGroupStatement', 'RuleActionOverrides')).toEqual([
    { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
  ]);
});

test("the firewall's log shows no credential and keeps only refusals", () => {
  const [log] = ofType(synthesize('fullAddresses'), 'AWS::WAFv2::LoggingConfiguration');
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
  const [webAcl] = ofType(synthesis, 'AWS::WAFv2::WebACL');
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
