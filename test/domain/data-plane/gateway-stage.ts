import { monotonicFactory } from 'ulid';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { KeyRules } from '../../../lambdas/contracts/http/key-rules';
import type { UsageRecord } from '../../../lambdas/contracts/storage/usage-record';
import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { holdPartition } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { KnownSpendingRules } from '../../../lambdas/domain/keys/spending/known-spending-rules';
import type { ShownKey } from '../../../lambdas/domain/keys/new-key';
import type { Log } from '../../../lambdas/domain/log';
import { Cancellations } from '../../../lambdas/domain/data-plane/cancellations';
import { freeLimit } from '../../../lambdas/domain/data-plane/free/serve-free';
import type { GatewayDependencies } from '../../../lambdas/domain/data-plane/gateway';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { IdempotencyKeys } from '../../../lambdas/domain/data-plane/idempotency/idempotency-keys';
import { byKey } from '../../../lambdas/domain/data-plane/identify-caller';
import { Receipts } from '../../../lambdas/domain/receipts/receipts';
import { UsageRecords } from '../../../lambdas/domain/usage/records/usage-records';
import type { Balance } from '../../../lambdas/domain/wallet/balance/balance';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { everyAccount } from '../../../lambdas/domain/accounts/directory';
import { verifyLedger } from '../../../lambdas/domain/wallet/verify/verify-ledger';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import { FaultyStore } from '../wallet/faulty-store';
import { outcomeOf } from '../wallet/wallet-stage';
import { FakeClient, type Sent } from './fake-client';
import { type FakeCall, FakeProviders, type Play, silent } from './fake-providers';
import { MortalStore } from './mortal-store';

const ACCOUNT = 'acc_01JD0000000000000000000000';
/** Ten pico-dollars per input token, a hundred per output token. */
export const INPUT_PICO = 10n;
export const OUTPUT_PICO = 100n;
/** The usage that providers report for most requests, and its cost. */
export const USAGE = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
export const COST_PICO = 7n * INPUT_PICO + 2n * OUTPUT_PICO;
const FUNDS_PICO = 1_000_000_000n;
const PRICES = { input: Number(INPUT_PICO), output: Number(OUTPUT_PICO) };
const USAGE_RETENTION_DAYS = 90;
const ulid = monotonicFactory();

const MODELS = [
  modelOf({
    id: 'chatty',
    contextTokens: 200_000,
    outputTokensMax: 4_000,
    endpoints: ['chat', 'responses'],
    prices: [versionOf([0, PRICES])],
  }),
  modelOf({
    id: 'dearer-soon',
    contextTokens: 200_000,
    outputTokensMax: 4_000,
    endpoints: ['chat'],
    prices: [
      { ...versionOf([0, PRICES]), version: 'now' },
      {
        ...versionOf([0, { input: 3 * PRICES.input, output: 3 * PRICES.output }]),
        version: 'later',
        from: new Date(Date.now() + 3_600_000).toISOString(),
      },
    ],
  }),
  modelOf({
    id: 'vectors',
    contextTokens: 8_000,
    outputTokensMax: 0,
    endpoints: ['embeddings'],
    prices: [versionOf([0, PRICES])],
  }),
];
/** As in Anthropic's list, a cache write costs more than input. */
const CACHE_PRICES = { ...PRICES, cachedInput: 1, cacheWrite: 15, cacheWrite1h: 20 };
const MESSAGES_MODELS = [
  modelOf({
    id: 'claude-cached',
    contextTokens: 200_000,
    outputTokensMax: 4_000,
    endpoints: ['messages'],
    prices: [versionOf([0, CACHE_PRICES])],
  }),
  modelOf({
    id: 'self-caching',
    contextTokens: 200_000,
    outputTokensMax: 4_000,
    endpoints: ['messages'],
    prices: [versionOf([0, CACHE_PRICES])],
  }),
  modelOf({
    id: 'claude',
    contextTokens: 200_000,
    outputTokensMax: 4_000,
    endpoints: ['messages'],
    prices: [versionOf([0, PRICES])],
  }),
  modelOf({
    id: 'claude-tiered',
    contextTokens: 200_000,
    outputTokensMax: 4_000,
    endpoints: ['messages'],
    prices: [versionOf([0, PRICES], [200_000, { input: 2 * PRICES.input, output: 2 * PRICES.output }])],
  }),
];

