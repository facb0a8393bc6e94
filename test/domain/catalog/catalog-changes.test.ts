import { operatorSettingsSchema } from '../../../lambdas/contracts/storage/catalog-changes';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { CatalogStage, COMPILED, MINUTE_MS, priced } from './catalog-stage';
import { catalogOf, modelOf, versionOf } from './example-catalog';

const inputOf = async (stage: CatalogStage, name: string) => (await stage.price(name))?.tiers[0]?.picoPerToken.input;

describe('a fresh deployment', () => {
  test('a fresh deployment serves the compiled list with its own price versions', async () => {
    const stage = new CatalogStage();
    expect((await stage.price('one'))?.version).toBe('example/model@1970-01-01#00000000');
    expect(await stage.targets('one-dated')).toEqual(['alpha', 'mirror']);
    expect(await stage.changes.state()).toMatchObject({ number: 0 });
  });
});

describe('what an operator sets', () => {
  test('a disabled provider receives no requests at once, and an enabled one serves its models again', async () => {
    const stage = new CatalogStage();
    await stage.set({ kind: 'provider', provider: 'alpha', enabled: false });
    expect(await stage.targets('one')).toEqual(['mirror']);
    await stage.set({ kind: 'provider', provider: 'mirror', enabled: false });
    expect(await stage.targets('one')).toEqual([]);
    await stage.set({ kind: 'provider', provider: 'alpha', enabled: true });
    expect(await stage.targets('one')).toEqual(['alpha']);
  });

  test('a model is hidden under all its names, and shown again', async () => {
    const stage = new CatalogStage();
    await stage.set({ kind: 'hidden', model: 'one', hidden: true });
    expect([await stage.targets('one'), await stage.targets('one-dated')]).toEqual([[], []]);
    const catalog = await (await stage.open()).current();
    expect(catalog.models().map(({ id }) => id)).toEqual(['two', 'three']);
    await stage.set({ kind: 'hidden', model: 'one', hidden: false });
    expect(await stage.targets('one')).toEqual(['alpha', 'mirror']);
  });

  test('an alias is sent to the provider under the provider’s own name', async () => {
    const stage = new CatalogStage();
    await stage.set({ kind: 'alias', alias: 'fast', model: 'one-dated' });
    const catalog = await (await stage.open()).current();
    const [target] = catalog.targets('fast', 'chat');
    expect(target).toMatchObject({ model: { id: 'one' }, sentAs: 'one-dated' });
    expect(catalog.models()).toContainEqual({ id: 'fast', provider: 'alpha' });
    expect(catalog.targets('one', 'chat')[0]).not.toHaveProperty('sentAs');
    await stage.set({ kind: 'alias', alias: 'fast', model: null });
    expect(await stage.targets('fast')).toEqual([]);
  });

  test('an alias cannot be the name of a model, now or later', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    const list = { ...COMPILED, source: 'next', providers: { alpha: [priced('fast', { input: 1 })] } };
    await stage.set({ kind: 'alias', alias: 'fast', model: 'one' });
    await expect(stage.approve(list, false)).rejects.toMatchObject({ code: 'catalog_conflict' });
    await stage.set({ kind: 'alias', alias: 'fast', model: null });
    const proposal = await stage.proposals.propose({ list, complete: false, actor: DEPLOYMENT });
    const from = new Date(stage.now + 60 * MINUTE_MS).toISOString();
    await stage.changes.approve({ proposal, from, actor: DEPLOYMENT });
    await expect(stage.set({ kind: 'alias', alias: 'fast', model: 'one' })).rejects.toMatchObject({
      code: 'catalog_conflict',
    });
  });

  test('a route sends a model to certain providers in order, and to certain endpoints', async () => {
    const stage = new CatalogStage();
    await stage.set({ kind: 'route', model: 'one', route: { providers: ['mirror', 'alpha'] } });
    expect([await stage.targets('one'), await stage.targets('two')]).toEqual([
      ['mirror', 'alpha'],
      ['alpha', 'mirror'],
    ]);
    const catalog = await (await stage.open()).current();
    expect(catalog.models()).toContainEqual({ id: 'one', provider: 'mirror' });
    await stage.set({ kind: 'route', model: 'one', route: { providers: ['mirror'] } });
    expect(await stage.targets('one-dated')).toEqual(['mirror']);
    await stage.set({ kind: 'route', model: 'one', route: { providers: ['mirror'], endpoints: ['embeddings'] } });
    expect(await stage.targets('one')).toEqual([]);
    await stage.set({ kind: 'route', model: 'one', route: null });
    expect(await stage.targets('one')).toEqual(['alpha', 'mirror']);
  });

  test.each([
    [{ kind: 'provider', provider: 'gamma', enabled: false }],
    [{ kind: 'hidden', model: 'none', hidden: true }],
    [{ kind: 'alias', alias: 'fast', model: 'none' }],
    [{ kind: 'alias', alias: 'two', model: 'one' }],
    [{ kind: 'route', model: 'none', route: { providers: ['alpha'] } }],
    [{ kind: 'route', model: 'one', route: { providers: ['gamma'] } }],
  ] as const)('a setting with an unknown name is refused: %j', async (setting) => {
    const stage = new CatalogStage();
    await expect(stage.set(setting as never)).rejects.toMatchObject({ code: 'catalog_conflict', status: 409 });
    expect(await stage.events()).toEqual([]);
  });

  test.each([
    [{ kind: 'provider', provider: 'alpha', enabled: true, baseUrl: 'https://other.example' }],
    [{ kind: 'markup', on: 'all', basisPoints: 0.5 }],
    [{ kind: 'markup', on: 'all', basisPoints: -1 }],
    [{ kind: 'price', list: 'alpha', model: 'one', version: 'v', tiers: [] }],
    [{ kind: 'alias', alias: 'two\nlines', model: 'one' }],
    [{ kind: 'route', model: 'one', route: { providers: ['alpha', 'alpha'] } }],
  ])('a setting that does not match the schema is refused: %j', (setting) => {
    expect(operatorSettingsSchema.safeParse([setting]).success).toBe(false);
  });

  test('a change is recorded in the deployment’s chain with its actor and time', async () => {
    const stage = new CatalogStage();
    await stage.set({ kind: 'provider', provider: 'alpha', enabled: false });
    await stage.adopt();
    const events = await stage.events();
    expect(events.map(({ action, target }) => [action, target.replace(/^pro_.*/, 'pro')])).toEqual([
      ['catalog.change', 'catalog@1'],
      ['catalog.change', 'pro'],
      ['catalog.approve', 'catalog@2'],
    ]);
    const { items, next } = await stage.changes.page({ limit: 1 });
    expect(items).toMatchObject([{ number: 2, action: 'catalog.approve' }]);
    expect((await stage.changes.page({ limit: 1, after: next })).items).toMatchObject([{ number: 1 }]);
  });

  test('a change needs the version that was read', async () => {
    const stage = new CatalogStage();
    const change = (version: number) =>
      stage.changes.change({
        settings: [{ kind: 'provider' as const, provider: 'alpha', enabled: false }],
        actor: DEPLOYMENT,
        version,
      });
    await change(0);
    await expect(change(0)).rejects.toMatchObject({ code: 'version_mismatch', status: 412 });
    stage.store.plan(() => stage.set({ kind: 'provider', provider: 'beta', enabled: false }));
    await expect(change(1)).rejects.toMatchObject({ code: 'version_mismatch' });
    expect((await stage.changes.state()).number).toBe(2);
    expect((await stage.events()).map(({ target }) => target)).toEqual(['catalog@1', 'catalog@2']);
  });

  test('a change whose reply was lost is made once', async () => {
    const stage = new CatalogStage();
    stage.store.plan('lost reply');
    await stage.set({ kind: 'provider', provider: 'alpha', enabled: false });
    expect((await stage.changes.page({ limit: 10 })).items).toHaveLength(1);
  });

  test('a scheduled change replaces everything that was scheduled from its start on', async () => {
    const stage = new CatalogStage();
    const at = (minutes: number) => new Date(stage.now + minutes * MINUTE_MS).toISOString();
    const disable = { kind: 'provider' as const, provider: 'alpha', enabled: false };
    await stage.changes.change({ settings: [disable], from: at(10), actor: DEPLOYMENT });
    const live = await stage.open();
    expect((await live.current()).targets('one', 'chat')).toHaveLength(2);
    stage.now += 10 * MINUTE_MS;
    expect((await live.current()).targets('one', 'chat')).toHaveLength(1);
    const later = stage.changes.change({ settings: [disable], from: at(-1), actor: DEPLOYMENT });
    await expect(later).rejects.toMatchObject({ code: 'begins_too_soon' });
    await stage.changes.change({ settings: [disable], from: at(9), actor: DEPLOYMENT });
    await stage.set({ ...disable, enabled: true });
    stage.now += 10 * MINUTE_MS;
    expect(await stage.targets('one')).toEqual(['alpha', 'mirror']);
  });
});

