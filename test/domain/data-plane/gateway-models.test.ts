import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { PRICE_LIST } from '../../../lambdas/domain/catalog/price-list';
import { PUBLISHED_MODELS } from '../../../lambdas/domain/catalog/published-models';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import type { FakeClient } from './fake-client';
import { GatewayStage } from './gateway-stage';

const ANTHROPIC = { 'anthropic-version': '2023-06-01' };
const OPENAI_PROVIDER = { id: 'openai', dialect: 'openai', baseUrl: 'http://openai.test/v1' } as const;
const ANTHROPIC_PROVIDER = { id: 'anthropic', dialect: 'anthropic', baseUrl: 'http://anthropic.test' } as const;

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.expectBalanced());

/** Asks a gateway that serves the real price list. */
async function ask(path: string, { query = '', headers = {}, catalog = served } = {}): Promise<FakeClient> {
  const gateway = new Gateway({ ...stage.dependencies, catalog });
  const client = stage.client({ method: 'GET', path, query, headers });
  await gateway.handle(client);
  return client;
}

const served = new Catalog(PRICE_LIST, [OPENAI_PROVIDER, ANTHROPIC_PROVIDER]);

interface Listed {
  readonly data: readonly { readonly id: string; readonly created?: number; readonly created_at?: string }[];
  readonly has_more?: boolean;
  readonly first_id?: string | null;
  readonly last_id?: string | null;
}

const list = async (options: Parameters<typeof ask>[1] = {}): Promise<Listed> =>
  (await ask('/v1/models', options)).json as Listed;
const idsIn = ({ data }: Listed): string[] => data.map(({ id }) => id);

describe('the names in a list of models', () => {
  test('every name of the compiled price list has been looked up', () => {
    const names = Object.values(PRICE_LIST.providers).flatMap((models) =>
      models.flatMap(({ id, aliases }) => [id, ...aliases]),
    );
    // Run "npm run published" to update the file.
    expect([...PUBLISHED_MODELS.keys()]).toEqual(names);
  });

  test('a list names what the providers serve, and no spelling that only a price source knows', async () => {
    const ids = idsIn(await list());
    expect(ids).toEqual(
      expect.arrayContaining(['gpt-4o-mini', 'gpt-6-sol', 'claude-opus-5', 'text-embedding-3-small']),
    );
    for (const unknown of ['gpt-5-4', 'gpt-35-turbo', 'claude-3-haiku', 'claude-v1', 'o3-mini-high'])
      expect(ids).not.toContain(unknown);
  });

  test('a name that is not listed can still be looked up, because a client may send it', async () => {
    expect((await ask('/v1/models/gpt-5-4')).json).toMatchObject({ id: 'gpt-5-4', object: 'model' });
  });

  test('a list names no model of a provider that the deployment has no key for', async () => {
    const ids = idsIn(await list({ catalog: new Catalog(PRICE_LIST, [OPENAI_PROVIDER]) }));
    expect(ids).toContain('gpt-4o-mini');
    expect(ids.filter((id) => id.startsWith('claude-'))).toEqual([]);
  });

  test('an alias of the deployment is listed under its own name, with the date of its model', async () => {
    const aliases = new Map([
      ['house', 'gpt-4o-mini'],
      ['old-house', 'claude-v1'],
    ]);
    const rules = { disabled: new Set<string>(), hidden: new Set<string>(), aliases, routes: new Map<string, never>() };
    const { data } = await list({ catalog: new Catalog(PRICE_LIST, [OPENAI_PROVIDER, ANTHROPIC_PROVIDER], rules) });
    const created = data.find(({ id }) => id === 'gpt-4o-mini')?.created;
    expect(data).toContainEqual({ id: 'house', object: 'model', created, owned_by: 'openai' });
    expect(data).toContainEqual({ id: 'old-house', object: 'model', owned_by: 'anthropic' });
  });
});