/** The gateway on a store in memory, between clients and providers that a test directs. */
export class GatewayStage {
  readonly lines: string[] = [];
  readonly providers = new FakeProviders();
  readonly engine: TableStore;
  /** The gateway's process: its commits pass through here, and it may die at one of them. */
  readonly process: MortalStore;
  readonly store: FaultyStore;
  /** The same wallet in another process. */
  readonly other: Wallet;
  readonly wallet: Wallet;
  readonly keys: Keys;
  readonly usage: UsageRecords;
  readonly dependencies: GatewayDependencies;
  readonly gateway: Gateway;
  readonly accountId = ACCOUNT;
  apiKey = '';
  /** The sum of all credits. */
  fundedPico = FUNDS_PICO;
  /** How far the clock has been turned forward. */
  turnedMs = 0;
  /**
   * Stops the gateway's clock, for tests that measure the rest of a minute, because a busy machine would use up seconds
   * of it.
   */
  stoppedAt: number | undefined;

  /** Runs each time that a retry waits for its first attempt, after the clock was turned forward by the wait. */
  whileWaiting: () => unknown = () => undefined;

  private constructor(
    originSecrets?: readonly string[],
    engine: TableStore = EmbeddedStore.memory({ clock: Date.now }),
  ) {
    this.engine = engine;
    this.process = new MortalStore(engine);
    const store = new FaultyStore(this.process);
    const ofWallet = { clock: Date.now, usageRetentionDays: USAGE_RETENTION_DAYS };
    this.store = store;
    this.other = new Wallet({ store: engine, ...ofWallet });
    this.wallet = new Wallet({ store, ...ofWallet, random: () => 0.5, sleep: () => Promise.resolve() });
    this.keys = new Keys({ store, pepper: 'sixteen bytes or more', clock: Date.now });
    this.usage = new UsageRecords({ store });
    const write = (line: string): void => void this.lines.push(line);
    const log: Log = { info: write, warn: write, error: write };
    const { wallet, keys, usage, providers } = this;
    const catalog = new Catalog(catalogOf({ first: MODELS, second: MODELS, anthropic: MESSAGES_MODELS }), [
      { id: 'first', dialect: 'openai', baseUrl: 'http://first.test/v1', region: 'us' },
      { id: 'second', dialect: 'openai', baseUrl: 'http://second.test/v1', region: 'eu', zeroDataRetention: true },
      { id: 'anthropic', dialect: 'anthropic', baseUrl: 'http://anthropic.test' },
    ]);
    const clock = (): number => (this.stoppedAt ?? Date.now()) + this.turnedMs;
    this.dependencies = {
      wallet,
      identify: byKey(keys),
      spending: new KnownSpendingRules({ store: this.store }),
      usage,
      catalog,
      providers,
      clock,
      log,
      cancellations: new Cancellations({ store: this.store, clock }),
      idempotency: new IdempotencyKeys({
        store: this.store,
        clock,
        secret: Buffer.from('sixteen bytes or more'),
        timing: { clock, random: () => 0.5, sleep: (milliseconds) => this.#sleep(milliseconds) },
      }),
      freeLimit: freeLimit({ store: this.store, clock }),
      receipts: new Receipts({ store: this.store, clock }),
      ...(originSecrets && { originSecrets: () => Promise.resolve(originSecrets) }),
    };
    this.gateway = new Gateway(this.dependencies);
  }

  async #sleep(milliseconds: number): Promise<void> {
    this.turnedMs += milliseconds;
    await this.whileWaiting();
  }

