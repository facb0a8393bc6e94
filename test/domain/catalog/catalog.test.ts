import { type ProviderSettings, providerSettingsSchema } from '../../../lambdas/contracts/storage/catalog';
import { Catalog, mergeCatalogs } from '../../../lambdas/domain/catalog/catalog';
import { CatalogInvalid } from '../../../lambdas/domain/catalog/catalog-errors';
import { catalogOf, modelOf } from './example-catalog';

const alpha: ProviderSettings = { id: 'alpha', dialect: 'openai', baseUrl: 'https://alpha.example/v1' };
const beta: ProviderSettings = { id: 'beta', dialect: 'openai', baseUrl: 'https://beta.example/v1' };
const mirror: ProviderSettings = {
  id: 'mirror',
  dialect: 'openai',
  baseUrl: 'https://mirror.example/v1',
  catalog: 'alpha',
};

const data = catalogOf({
  alpha: [modelOf({ id: 'one', aliases: ['one-2026-01-01'] }), modelOf({ id: 'vectors', endpoints: ['embeddings'] })],
  beta: [modelOf({ id: 'one' }), modelOf({ id: 'two', endpoints: ['chat', 'messages'] })],
});

const served = (catalog: Catalog, name: string) =>
  catalog.targets(name, 'chat').map(({ provider, model }) => [provider.id, model.id]);

describe('the catalog', () => {
  test('the catalog finds a model under each of its exact names', () => {
    const catalog = new Catalog(data, [alpha]);
    expect(served(catalog, 'one')).toEqual([['alpha', 'one']]);
    expect(served(catalog, 'one-2026-01-01')).toEqual([['alpha', 'one']]);
  });

  test.each(['one-', 'One', 'one-2026-01-02', 'on', '', 'constructor', '__proto__'])(
    'the catalog does not know the name %j',
    (name) => {
      const catalog = new Catalog(data, [alpha, beta]);
      expect(catalog.targets(name, 'chat')).toEqual([]);
      expect(catalog.endpointsOf(name)).toEqual([]);
    },
  );

  test('providers are tried in the order in which they are configured', () => {
    expect(served(new Catalog(data, [alpha, beta]), 'one')).toEqual([
      ['alpha', 'one'],
      ['beta', 'one'],
    ]);
    expect(served(new Catalog(data, [beta, alpha]), 'one')).toEqual([
      ['beta', 'one'],
      ['alpha', 'one'],
    ]);
  });

  test('the catalog contains only models of configured providers', () => {
    expect(served(new Catalog(data, [alpha]), 'two')).toEqual([]);
  });

  test('the catalog distinguishes a model requested at the wrong endpoint from an unknown one', () => {
    const catalog = new Catalog(data, [alpha, beta]);
    expect(catalog.targets('vectors', 'chat')).toEqual([]);
    expect(catalog.endpointsOf('vectors')).toEqual(['embeddings']);
    expect(catalog.endpointsOf('two')).toEqual(['chat', 'messages']);
  });

  test('a provider may use the price list of another', () => {
    expect(served(new Catalog(data, [mirror]), 'one')).toEqual([['mirror', 'one']]);
  });

  test('the catalog lists each name once, with its first provider', () => {
    const listed = new Catalog(data, [beta, alpha]).models();
    expect(listed).toEqual([
      { id: 'one', provider: 'beta' },
      { id: 'two', provider: 'beta' },
      { id: 'one-2026-01-01', provider: 'alpha' },
      { id: 'vectors', provider: 'alpha' },
    ]);
  });

  test.each(['gamma', 'toString'])('a provider with the missing price list %j is refused', (list) => {
    expect(() => new Catalog(data, [{ ...alpha, catalog: list }])).toThrow(CatalogInvalid);
  });

  test('a price list that names a model twice is refused', () => {
    const twice = catalogOf({ alpha: [modelOf({ id: 'one' }), modelOf({ id: 'other', aliases: ['one'] })] });
    expect(() => new Catalog(twice, [alpha])).toThrow('names one twice');
  });

  test('merged catalogs contain the models of both', () => {
    const merged = mergeCatalogs(
      data,
      catalogOf({ demo: [modelOf({ id: 'demo', endpoints: ['chat', 'messages', 'embeddings'] })] }),
    );
    const catalog = new Catalog(merged, [alpha, { ...alpha, id: 'demo' }]);
    expect(catalog.endpointsOf('demo')).toEqual(['chat', 'messages', 'embeddings']);
    expect(served(catalog, 'one')).toEqual([['alpha', 'one']]);
  });

  test('provider settings with unknown members are refused', () => {
    expect(providerSettingsSchema.parse(mirror)).toEqual(mirror);
    const paced = { ...mirror, pace: { delivery: 'buffered', models: { one: { burstTokens: 64 } } } };
    expect(providerSettingsSchema.parse(paced)).toEqual(paced);
    expect(providerSettingsSchema.safeParse({ ...alpha, pace: { delivery: 'slow' } }).success).toBe(false);
    expect(providerSettingsSchema.safeParse({ ...alpha, apiKey: 'secret' }).success).toBe(false);
    expect(providerSettingsSchema.safeParse({ ...alpha, baseUrl: 'nowhere' }).success).toBe(false);
  });
});
