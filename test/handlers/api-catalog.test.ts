import type { Asked } from './api-stage';
import { ApiStage } from './api-stage';
import { catalogOf, modelOf, versionOf } from '../domain/catalog/example-catalog';

const COMPILED = catalogOf({
  alpha: ['one', 'three', 'two'].map((id) => modelOf({ id, prices: [versionOf([0, { input: 10, output: 20 }])] })),
});
const CATALOG = '/v1/catalog';
const PROPOSALS = `${CATALOG}/proposals`;

let stage: ApiStage;
beforeEach(async () => {
  stage = await ApiStage.open({ compiled: COMPILED, providerIds: ['alpha'] });
});

const ask = (asked: Partial<Asked>) => stage.ask({ method: 'GET', path: CATALOG, as: 'operator', ...asked });
const change = (body: object, etag: string) => ask({ method: 'PATCH', body, headers: { 'if-match': etag } });
const approve = (proposalId: unknown, etag: string, body: object = {}) =>
  ask({
    method: 'POST',
    path: `${PROPOSALS}/${String(proposalId)}/approve`,
    body,
    headers: { 'if-match': etag },
  });
const propose = async (body: object) => (await ask({ method: 'POST', path: PROPOSALS, body })).body['id'];

test('a change of the catalog must name its version', async () => {
  const { headers, body } = await ask({});
  expect([headers['etag'], body]).toEqual(['"0"', { version: 0, approved: false, compiledDiffersIn: 0, settings: [] }]);
  const settings = [{ kind: 'provider', provider: 'alpha', enabled: false }];
  expect(await ask({ method: 'PATCH', body: { settings } })).toMatchObject({ status: 428 });
  expect(await change({ settings }, '"0"')).toMatchObject({
    status: 200,
    body: { version: 1 },
    headers: { etag: '"1"' },
  });
  expect(await change({ settings }, '"0"')).toMatchObject({ status: 412 });
  const from = new Date(stage.now).toISOString();
  expect((await ask({})).body).toMatchObject({ version: 1, settings: [{ from, setting: settings[0] }] });
  const { body: changes } = await ask({ path: `${CATALOG}/changes` });
  // Changes are kept forever, so they do not name the actor; the audit log does.
  expect(JSON.stringify(changes)).not.toContain('per_');
  expect(changes['items']).toMatchObject([{ number: 1, action: 'catalog.change', settings: [{ from }], models: [] }]);
});

test('a proposal is reviewed with its differences, and approved at the version that was read', async () => {
  const whole = await propose({});
  expect(await approve(whole, '"0"')).toMatchObject({ status: 200, body: { version: 1 } });
  stage.now += 60_000;
  const dearer = modelOf({ id: 'one', prices: [versionOf([0, { input: 11, output: 20 }])] });
  const proposalId = await propose({ list: catalogOf({ alpha: [dearer] }) });
  const { body: review, headers } = await ask({ path: `${PROPOSALS}/${String(proposalId)}` });
  const from = new Date(stage.now + 60_000).toISOString();
  const prices = [{ from, abovePromptTokens: 0, unit: 'input', beforePico: '10', afterPico: '11' }];
  expect(review).toMatchObject({
    version: 1,
    complete: false,
    source: 'example',
    models: 1,
    differences: [{ list: 'alpha', model: 'one', kind: 'changed', definition: [], prices }],
  });
  expect(await approve(proposalId, headers['etag']!, { models: ['alpha/two'] })).toMatchObject({
    status: 409,
    body: { code: 'catalog_conflict' },
  });
  expect(await approve(proposalId, headers['etag']!, { from: '2026-01-01T00:00:00Z' })).toMatchObject({
    status: 409,
    body: { code: 'begins_too_soon' },
  });
  expect(await approve(proposalId, headers['etag']!)).toMatchObject({ status: 200, body: { version: 2 } });
  stage.now += 60_000;
  const { body: first } = await ask({ path: `${CATALOG}/models`, query: 'limit=2' });
  expect(first['items']).toMatchObject([
    {
      list: 'alpha',
      model: 'one',
      basisPoints: 0,
      priceVersion: `alpha/one@${from}~2`,
      tiers: [{ abovePromptTokens: 0, picoPerToken: { input: '11' }, costPicoPerToken: { input: '11' } }],
    },
    { model: 'three' },
  ]);
  const { body: second } = await ask({ path: `${CATALOG}/models`, query: `limit=2&after=${String(first['next'])}` });
  expect(second).toMatchObject({ items: [{ model: 'two' }] });
  expect(second).not.toHaveProperty('next');
  const { body: proposals } = await ask({ path: PROPOSALS });
  expect(proposals['items']).toMatchObject([{ id: proposalId }, { id: whole, complete: true, models: 3 }]);
});

test('operators’ changes of prices are in the deployment’s audit log', async () => {
  const proposalId = await propose({});
  await approve(proposalId, '"0"');
  const { body } = await ask({ path: '/v1/audit' });
  expect((body['items'] as object[]).slice(0, 2)).toMatchObject([
    { action: 'catalog.approve', target: 'catalog@1', actor: `operator:${stage.person('operator')}` },
    { action: 'catalog.change', target: proposalId },
  ]);
});

test.each([
  [{ settings: [{ kind: 'provider', provider: 'alpha', enabled: false, baseUrl: 'https://elsewhere.example' }] }],
  [{ settings: [{ kind: 'price', list: 'alpha', model: 'one', version: 'v', tiers: [] }] }],
  [{ settings: [{ kind: 'markup', on: 'all', basisPoints: 100_001 }] }],
  [{ settings: [], from: '2027-01-01T00:00:00Z' }],
  [{ settings: [{ kind: 'alias', alias: '__proto__ x', model: 'one' }] }],
])('%j is not a valid change', async (body) => {
  expect(await change(body, '*')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
});

test('names such as constructor and toString are ordinary names', async () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    expect(await change({ settings: [{ kind: 'alias', alias: name, model: 'one' }] }, '*')).toMatchObject({
      status: 200,
    });
    expect(await change({ settings: [{ kind: 'hidden', model: name, hidden: true }] }, '*')).toMatchObject({
      status: 409,
    });
  }
  const list = { source: 'x', providers: { constructor: [] } };
  expect(await ask({ method: 'POST', path: PROPOSALS, body: { list } })).toMatchObject({ status: 409 });
});
