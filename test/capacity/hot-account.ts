import { MINUTE_MS } from '../../lambdas/domain/clock';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { Accounts } from '../../lambdas/domain/accounts/accounts';
import { Keys } from '../../lambdas/domain/keys/keys';
import type { Difference } from '../../lambdas/domain/wallet/verify/difference';
import { verifyLedger } from '../../lambdas/domain/wallet/verify/verify-ledger';
import type { SharedBudget } from '../../lambdas/domain/wallet/holds/counting';
import { Wallet } from '../../lambdas/domain/wallet/wallet';
import { Random } from '../simulation/random';
import { type CapacityRequest, Environment, PEPPER, USAGE_RETENTION_DAYS } from './environment';
import { LimitedStore } from './limited-store';
import { VirtualTime } from './virtual-time';

const DOLLAR_PICO = 10n ** 12n;
const BUDGET = { budgetId: 'bud_01JD0000000000000000000000', of: 'account', window: 'total' } as const;
const FUNDED_PICO = 1_000_000n * DOLLAR_PICO;
/** Two cents: 4,000 tokens of output at $5 per million. */
const HOLD_PICO = DOLLAR_PICO / 50n;
/** Sixty-four cents: 128,000 tokens. */
const CEILING_PICO = 32n * HOLD_PICO;

export interface HotAccountLoad {
  readonly seed: number;
  readonly requestsPerSecond: number;
  /** Seconds from the first request to the full rate, because Lambda adds environments at a limited pace. */
  readonly rampSeconds: number;
  /** Seconds at the full rate. */
  readonly seconds: number;
  /** Average milliseconds that the provider takes. */
  readonly providerMs: number;
  /** The limit of the account's budget in dollars. @default it has none */
  readonly budgetUsd?: number;
  /** The number of processes, each of which serves many requests at a time. @default functions, as many as needed */
  readonly processes?: number;
}

/** The result of a load on one account. */
export interface HotAccountReport {
  readonly requests: number;
  readonly environments: number;
  /** The number of requests whose client got an error, by the error's name. */
  readonly failures: ReadonlyMap<string, number>;
  /** The number of calls that a partition throttled. */
  readonly throttled: number;
  /** The number of transactions and writes that conflicted with another transaction and were retried. */
  readonly conflicts: number;
  /** Write units per request, including the ends of leases. */
  readonly writeUnitsPerRequest: number;
  readonly readUnitsPerRequest: number;
  /** The busiest second of any one partition. */
  readonly peaks: { readonly [kind: string]: { readonly reads: number; readonly writes: number } };
  readonly heldPeakPico: bigint;
  readonly differences: readonly Difference[];
  /** The total cost of the requests; it should equal `spentPico`, the amount that the ledger says was spent. */
  readonly costPico: bigint;
  readonly spentPico: bigint;
}

/** Plays a load on one account, against the embedded engine with DynamoDB's limits, in virtual time. */
export class HotAccount {
  readonly #time = new VirtualTime(Date.parse('2026-11-20T10:00:00.000Z'));
  readonly #random: Random;
  readonly #engine = EmbeddedStore.memory({ clock: this.#time.clock });
  readonly #store: LimitedStore;
  readonly #load: HotAccountLoad;
  readonly #idle: Environment[] = [];
  readonly #failures = new Map<string, number>();
  readonly #processes: Environment[] = [];
  readonly #budget: SharedBudget | undefined;
  #environments = 0;
  #requests = 0;
  #costPico = 0n;
  #heldPeakPico = 0n;

  constructor(load: HotAccountLoad) {
    this.#load = load;
    const { budgetUsd } = load;
    this.#budget = budgetUsd === undefined ? undefined : { ...BUDGET, limitPico: BigInt(budgetUsd) * DOLLAR_PICO };
    this.#random = new Random(load.seed);
    this.#store = new LimitedStore(this.#engine, this.#time, () => this.#random.fraction());
  }

