import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { CatalogChanges } from '../../../lambdas/domain/catalog/catalog-changes';
import { LiveCatalog } from '../../../lambdas/domain/catalog/live-catalog';
import { Proposals } from '../../../lambdas/domain/catalog/proposals';
import type { OperatorSetting } from '../../../lambdas/contracts/storage/catalog-changes';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { recompute } from '../../../lambdas/domain/usage/recompute';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import type { FakeClient, Sent } from './fake-client';
import { completion, whole } from './fake-providers';
import { chat, GatewayStage } from './gateway-stage';

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const PROVIDERS = [
  { id: 'first', dialect: 'openai' as const, baseUrl: 'http://first.test/v1', catalog: 'list' },
  { id: 'second', dialect: 'openai' as const, baseUrl: 'http://second.test/v1', catalog: 'list' },
];
const limits = { contextTokens: 200_000, outputTokensMax: 4_000 };
const pricedAt = (input: number) =>
  catalogOf({ list: [modelOf({ id: 'chatty', ...limits, prices: [versionOf([0, { input, output: 100 }])] })] });
const COMPILED = pricedAt(10);

/** A gateway in one process and an operator in another, on one store and one clock. */
class Scene {
  readonly changes: CatalogChanges;
  readonly proposals: Proposals;
  readonly gateway: Gateway;
  readonly stage: GatewayStage;

  private constructor(stage: GatewayStage, live: LiveCatalog) {
    this.stage = stage;
    const clock = (): number => Date.now() + stage.turnedMs;
    const operator = { store: stage.engine, clock, compiled: COMPILED };
    const audit = new AuditLog(operator);
    this.changes = new CatalogChanges({ ...operator, audit });
    this.proposals = new Proposals({ ...operator, audit });
    this.gateway = new Gateway({ ...stage.dependencies, log: silentLog, catalog: live });
  }

  static async open(): Promise<Scene> {
    const stage = await GatewayStage.open();
    const clock = (): number => Date.now() + stage.turnedMs;
    const base = { list: COMPILED, providers: PROVIDERS };
    return new Scene(stage, await LiveCatalog.open({ ...base, store: stage.store, clock, log: silentLog }));
  }

  set(...settings: readonly OperatorSetting[]): Promise<unknown> {
    return this.changes.change({ settings, actor: DEPLOYMENT });
  }

  async approve(list: typeof COMPILED): Promise<void> {
    const proposal = await this.proposals.propose({ list, complete: true, actor: DEPLOYMENT });
    await this.changes.approve({ proposal, actor: DEPLOYMENT });
  }

  async send(sent: Sent): Promise<FakeClient> {
    this.stage.providers.play(whole(completion('hello', USAGE)));
    const client = this.stage.client(sent);
    await this.gateway.handle(client);
    return client;
  }

  asked(): readonly string[] {
    return this.stage.providers.calls.map(({ request }) => request.provider.id);
  }
}

const ignore = (): void => undefined;
const silentLog = { info: ignore, warn: ignore, error: ignore };
const TEN_SECONDS_MS = 10_000;

test('a provider that another process disabled receives nothing after ten seconds, and a model without a provider is not served', async () => {
  const scene = await Scene.open();
  await scene.send(chat());
  expect(scene.asked()).toEqual(['first']);
  await scene.set({ kind: 'provider', provider: 'first', enabled: false });
  scene.stage.turnedMs += TEN_SECONDS_MS;
  expect((await scene.send(chat())).status).toBe(200);
  expect(scene.asked()).toEqual(['second']);
  await scene.set({ kind: 'provider', provider: 'second', enabled: false });
  scene.stage.turnedMs += TEN_SECONDS_MS;
  expect((await scene.send(chat())).status).toBe(404);
  expect(scene.asked()).toEqual([]);
  await scene.stage.expectBalanced();
});

test('a model without an approved price is never sent to a provider, and is not listed', async () => {
  const scene = await Scene.open();
  await scene.approve(catalogOf({ list: [] }));
  scene.stage.turnedMs += 70_000;
  expect((await scene.send(chat())).status).toBe(404);
  expect(scene.asked()).toEqual([]);
  const { text } = await scene.send({ method: 'GET', path: '/v1/models' });
  expect(JSON.parse(text)).toMatchObject({ data: [] });
  await scene.stage.expectBalanced();
});

test('a provider receives its own name of the model when the client used an alias', async () => {
  const scene = await Scene.open();
  await scene.set({ kind: 'alias', alias: 'house-model', model: 'chatty' });
  scene.stage.turnedMs += TEN_SECONDS_MS;
  expect((await scene.send(chat({ model: 'house-model' }))).status).toBe(200);
  expect(scene.stage.providers.calls[0]?.json).toMatchObject({ model: 'chatty', max_tokens: 50 });
  expect(await scene.stage.records()).toMatchObject([{ model: 'chatty' }]);
});

test('a charge names the price of its time, and can be recomputed after later changes', async () => {
  const scene = await Scene.open();
  await scene.approve(COMPILED);
  scene.stage.turnedMs += 70_000;
  await scene.send(chat());
  await scene.approve(pricedAt(30));
  await scene.set({ kind: 'markup', on: 'all', basisPoints: 5_000 });
  scene.stage.turnedMs += 70_000;
  await scene.send(chat());
  await scene.approve(catalogOf({ list: [] }));
  scene.stage.turnedMs += 70_000;
  const records = (await scene.stage.records()).toReversed();
  expect(records.map(({ costPico }) => costPico)).toEqual([11n * 10n + 7n * 100n, 11n * 45n + 7n * 150n]);
  for (const record of records) {
    const version = await scene.changes.findVersion(record.priceVersion);
    expect(recompute(record, version!).matches).toBe(true);
  }
  expect(await scene.changes.findVersion('list/chatty@1970-01-01#00000000')).toBeUndefined();
  expect(await scene.changes.findVersion('list/chatty@2026-11-20T10:00:00.000Z~99')).toBeUndefined();
});

test('a request that bypasses the edge does not make the gateway read its catalog', async () => {
  const scene = await Scene.open();
  let asked = 0;
  const gateway = new Gateway({
    ...scene.stage.dependencies,
    catalog: { current: () => Promise.reject(new Error(`asked ${(asked += 1)} times`)) },
    originSecrets: () => Promise.resolve(['a secret of the edge']),
  });
  const client = scene.stage.client(chat());
  await gateway.handle(client);
  expect([client.status, asked]).toEqual([403, 0]);
});
