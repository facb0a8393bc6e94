import { PRICE_LIST } from '../../lambdas/domain/catalog/price-list';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { CatalogChanges } from '../../lambdas/domain/catalog/catalog-changes';
import { LiveCatalog } from '../../lambdas/domain/catalog/live-catalog';
import { Proposals } from '../../lambdas/domain/catalog/proposals';
import { CatalogStage } from '../domain/catalog/catalog-stage';
import { describeDurableEngines, startStage } from './table-store-engines';

const PROVIDERS = [{ id: 'openai', dialect: 'openai' as const, baseUrl: 'https://api.openai.com/v1' }];

/** Runs the catalog's transactions on each real engine; their rules are tested in test/domain. */
describeDurableEngines('the catalog on', (engine) => {
  let stage: CatalogStage;
  let stop: () => Promise<void>;
  beforeEach(async () => ({ stage, stop } = await startStage(engine, CatalogStage)));
  afterEach(() => stop());

  test('the whole compiled list is approved, marked up and read again, each in one transaction', async () => {
    const { store, clock, audit, log } = stage;
    const parts = { store, clock, audit, compiled: PRICE_LIST };
    const changes = new CatalogChanges(parts);
    const proposals = new Proposals(parts);
    const proposal = await proposals.propose({ list: PRICE_LIST, complete: true, actor: DEPLOYMENT });
    expect(await proposals.get(proposal.id)).toEqual(proposal);
    await changes.approve({ proposal, actor: DEPLOYMENT });
    await changes.change({ settings: [{ kind: 'markup', on: 'all', basisPoints: 1_250 }], actor: DEPLOYMENT });
    stage.now += 60_000;
    const live = await LiveCatalog.open({ store, clock, log, list: PRICE_LIST, providers: PROVIDERS });
    const [target] = (await live.current()).targets('gpt-4o-mini', 'chat');
    const version = target?.model.prices.at(-1);
    expect(version?.tiers[0]?.picoPerToken).toMatchObject({ input: 168_750, output: 675_000 });
    expect(await changes.findVersion(version!.version)).toEqual(version);
    expect((await changes.page({ limit: 10 })).items.map(({ number }) => number)).toEqual([2, 1]);
    expect(await stage.events()).toHaveLength(3);
  });

  test('only one of several concurrent changes of one version succeeds', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, (_, number) => stage.set({ kind: 'alias', alias: `alias-${number}`, model: 'one' })),
    );
    const made = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(made).toBeGreaterThanOrEqual(1);
    expect((await stage.changes.state()).number).toBe(made);
    expect(await stage.events()).toHaveLength(made);
  });
});
