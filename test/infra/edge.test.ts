import { runInNewContext } from 'node:vm';
import { BINARY_BODY_BYTES_MAX, CLIENT_ADDRESS_HEADER } from '../../lambdas/contracts/deployment/edge';
import { WebSocketRefused } from '../../lambdas/domain/data-plane/caller-errors';
import { dialectOf } from '../../lambdas/domain/dialects/registry';
import { PayloadTooLarge } from '../../lambdas/domain/errors/app-error';
import { VIEWER_FUNCTION } from '../../lib/edge/viewer-function';
import { at, ofType, propertiesOf, synthesize } from './synthesis';

const plain = synthesize('default');
const withDomain = synthesize('domain');
const elsewhere = synthesize('elsewhere');

function distribution(synthesis = plain): Record<string, unknown> {
  const [found] = ofType(synthesis, 'AWS::CloudFront::Distribution');
  return at(found, 1, 'Properties', 'DistributionConfig') as Record<string, unknown>;
}

const behaviors = (synthesis = plain) =>
  distribution(synthesis)['CacheBehaviors'] as readonly Record<string, unknown>[];

const PLANES = ['/v1/*', '/healthz', '/api/*'];
const CONSOLE = ['/', '/signed-in', '/index.html', '/assets/*', '/favicon.ico'];
const DEFAULT = '*';

/** Returns the behaviour for requests whose path matches a pattern. */
const behaviorAt = (pattern: string): unknown =>
  pattern === DEFAULT
    ? distribution()['DefaultCacheBehavior']
    : behaviors().find(({ PathPattern }) => PathPattern === pattern);

/** Returns the type of the origin to which such requests are sent. */
function originAt(pattern: string): 'S3' | 'data plane' | 'control plane' {
  const id = at(behaviorAt(pattern), 'TargetOriginId');
  const origin = (distribution()['Origins'] as readonly Record<string, unknown>[]).find(({ Id }) => Id === id);
  if (origin !== undefined && 'S3OriginConfig' in origin) return 'S3';
  return JSON.stringify(origin).includes('ControlPlane') ? 'control plane' : 'data plane';
}

test('promise-17 the planes are reached by path, over TLS only, uncached and uncompressed', () => {
  expect(behaviors().map(({ PathPattern }) => PathPattern)).toEqual([...PLANES, ...CONSOLE]);
  expect(PLANES.map(originAt)).toEqual(['data plane', 'data plane', 'control plane']);
  for (const pattern of [...PLANES, DEFAULT]) {
    const behavior = behaviorAt(pattern) as Record<string, unknown>;
    expect(behavior).toMatchObject({ ViewerProtocolPolicy: 'https-only', Compress: false });
    // The IDs of AWS's policies CachingDisabled and AllViewerExceptHostHeader.
    expect(behavior['CachePolicyId']).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
    expect(behavior['OriginRequestPolicyId']).toBe('b689b0a8-53d0-40ab-baf2-68738e2966ac');
  }
});

test('only the paths of the console lead to its files, so no path that an API client may use answers with a page', () => {
  for (const pattern of CONSOLE) expect([pattern, originAt(pattern)]).toEqual([pattern, 'S3']);
  // This includes paths without /v1, with // or in capitals, with any method.
  expect(originAt(DEFAULT)).toBe('data plane');
  expect(behaviorAt(DEFAULT)).toMatchObject({ AllowedMethods: expect.arrayContaining(['POST', 'DELETE']) as unknown });
});

test('a browser’s preflight request reaches the data plane at every path, and its answer returns unchanged', () => {
  for (const pattern of ['/v1/*', DEFAULT]) {
    const behavior = behaviorAt(pattern) as Record<string, unknown>;
    expect(behavior['AllowedMethods']).toContain('OPTIONS');
    // CloudFront's own answers to preflight requests would be cached, and could not depend on the deployment's origins.
    expect(behavior['CachedMethods'] ?? ['GET', 'HEAD']).not.toContain('OPTIONS');
    const id = at(behavior, 'ResponseHeadersPolicyId', 'Ref') as string;
    const policy = plain.resources.get(id);
    expect(at(policy, 'Properties', 'ResponseHeadersPolicyConfig')).not.toHaveProperty('CorsConfig');
    expect(at(policy, 'Properties', 'ResponseHeadersPolicyConfig')).not.toHaveProperty('RemoveHeadersConfig');
  }
  const claims = { ...NEWEST, origin: { value: 'https://app.example.com' } };
  expect(seenBy(claims)).toMatchObject({ headers: { origin: { value: 'https://app.example.com' } } });
});

test('no function URL answers browsers itself, before the origin secret is checked', () => {
  const urls = ofType(plain, 'AWS::Lambda::Url');
  expect(urls.length).toBeGreaterThan(0);
  for (const url of urls) expect(at(url, 1, 'Properties')).not.toHaveProperty('Cors');
});