describe('a price list', () => {
  test('a proposal changes nothing until it is approved, and then after a minute', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    expect((await stage.price('one'))?.version).toMatch(/^alpha\/one@2026-11-20T10:01:00\.000Z~1$/);
    const dearer = catalogOf({ alpha: [priced('one', { input: 11, output: 20 })] });
    const proposal = await stage.proposals.propose({ list: dearer, complete: false, actor: DEPLOYMENT });
    expect(await inputOf(stage, 'one')).toBe(10);
    await stage.changes.approve({ proposal, actor: DEPLOYMENT });
    stage.now += MINUTE_MS - 1;
    expect(await inputOf(stage, 'one')).toBe(10);
    stage.now += 1;
    expect(await inputOf(stage, 'one')).toBe(11);
    expect(await inputOf(stage, 'two')).toBe(3);
  });

  test('the first approval is of a whole list, so that approving one model does not lose the others', async () => {
    const stage = new CatalogStage();
    const refused = { code: 'catalog_not_adopted', status: 409 };
    await expect(stage.approve(COMPILED, false)).rejects.toMatchObject(refused);
    await expect(stage.approve(catalogOf({ alpha: [modelOf({ id: 'one' })] }))).rejects.toMatchObject(refused);
    await expect(stage.set({ kind: 'markup', on: 'all', basisPoints: 1 })).rejects.toMatchObject(refused);
    const proposal = await stage.proposals.propose({ list: COMPILED, complete: true, actor: DEPLOYMENT });
    const partial = stage.changes.approve({ proposal, models: ['alpha/one'], actor: DEPLOYMENT });
    await expect(partial).rejects.toMatchObject(refused);
    await stage.changes.approve({ proposal, actor: DEPLOYMENT });
  });

  test('the list of a newer deployment does not change approved prices', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    const newer = catalogOf({
      ...COMPILED.providers,
      alpha: [priced('one', { input: 99 }), priced('new', { input: 1 })],
    });
    const { LiveCatalog } = await import('../../../lambdas/domain/catalog/live-catalog');
    const { clock, log, engine: store } = stage;
    const providers = [{ id: 'alpha', dialect: 'openai' as const, baseUrl: 'https://alpha.example/v1' }];
    const live = await LiveCatalog.open({ store, clock, log, list: newer, providers });
    const catalog = await live.current();
    expect(catalog.targets('new', 'chat')).toEqual([]);
    expect(catalog.targets('two', 'chat')).toHaveLength(1);
    expect(catalog.targets('one', 'chat')[0]?.model.prices.at(-1)?.tiers[0]?.picoPerToken.input).toBe(10);
  });

  test('a list is approved model by model, and approving it again has no effect', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    const list = catalogOf({
      ...COMPILED.providers,
      alpha: [priced('one', { input: 11 }), priced('new', { input: 5 })],
    });
    const proposal = await stage.proposals.propose({ list, complete: true, actor: DEPLOYMENT });
    const approve = (...models: string[]) => stage.changes.approve({ proposal, models, actor: DEPLOYMENT });
    await expect(approve('alpha/none')).rejects.toMatchObject({ code: 'catalog_conflict' });
    await approve('alpha/new', 'alpha/two');
    stage.now += MINUTE_MS;
    expect([await inputOf(stage, 'one'), await inputOf(stage, 'new'), await inputOf(stage, 'two')]).toEqual([
      10,
      5,
      undefined,
    ]);
    const { number } = await approve('alpha/new');
    expect(number).toBe(2);
    await stage.approve(COMPILED);
    stage.now += MINUTE_MS;
    expect(await inputOf(stage, 'two')).toBe(3);
  });

  test('a model whose price has not begun is not served', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    const from = new Date(stage.now + 5 * MINUTE_MS).toISOString();
    const future = modelOf({ id: 'future', prices: [{ ...versionOf([0, { input: 4 }]), from }] });
    await stage.approve(catalogOf({ alpha: [future] }), false);
    const live = await stage.open();
    stage.now += 4 * MINUTE_MS;
    expect((await live.current()).endpointsOf('future')).toEqual([]);
    stage.now += MINUTE_MS;
    expect((await live.current()).endpointsOf('future')).toEqual(['chat']);
  });

  test('a proposal that names a model twice, or an unknown list, is refused', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    const refused = { code: 'catalog_conflict' };
    await expect(stage.approve(catalogOf({ gamma: [] }), false)).rejects.toMatchObject(refused);
    const twice = catalogOf({ alpha: [modelOf({ id: 'a', aliases: ['b'] }), modelOf({ id: 'b' })] });
    await expect(stage.approve(twice, false)).rejects.toMatchObject(refused);
    // The conflict arises only with a model that is already there.
    const taken = catalogOf({ alpha: [modelOf({ id: 'new', aliases: ['two'] })] });
    await expect(stage.approve(taken, false)).rejects.toMatchObject(refused);
    expect((await stage.changes.state()).number).toBe(1);
  });

  test('a proposal with an invalid source, version or model name is refused', async () => {
    const stage = new CatalogStage();
    const named = (version: string) =>
      catalogOf({ alpha: [modelOf({ id: 'a', prices: [{ ...versionOf([0, { input: 1 }]), version }] })] });
    const lists = [
      { ...COMPILED, source: 'two\nlines' },
      { ...COMPILED, source: 's'.repeat(201) },
      catalogOf({ alpha: [modelOf({ id: 'a b' })] }),
      catalogOf({ alpha: [modelOf({ id: 'a', aliases: ['\u202e'] })] }),
      named('v v'),
      named('v'.repeat(201)),
    ];
    for (const list of lists) await expect(stage.approve(list)).rejects.toMatchObject({ code: 'catalog_conflict' });
    expect((await stage.proposals.page({ limit: 1 })).items).toEqual([]);
  });

  test('a proposal is stored under an id and listed', async () => {
    const stage = new CatalogStage();
    const proposal = await stage.proposals.propose({ list: COMPILED, complete: true, actor: DEPLOYMENT });
    expect(await stage.proposals.get(proposal.id)).toEqual(proposal);
    expect((await stage.proposals.page({ limit: 10 })).items).toEqual([proposal]);
    for (const id of ['pro_01JD0000000000000000000000', 'head', ''])
      await expect(stage.proposals.get(id)).rejects.toMatchObject({ code: 'proposal_not_found', status: 404 });
  });

  test('a price begins only when every process knows it, whatever the clock says', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    const list = catalogOf({ alpha: [priced('one', { input: 12 })] });
    const proposal = await stage.proposals.propose({ list, complete: false, actor: DEPLOYMENT });
    const approve = (ms: number) =>
      stage.changes.approve({ proposal, from: new Date(ms).toISOString(), actor: DEPLOYMENT });
    await expect(approve(stage.now + MINUTE_MS - 1)).rejects.toMatchObject({ code: 'begins_too_soon' });
    // The clock falls behind the last change.
    const last = stage.now - MINUTE_MS;
    stage.now -= 60 * MINUTE_MS;
    await expect(approve(last + MINUTE_MS - 1)).rejects.toMatchObject({ code: 'begins_too_soon' });
    await approve(last + MINUTE_MS);
  });
});