  /**
   * @param originSecrets The secrets of the edge. @default none, as in a local run
   * @param engine @default a store in memory
   */
  static async open(originSecrets?: readonly string[], engine?: TableStore): Promise<GatewayStage> {
    const stage = new GatewayStage(originSecrets, engine);
    await new Accounts({ store: stage.store, clock: Date.now }).create({ accountId: ACCOUNT });
    await stage.wallet.open(ACCOUNT);
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: FUNDS_PICO, paymentId: 'pi_1' });
    stage.apiKey = (await stage.keys.create({ accountId: ACCOUNT })).key;
    return stage;
  }

  /** Opens a stage whose timers only the test advances, until `closeTimed`. */
  static openTimed(): Promise<GatewayStage> {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] });
    return GatewayStage.open();
  }

  async closeTimed(): Promise<void> {
    jest.useRealTimers();
    await this.expectBalanced();
  }

  /** A client with a valid key. The given headers override its own. */
  client(sent: Sent, requestMs = 900_000): FakeClient {
    const headers = { authorization: `Bearer ${this.apiKey}`, ...sent.headers };
    return new FakeClient({ ...sent, headers }, Date.now() + requestMs);
  }

  /** Gives the client a new key with these rules. */
  async useRules(rules: KeyRules): Promise<string> {
    const { keyId, key } = await this.keys.create({ accountId: ACCOUNT, rules });
    this.apiKey = key;
    return keyId;
  }

  /** Creates a key of another account. */
  async stranger(): Promise<ShownKey> {
    const accountId = await new Accounts({ store: this.engine, clock: Date.now }).create();
    return this.keys.create({ accountId });
  }

  suspend(): Promise<void> {
    const accounts = new Accounts({ store: this.engine, clock: Date.now });
    return accounts.suspend({ accountId: ACCOUNT, reason: 'security', actor: { kind: 'deployment' } });
  }

  async send(sent: Sent): Promise<FakeClient> {
    const client = this.client(sent);
    await this.gateway.handle(client);
    return client;
  }

  /**
   * Starts a request and runs it up to the call of its first provider, to which the test responds. @param others the
   * plays of the providers that are called next
   */
  async begin(client: FakeClient, ...others: readonly Play[]): Promise<{ done: Promise<void>; call: FakeCall }> {
    this.providers.play(silent, ...others);
    const done = this.gateway.handle(client);
    return { done, call: await this.providers.asked() };
  }

  /** Reads the running request's id from its hold, which exists before anything is sent. */
  async runningId(): Promise<string> {
    for (const shard of SHARDS) {
      const { items } = await this.engine.query({ table: WALLET, partition: holdPartition(shard) });
      if (items[0]) return items[0]['requestId'] as string;
    }
    throw new Error('nothing is held');
  }

  records(): Promise<UsageRecord[]> {
    return new UsageRecords({ store: this.engine }).newest(ACCOUNT, 100);
  }

  async balance(): Promise<Balance> {
    const balance = await this.other.balance(ACCOUNT);
    if (balance === undefined) throw new Error('the wallet is not open');
    return balance;
  }

  async spentPico(): Promise<bigint> {
    return (await this.balance()).spentPico;
  }

  /** Adds money to the wallet. */
  async credit(amountPico: bigint): Promise<void> {
    await this.wallet.credit({ accountId: ACCOUNT, amountPico, paymentId: `pi_${ulid()}` });
    this.fundedPico += amountPico;
  }

  /** The sum of the charges for a model, in pico-dollars. */
  async spentBy(model: string): Promise<bigint> {
    const records = (await this.records()).filter((record) => record.model === model);
    return records.reduce((sum, { costPico }) => sum + costPico, 0n);
  }

  /** Takes a hold for an hour, without a request. */
  reserve(holdPico: bigint): Promise<Hold> {
    const request = {
      keyId: 'k',
      endpoint: 'chat' as const,
      model: 'chatty',
      provider: 'first',
      streamed: false,
      at: new Date().toISOString(),
      priceVersion: 'v',
    };
    const deadline = Date.now() + 3_600_000;
    return this.wallet.reserve({ accountId: ACCOUNT, requestId: `req_${ulid()}`, holdPico, deadline, request });
  }

  /** Spends all but this amount of the wallet. */
  async spendDownTo(availablePico: bigint): Promise<void> {
    const takenPico = (await this.balance()).availablePico - availablePico;
    const hold = await this.reserve(takenPico);
    await this.wallet.settle({ hold, kind: 'charge', costPico: takenPico, record: outcomeOf(hold) });
  }

  /** Expects that nothing is held, nothing is lost, and the ledger replays. */
  async expectBalanced(): Promise<void> {
    const { availablePico, heldPico, spentPico } = await this.balance();
    expect([heldPico, availablePico + spentPico]).toEqual([0n, this.fundedPico]);
    const report = await verifyLedger({
      store: this.engine,
      everyAccount: everyAccount(this.engine),
      usageWindow: { clock: Date.now, usageRetentionDays: USAGE_RETENTION_DAYS },
    });
    expect(report.differences).toEqual([]);
  }
}

export const chat = (extra: object = {}): Sent => ({
  body: { model: 'chatty', messages: [{ role: 'user', content: 'hi' }], max_tokens: 50, ...extra },
});
export const messages = (extra: object = {}): Sent => ({
  path: '/v1/messages',
  body: { model: 'claude', messages: [{ role: 'user', content: 'hi' }], max_tokens: 50, ...extra },
});
export const responses = (extra: object = {}): Sent => ({
  path: '/v1/responses',
  body: { model: 'chatty', input: 'hi', max_output_tokens: 50, ...extra },
});