test.each([
  ['default', 'none'],
  ['example', 'https://chat.example.com'],
] as const)('the configuration %s lets the data plane answer the pages of: %s', (name, origins) => {
  const values = ofType(synthesize(name), 'AWS::Lambda::Function').flatMap(
    ([, { Properties }]) => at(Properties, 'Environment', 'Variables', 'BROWSER_ORIGINS') ?? [],
  );
  expect(values).toEqual([origins]);
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

test('promise-17 a distribution with a domain refuses handshakes older than TLS 1.3', () => {
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
const seenBy = (headers: object, uri = '/v1/models'): unknown => {
  const event = { request: { uri, headers }, viewer: { ip: '192.0.2.7' } };
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

const NEWEST = { 'cloudfront-viewer-tls': { value: 'TLSv1.3:x' } };

test('the viewer function refuses every request if CloudFront does not tell the TLS version, with a code of its own', () => {
  const codeFor = (headers: object): unknown =>
    at(JSON.parse(at(seenBy(headers), 'body') as string) as object, 'error', 'code');
  expect(codeFor({})).toBe('tls_unknown');
  expect(codeFor({ 'cloudfront-viewer-tls': { value: 'TLSv1.2:x' } })).toBe('tls_version');
});

test.each([
  ['/', '/index.html'],
  ['/signed-in', '/index.html'],
  ['/assets/console.js', '/assets/console.js'],
  ['/v1/chat/completions', '/v1/chat/completions'],
  ['/signed-in/else', '/signed-in/else'],
])('the viewer function turns the path %s into %s', (uri, file) => {
  expect(seenBy(NEWEST, uri)).toMatchObject({ uri: file });
});

const MIB = 1024 * 1024;

test.each([
  ['JSON', { 'content-type': 'application/json' }, 6 * MIB, 'refused'],
  ['JSON with a charset', { 'content-type': 'application/json; charset=utf-8' }, 6 * MIB, 'refused'],
  ['JSON', { 'content-type': 'application/json' }, 5.9 * MIB, 'passed on'],
  ['JSON without a content type, which Lambda gets in base64', {}, 4.6 * MIB, 'refused'],
  ['JSON without a content type, which Lambda gets in base64', {}, 4.4 * MIB, 'passed on'],
  ['compressed JSON', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 4.6 * MIB, 'refused'],
  ['audio', { 'content-type': 'audio/wav' }, 4.6 * MIB, 'refused'],
])('a body of %s, %j, with %d bytes is %s at the edge', (_what, named, bytes, expected) => {
  const headers: { [name: string]: { value: string } } = { ...NEWEST, 'content-length': { value: String(bytes) } };
  for (const [name, value] of Object.entries(named)) headers[name] = { value };
  const answer = seenBy(headers, '/v1/chat/completions');
  if (expected === 'passed on') expect(answer).toHaveProperty('uri');
  else expect(answer).toMatchObject({ statusCode: 413 });
});

test.each([
  ['/v1/chat/completions', {}],
  ['/v1/messages', {}],
  ['/v1/models', { 'anthropic-version': '2023-06-01' }],
])('a body that is too large for Lambda gets the error of the dialect at %s %j', (uri, named) => {
  const headers: { [name: string]: { value: string } } = { ...NEWEST, 'content-length': { value: String(10 * MIB) } };
  for (const [name, value] of Object.entries(named)) headers[name] = { value };
  const refused = new PayloadTooLarge(BINARY_BODY_BYTES_MAX);
  // The edge knows no request ID.
  const shown = JSON.parse(dialectOf(uri, named).errorBody(refused, 'req_1')) as object;
  expect(shown).toMatchObject(JSON.parse(at(seenBy(headers, uri), 'body') as string) as object);
});

test.each([
  ['/v1/responses', {}],
  ['/', {}],
  ['/api/v1/accounts', {}],
  ['/v1/messages', {}],
  ['/v1/models', { 'anthropic-version': '2023-06-01' }],
])('a WebSocket is refused at the edge with 426, in the dialect of %s %j', (uri, named) => {
  // CloudFront hides the headers `connection` and `upgrade` from its functions.
  const headers: { [name: string]: { value: string } } = {
    ...NEWEST,
    'sec-websocket-key': { value: 'dGhlIHNhbXBsZSBub25jZQ==' },
    'sec-websocket-version': { value: '13' },
  };
  for (const [name, value] of Object.entries(named)) headers[name] = { value };
  const refused = seenBy(headers, uri);
  expect(refused).toMatchObject({ statusCode: 426 });
  const shown = JSON.parse(dialectOf(uri, named).errorBody(new WebSocketRefused(), 'req_1')) as object;
  expect(shown).toMatchObject(JSON.parse(at(refused, 'body') as string) as object);
});

test('a large body for the management API is left to the management API', () => {
  const headers = { ...NEWEST, 'content-length': { value: String(10 * MIB) } };
  expect(seenBy(headers, '/api/accounts')).toHaveProperty('uri');
});

test("the viewer function passes on the client's real address, whatever the client claims", () => {
  const tls = { 'cloudfront-viewer-tls': { value: 'TLSv1.3:x' } };
  const address = { value: '192.0.2.7' };
  expect(seenBy({ ...tls, accept: { value: '*/*' } })).toMatchObject({
    headers: { ...tls, accept: { value: '*/*' }, [CLIENT_ADDRESS_HEADER]: address },
  });
  const claims = { value: '198.51.100.1', multiValue: [{ value: '198.51.100.1' }, { value: '198.51.100.2' }] };
  expect(seenBy({ ...tls, [CLIENT_ADDRESS_HEADER]: claims })).toMatchObject({
    headers: { ...tls, [CLIENT_ADDRESS_HEADER]: address },
  });
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
  // CloudFormation cannot take the value of an output apart, so the outputs are bare host names.
  const references = origins.map(
    (origin) => at(origin, 'DomainName', 'Fn::GetStackOutput') as Readonly<Record<string, string>>,
  );
  const { outputs, name } = elsewhere.stacks.service;
  const hosts = references.map(({ OutputName = '' }) => outputs[OutputName]?.Value);
  const hostOf = (output: string) => ({ 'Fn::Select': [2, { 'Fn::Split': ['/', outputs[output]?.Value] }] });
  expect(hosts).toEqual([hostOf('DataPlaneUrl'), hostOf('ControlPlaneUrl')]);
  for (const { StackName, Region } of references) expect([StackName, Region]).toEqual([name, 'eu-central-1']);
});