describe('a markup', () => {
  test('a markup makes new price versions, rounded up, and the most specific markup counts', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    await stage.set(
      { kind: 'markup', on: 'all', basisPoints: 1_000 },
      { kind: 'markup', on: 'alpha', basisPoints: 2_500 },
      { kind: 'markup', on: 'alpha/two', basisPoints: 0 },
    );
    stage.now += MINUTE_MS;
    expect((await stage.price('one'))?.tiers[0]?.picoPerToken).toEqual({ input: 13, output: 25 });
    expect((await stage.price('two'))?.version).toMatch(/~1$/);
    expect((await stage.price('three', 'messages'))?.tiers[0]?.picoPerToken).toEqual({ input: 8, output: 10 });
    await stage.set({ kind: 'markup', on: 'alpha', basisPoints: null });
    stage.now += MINUTE_MS;
    expect((await stage.price('one'))?.tiers[0]?.picoPerToken).toEqual({ input: 11, output: 22 });
  });

  test('a markup also applies to lists that are approved later', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    await stage.set({ kind: 'markup', on: 'all', basisPoints: 10_000 });
    await stage.approve(catalogOf({ alpha: [priced('one', { input: 100 }), priced('new', { input: 1 })] }), false);
    stage.now += MINUTE_MS;
    expect([await inputOf(stage, 'one'), await inputOf(stage, 'new')]).toEqual([200, 2]);
  });

  test('a markup that makes a price too large is refused', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    await stage.approve(catalogOf({ alpha: [priced('one', { input: Number.MAX_SAFE_INTEGER })] }), false);
    await expect(stage.set({ kind: 'markup', on: 'all', basisPoints: 1 })).rejects.toMatchObject({ status: 409 });
  });

  test('a markup on an unknown model or list is refused', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    for (const on of ['gamma', 'alpha/none', 'beta/one'])
      await expect(stage.set({ kind: 'markup', on, basisPoints: 1 })).rejects.toMatchObject({ status: 409 });
  });
});
