import { monotonicFactory } from 'ulid';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { UsageRecord } from '../../../lambdas/contracts/usage-record';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { Keys } from '../../../lambdas/domain/keys/keys';
import type { Log } from '../../../lambdas/domain/log';
import { Cancellations } from '../../../lambdas/domain/proxy/cancellations';
import { Gateway } from '../../../lambdas/domain/proxy/gateway';
import { UsageRecords } from '../../../lambdas/domain/usage/usage-records';
import { verifyLedger } from '../../../lambdas/domain/wallet/verify-ledger';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import { FaultyStore } from '../wallet/faulty-store';
import { FakeClient, type Sent } from './fake-client';
import { FakeProviders } from './fake-providers';

const ACCOUNT = 'acc_01JD0000000000000000000000';
/** Ten pico-dollars a token in, a hundred out. */
export const INPUT_PICO = 10n;
export const OUTPUT_PICO = 100n;
const FUNDS_PICO = 1_000_000_000n;
const PRICES = { input: Number(INPUT_PICO), output: Number(OUTPUT_PICO) };
const USAGE_RETENTION_DAYS = 90;
const ulid = monotonicFactory();

const MODELS = [
  modelOf({
    id: 'chatty',
    contextTokens: 200_000,
    outputTokensMax: 4_000,
    endpoints: ['chat'],
    prices: [versionOf([0, PRICES])],
  }),
  modelOf({
    id: 'vectors',
    contextTokens: 8_000,
    outputTokensMax: 0,
    endpoints: ['embeddings'],
    prices: [versionOf([0, PRICES])],
  }),
];
const MESSAGES_MODELS = [
  modelOf({
    id: 'claude',
    contextTokens: 200_000,
    outputTokensMax: 4_000,
    endpoints: ['messages'],
    prices: [versionOf([0, PRICES])],
  }),
];

/** The gateway on a store in memory, between a client and providers that do what a test says. */
export class GatewayStage {
  readonly lines: string[] = [];
  readonly providers = new FakeProviders();
  readonly store = new FaultyStore(EmbeddedStore.memory({ clock: Date.now }));
  readonly wallet = new Wallet({
    store: this.store,
    clock: Date.now,
    usageRetentionDays: USAGE_RETENTION_DAYS,
    random: () => 0.5,
    sleep: () => Promise.resolve(),
  });
  readonly keys = new Keys({ store: this.store, pepper: 'sixteen bytes or more', clock: Date.now });
  readonly usage = new UsageRecords({ store: this.store });
  readonly gateway: Gateway;
  apiKey = '';
  /** How far the clock has been turned. */
  turnedMs = 0;

  private constructor(originSecrets?: readonly string[]) {
    const write = (line: string): void => void this.lines.push(line);
    const log: Log = { info: write, warn: write, error: write };
    const { wallet, keys, usage, providers } = this;
    const catalog = new Catalog(catalogOf({ first: MODELS, second: MODELS, anthropic: MESSAGES_MODELS }), [
      { id: 'first', dialect: 'openai', baseUrl: 'http://first.test/v1' },
      { id: 'second', dialect: 'openai', baseUrl: 'http://second.test/v1' },
      { id: 'anthropic', dialect: 'anthropic', baseUrl: 'http://anthropic.test' },
    ]);
    const clock = (): number => Date.now() + this.turnedMs;
    this.gateway = new Gateway({
      ...{ wallet, keys, usage, catalog, providers, clock, log },
      cancellations: new Cancellations({ store: this.store, clock }),
      ...(originSecrets && { originSecrets: () => Promise.resolve(originSecrets) }),
    });
  }

  /** @param originSecrets as behind an edge. @default none: a local run */
  static async open(originSecrets?: readonly string[]): Promise<GatewayStage> {
    const stage = new GatewayStage(originSecrets);
    await new Accounts({ store: stage.store, clock: Date.now }).create({ accountId: ACCOUNT });
    await stage.wallet.open(ACCOUNT);
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: FUNDS_PICO, paymentId: 'pi_1' });
    stage.apiKey = (await stage.keys.create({ accountId: ACCOUNT })).key;
    return stage;
  }

  /** A client with a valid key; headers that are given replace its own. */
  client(sent: Sent, requestMs = 900_000): FakeClient {
    const headers = { authorization: `Bearer ${this.apiKey}`, ...sent.headers };
    return new FakeClient({ ...sent, headers }, Date.now() + requestMs);
  }

  async send(sent: Sent): Promise<FakeClient> {
    const client = this.client(sent);
    await this.gateway.handle(client);
    return client;
  }

  records(): Promise<UsageRecord[]> {
    return this.usage.newest(ACCOUNT, 100);
  }

  async spentPico(): Promise<bigint> {
    return (await this.wallet.balance(ACCOUNT))?.spentPico ?? 0n;
  }

  /** Leaves this much in the wallet. */
  async spendDownTo(availablePico: bigint): Promise<void> {
    const takenPico = FUNDS_PICO - availablePico;
    const requestId = `req_${ulid()}`;
    const details = {
      keyId: 'k',
      endpoint: 'chat' as const,
      model: 'chatty',
      provider: 'first',
      streamed: false,
      at: new Date().toISOString(),
      priceVersion: 'v',
    };
    const hold = await this.wallet.reserve({
      accountId: ACCOUNT,
      requestId,
      holdPico: takenPico,
      deadline: Date.now() + 60_000,
      request: details,
    });
    const record = {
      ...details,
      requestId,
      accountId: ACCOUNT,
      status: 'completed' as const,
      httpStatus: 200,
      usage: {},
      estimated: false,
      durationMs: 1,
    };
    await this.wallet.settle({ hold, charge: { costPico: takenPico }, record });
  }

  /** Nothing is held, nothing is lost, and the ledger replays. */
  async expectBalanced(): Promise<void> {
    const balance = await this.wallet.balance(ACCOUNT);
    expect(balance?.heldPico).toBe(0n);
    expect((balance?.availablePico ?? 0n) + (balance?.spentPico ?? 0n)).toBe(FUNDS_PICO);
    const report = await verifyLedger({
      store: this.store,
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