describe('the dates in a list of models', () => {
  test('a list begins with the newest model, and each date is the day of its release', async () => {
    const { data } = await list();
    expect(data).toContainEqual({ id: 'gpt-4o-mini', object: 'model', created: 1_721_260_800, owned_by: 'openai' });
    const dates = data.flatMap(({ created }) => created ?? []);
    expect(dates).toEqual(dates.toSorted((one, other) => other - one));
    expect(Math.min(...dates)).toBeGreaterThan(Date.parse('2020-01-01') / 1_000);
  });

  test('a model whose release date is unknown has no date in OpenAI’s form, and the epoch in Anthropic’s', async () => {
    expect((await ask('/v1/models/gpt-audio-1.5')).json).not.toHaveProperty('created');
    const own = await stage.send({ method: 'GET', path: '/v1/models/claude', headers: ANTHROPIC });
    expect(own.json).toMatchObject({ id: 'claude', created_at: '1970-01-01T00:00:00Z' });
  });
});

describe('Anthropic’s form of the list', () => {
  const page = (query = ''): Promise<Listed> => list({ query, headers: ANTHROPIC });

  test('Anthropic’s form lists only what /v1/messages takes, under the names that people read', async () => {
    const { data } = await page('limit=1000');
    expect(data.every(({ id }) => served.endpointsOf(id).includes('messages'))).toBe(true);
    expect(data).toContainEqual({
      type: 'model',
      id: 'claude-opus-5',
      display_name: 'Claude Opus 5',
      created_at: '2026-07-24T00:00:00Z',
    });
    const other = await ask('/v1/models/gpt-4o-mini', { headers: ANTHROPIC });
    expect([other.status, other.json]).toMatchObject([404, { error: { type: 'not_found_error' } }]);
  });

  test('the pages of Anthropic’s form follow one another forwards and backwards', async () => {
    const ids = idsIn(await page('limit=1000'));
    expect(ids.length).toBeGreaterThan(6);
    expect(await page('limit=3')).toMatchObject({ has_more: true, first_id: ids[0], last_id: ids[2] });
    const second = await page(`limit=3&after_id=${ids[2]}`);
    expect(idsIn(second)).toEqual(ids.slice(3, 6));
    expect(second).toMatchObject({ has_more: true, first_id: ids[3], last_id: ids[5] });
    const last = await page(`limit=1000&after_id=${ids[3]}`);
    expect([idsIn(last), last.has_more]).toEqual([ids.slice(4), false]);
    const back = await page(`limit=2&before_id=${ids[5]}`);
    expect([idsIn(back), back.has_more]).toEqual([ids.slice(3, 5), true]);
    const first = await page(`limit=9&before_id=${ids[2]}`);
    expect([idsIn(first), first.has_more]).toEqual([ids.slice(0, 2), false]);
  });

  test('a page beyond the end of Anthropic’s form is empty', async () => {
    const { last_id: last } = await page('limit=1000');
    expect(await page(`after_id=${last}`)).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });

  test('Anthropic’s form has 20 models on a page unless the client asks for more', async () => {
    const many = Array.from({ length: 25 }, (_, index) => `claude-model-${index}`);
    const aliases = new Map(many.map((alias) => [alias, 'claude-opus-5']));
    const rules = { disabled: new Set<string>(), hidden: new Set<string>(), aliases, routes: new Map<string, never>() };
    const catalog = new Catalog(PRICE_LIST, [ANTHROPIC_PROVIDER], rules);
    const { data, has_more: more } = await list({ headers: ANTHROPIC, catalog });
    expect([data.length, more]).toEqual([20, true]);
  });

  test.each([
    ['limit=0', 'limit must be'],
    ['limit=1001', 'limit must be'],
    ['limit=-1', 'limit must be'],
    ['limit=2.5', 'limit must be'],
    ['limit=', 'limit must be'],
    ['limit=ten', 'limit must be'],
    ['after_id=nothing', 'after_id must be'],
    ['before_id=', 'before_id must be'],
    ['before_id=gpt-4o-mini', 'before_id must be'],
    ['after_id=claude-opus-5&before_id=claude-opus-4-8', 'cannot be combined'],
  ])('the query ?%s is refused in Anthropic’s form', async (query, message) => {
    const client = await ask('/v1/models', { query, headers: ANTHROPIC });
    expect([client.status, client.json]).toMatchObject([
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: expect.stringContaining(message) as string } },
    ]);
  });

  test('OpenAI’s form lists everything at once, whatever the query says', async () => {
    expect(idsIn(await list({ query: 'limit=1&after_id=x' }))).toEqual(idsIn(await list()));
  });
});