  async play(): Promise<HotAccountReport> {
    const { clock } = this.#time;
    const store = this.#engine;
    const accountId = await new Accounts({ store, clock }).create();
    const wallet = new Wallet({ store, clock, usageRetentionDays: USAGE_RETENTION_DAYS });
    await wallet.open(accountId);
    await wallet.credit({ accountId, amountPico: FUNDED_PICO, paymentId: 'pi_1' });
    const { key } = await new Keys({ store, clock, pepper: PEPPER }).create({ accountId });
    const played = Promise.all([this.#arrivals(accountId, key), this.#sweeps(wallet, accountId)]);
    await this.#time.run();
    await played;
    const { differences } = await verifyLedger({ store, accounts: [accountId] });
    const balance = await wallet.balance(accountId);
    return { ...this.#report(), differences, spentPico: balance?.spentPico ?? -1n };
  }

  /** Starts requests at random times, at a rate that ramps up and then stays constant. */
  async #arrivals(accountId: string, key: string): Promise<void> {
    const { requestsPerSecond, rampSeconds, seconds } = this.#load;
    const startedAt = this.#time.now;
    const served: Promise<void>[] = [];
    for (;;) {
      const elapsed = (this.#time.now - startedAt) / 1_000;
      if (elapsed >= rampSeconds + seconds) break;
      const share = Math.min(1, (elapsed + 0.1) / rampSeconds);
      // Exponential gaps make the arrivals independent of each other, as those of many clients are.
      const gapMs = -Math.log(1 - this.#random.fraction()) * (1_000 / (requestsPerSecond * share));
      await this.#time.sleep(gapMs);
      served.push(
        this.#serve({
          accountId,
          key,
          holdPico: HOLD_PICO,
          ceilingPico: CEILING_PICO,
          budget: this.#budget,
          ...this.#draw(),
        }),
      );
    }
    await Promise.all(served);
  }

  /** Draws a cost of a tenth of the hold on average, and a provider time with a long tail. */
  #draw(): Pick<CapacityRequest, 'costPico' | 'providerMs'> {
    const costPico = (HOLD_PICO * BigInt(this.#random.between(1, 200))) / 1_000n;
    const { providerMs } = this.#load;
    return { costPico, providerMs: providerMs * (0.2 - 0.8 * Math.log(1 - this.#random.fraction())) };
  }

  async #serve(request: CapacityRequest): Promise<void> {
    this.#requests += 1;
    const { processes } = this.#load;
    // Lambda passes a request to an idle environment, and starts one if there is none.
    const environment = processes === undefined ? (this.#idle.pop() ?? this.#start()) : this.#processOf(processes);
    try {
      await environment.serve(request);
      this.#costPico += request.costPico;
    } catch (error) {
      const name = error instanceof Error ? error.name : 'Unknown';
      this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1);
    }
    if (processes === undefined) this.#idle.push(environment);
  }

  /** One of the processes, all of which are busy in turn. */
  #processOf(processes: number): Environment {
    if (this.#processes.length < processes) this.#processes.push(this.#start());
    return this.#processes[this.#requests % this.#processes.length] ?? this.#start();
  }

  #start(): Environment {
    this.#environments += 1;
    const random = this.#random.fork(this.#environments);
    return new Environment(this.#store, this.#time, () => random.fraction());
  }

  /** Sweeps every minute until every lease has ended. */
  async #sweeps(wallet: Wallet, accountId: string): Promise<void> {
    const { rampSeconds, seconds } = this.#load;
    const random = this.#random.fork(0);
    const sweeper = new Wallet({
      store: this.#store,
      clock: this.#time.clock,
      usageRetentionDays: USAGE_RETENTION_DAYS,
      random: () => random.fraction(),
      sleep: (milliseconds: number) => this.#time.sleep(milliseconds),
    });
    const minutes = Math.ceil((rampSeconds + seconds) / 60) + 4;
    for (let minute = 0; minute < minutes; minute += 1) {
      await this.#time.sleep(MINUTE_MS);
      const heldPico = (await wallet.balance(accountId))?.heldPico ?? 0n;
      if (heldPico > this.#heldPeakPico) this.#heldPeakPico = heldPico;
      await sweeper.expireDue();
    }
  }

  #report(): Omit<HotAccountReport, 'differences' | 'spentPico'> {
    const { limits, conflicts } = this.#store;
    const peak = (pattern: RegExp): { readonly reads: number; readonly writes: number } => limits.peakOf(pattern);
    return {
      requests: this.#requests,
      environments: this.#environments,
      failures: this.#failures,
      throttled: limits.throttled,
      conflicts,
      costPico: this.#costPico,
      heldPeakPico: this.#heldPeakPico,
      writeUnitsPerRequest: limits.writeUnits / this.#requests,
      readUnitsPerRequest: limits.readUnits / this.#requests,
      peaks: {
        'main balance and entries': peak(/^wallet acc_[^#]*$/),
        drawers: peak(/^wallet acc_.*#/),
        'holds and leases': peak(/^wallet holds#/),
        'usage records': peak(/^usage acc_/),
        cancellations: peak(/^usage cancel#/),
        keys: peak(/^keys 0/),
        'parts of the budget': peak(/^keys counters#.*#/),
        'counter of the budget': peak(/^keys counters#[^#]*$/),
      },
    };
  }
}
