import { encodeTime } from 'ulid';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { holdPartition } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { isLease } from '../../../lambdas/domain/wallet/leases/lease';
import type { Item } from '../../../lambdas/domain/table/value';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { UsageRecords } from '../../../lambdas/domain/usage/records/usage-records';
import type { Labels } from '../../../lambdas/contracts/http/key-rules';
import type { Entry } from '../../../lambdas/domain/wallet/ledger/entry';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import type { RollingHold } from '../../../lambdas/domain/wallet/holds/resize-hold';
import type { UsageRecordDraft } from '../../../lambdas/domain/wallet/holds/settlement';
import type { Counting } from '../../../lambdas/domain/wallet/holds/counting';
import type { LedgerReport } from '../../../lambdas/domain/wallet/verify/verify-ledger';
import { verifyLedger } from '../../../lambdas/domain/wallet/verify/verify-ledger';
import { Funds } from '../../../lambdas/domain/wallet/funds/funds';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import { FaultyStore } from './faulty-store';

export const ACCOUNT = 'acc_01JD0000000000000000000000';
export const USAGE_RETENTION_DAYS = 90;

/** The record of a request whose usage was not reported. */
export const ESTIMATE = { estimated: true };

/** The ID of the payment that funds an account. */
export const firstPaymentOf = (accountId: string): string => `pi_first-${accountId}`;

/** A wallet on a store that can fail, with a clock that the test sets and waits that take no time. */
export class WalletStage {
  now = Date.parse('2026-11-20T10:00:00.000Z');
  /** The next random number, from 0 to below 1. */
  fraction = 0.5;
  /** The time from a reserve to its hold's deadline. */
  holdMs = 60_000;
  /** The price version of the requests reserved from now on. */
  priceVersion = '2026-11-01';
  /** The length of each wait between attempts. */
  readonly waits: number[] = [];
  readonly engine: TableStore;
  readonly store: FaultyStore;
  readonly wallet: Wallet;
  readonly funds: Funds;
  readonly accounts: Accounts;
  readonly usage: UsageRecords;
  #requests = 0;

  constructor(engine?: TableStore) {
    const clock = () => this.now;
    this.engine = engine ?? EmbeddedStore.memory({ clock });
    this.store = new FaultyStore(this.engine);
    this.accounts = new Accounts({ store: this.store, clock });
    this.usage = new UsageRecords({ store: this.store });
    const options = {
      store: this.store,
      clock,
      usageRetentionDays: USAGE_RETENTION_DAYS,
      random: () => this.fraction,
      sleep: (milliseconds: number) => {
        this.waits.push(milliseconds);
        return Promise.resolve();
      },
    };
    this.wallet = new Wallet(options);
    this.funds = new Funds(options);
  }

  /** A stage with an account funded as `fund` does. */
  static async funded(amountPico: bigint, accountId?: string): Promise<WalletStage> {
    const stage = new WalletStage();
    await stage.fund(amountPico, accountId);
    return stage;
  }

  /** Creates an account and funds its wallet with one payment. */
  async fund(amountPico: bigint, accountId = ACCOUNT): Promise<void> {
    await this.accounts.create({ accountId });
    await this.wallet.open(accountId);
    if (amountPico > 0n) await this.wallet.credit({ accountId, amountPico, paymentId: firstPaymentOf(accountId) });
  }

  nextRequestId(): string {
    this.#requests += 1;
    return `req_${encodeTime(this.now)}${String(this.#requests).padStart(16, '0')}`;
  }

  /** @param rules the counters and labels that the key adds to the hold */
  reserve(
    holdPico: bigint,
    requestId = this.nextRequestId(),
    accountId = ACCOUNT,
    rules: {
      readonly counting?: Counting | undefined;
      readonly rulesVersion?: bigint;
      readonly labels?: Labels;
      readonly ceilingPico?: bigint;
    } = {},
  ): Promise<Hold> {
    const { counting, labels, ceilingPico, rulesVersion } = rules;
    const request = {
      keyId: '01JD0000000000000000000001',
      endpoint: 'chat' as const,
      model: 'gpt-4.1',
      provider: 'openai',
      streamed: true,
      at: new Date(this.now).toISOString(),
      priceVersion: this.priceVersion,
      ...(labels && { labels }),
    };
    const deadline = this.now + this.holdMs;
    const amounts = { holdPico, ceilingPico };
    return this.wallet.reserve({ accountId, requestId, ...amounts, deadline, request, rulesVersion, counting });
  }

  /** Holds a first part of what a request can cost. */
  async roll(holdPico: bigint, ceilingPico: bigint, counting?: Counting): Promise<RollingHold> {
    const hold = await this.reserve(holdPico, undefined, ACCOUNT, { counting, ceilingPico });
    return hold as RollingHold;
  }

  /** Adds money to the hold of a running request. */
  extend(hold: RollingHold, wantedPico: bigint, leastPico = wantedPico): Promise<RollingHold> {
    return this.wallet.extend(hold, { wantedPico, leastPico });
  }

  /** Reserves for a request of a key with counted limits. */
  count(holdPico: bigint, counting: Counting, requestId?: string): Promise<Hold> {
    return this.reserve(holdPico, requestId, ACCOUNT, { counting });
  }

  settle(hold: Hold, costPico: bigint, facts: Partial<UsageRecordDraft> = {}): ReturnType<Wallet['settle']> {
    return this.wallet.settle({ hold, kind: 'charge', costPico, record: { ...outcomeOf(hold), ...facts } });
  }

  release(hold: Hold, usage: UsageRecordDraft['usage'] = outcomeOf(hold).usage): ReturnType<Wallet['settle']> {
    const record = { ...outcomeOf(hold), status: 'provider_error' as const, httpStatus: 502, usage };
    return this.wallet.settle({ hold, kind: 'release', costPico: 0n, record });
  }

  /** Moves the clock to the deadline of every live hold, and sweeps. */
  expire(): ReturnType<Wallet['expireDue']> {
    this.now += this.holdMs;
    return this.wallet.expireDue();
  }

  /** The available, held and spent amounts of an account. */
  async amounts(accountId = ACCOUNT): Promise<readonly [available: bigint, held: bigint, spent: bigint]> {
    const balance = await this.wallet.balance(accountId);
    if (!balance) throw new Error('the wallet is not open');
    return [balance.availablePico, balance.heldPico, balance.spentPico];
  }

  /** The stored leases. */
  async leases(): Promise<readonly Item[]> {
    const shards = SHARDS.map((shard) => this.engine.query({ table: WALLET, partition: holdPartition(shard) }));
    return (await Promise.all(shards)).flatMap(({ items }) => items).filter(isLease);
  }

  async entries(accountId = ACCOUNT): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const entry of this.wallet.entries(accountId)) entries.push(entry);
    return entries;
  }

  /** Expects every stored amount to equal its replay from the ledger. */
  async expectSound(): Promise<void> {
    expect((await this.verify()).differences).toEqual([]);
  }

  verify(): Promise<LedgerReport> {
    const usageWindow = { clock: () => this.now, usageRetentionDays: USAGE_RETENTION_DAYS };
    return verifyLedger({ store: this.engine, everyAccount: this.accounts.list(), usageWindow });
  }
}

export function outcomeOf({ accountId, requestId, request }: Hold): UsageRecordDraft {
  return {
    requestId,
    accountId,
    ...request,
    status: 'completed',
    httpStatus: 200,
    usage: { input: 10, output: 20 },
    estimated: false,
    firstByteMs: 120,
    durationMs: 900,
  };
}
