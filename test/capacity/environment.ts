import { ulid } from 'ulid';
import { cancellationKey } from '../../lambdas/contracts/storage/table-keys/usage';
import { USAGE } from '../../lambdas/contracts/storage/tables';
import { Keys } from '../../lambdas/domain/keys/keys';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import type { Counting, SharedBudget } from '../../lambdas/domain/wallet/holds/counting';
import { KeyLimitReached } from '../../lambdas/domain/wallet/wallet-errors';
import { Wallet } from '../../lambdas/domain/wallet/wallet';
import type { VirtualTime } from './virtual-time';

export const PEPPER = 'the pepper of a capacity test';
export const USAGE_RETENTION_DAYS = 90;
const HOLD_MS = 16 * 60_000;
const CANCEL_LOOK_MS = 700;
const SHORT_MS = 60_000;

export interface CapacityRequest {
  readonly accountId: string;
  readonly key: string;
  /** The first hold, and the most that the request can cost. */
  readonly holdPico: bigint;
  readonly ceilingPico: bigint;
  readonly costPico: bigint;
  /** Milliseconds that the provider takes. */
  readonly providerMs: number;
  /** The account's budget in which it counts. @default none */
  readonly budget?: SharedBudget | undefined;
}

/** One process of the data plane. As a function, it serves one request at a time. It remembers state in between. */
export class Environment {
  readonly #store: TableStore;
  readonly #time: VirtualTime;
  readonly #keys: Keys;
  readonly #wallet: Wallet;
  /** Epoch milliseconds. */
  #shortUntil = 0;

  constructor(store: TableStore, time: VirtualTime, random: () => number) {
    const { clock } = time;
    this.#store = store;
    this.#time = time;
    this.#keys = new Keys({ store, clock, pepper: PEPPER });
    const sleep = (milliseconds: number): Promise<void> => time.sleep(milliseconds);
    this.#wallet = new Wallet({ store, clock, usageRetentionDays: USAGE_RETENTION_DAYS, random, sleep });
  }

  /**
   * Makes the store calls of one paid, streamed request. Rejects if the client would get an error. As the gateway does, it
   * reads a budget that was short a moment ago before it tries to hold money in it.
   */
  async serve({ accountId, key, holdPico, ceilingPico, costPico, providerMs, budget }: CapacityRequest): Promise<void> {
    const admittedAt = this.#time.clock();
    const owner = await this.#keys.verify(key);
    if (owner?.accountId !== accountId) throw new Error('the key was refused');
    const requestId = `req_${ulid(admittedAt)}`;
    const request = {
      keyId: owner.keyId,
      endpoint: 'chat' as const,
      model: 'gpt-5-mini',
      provider: 'openai',
      streamed: true,
      at: new Date(admittedAt).toISOString(),
      priceVersion: 'openai/gpt-5-mini@2026-11-01',
    };
    const deadline = admittedAt + HOLD_MS;
    const counting = budget && { counterId: owner.keyId, shared: [budget] };
    const terms = { accountId, requestId, holdPico, ceilingPico, deadline, request, counting };
    if (counting && admittedAt < this.#shortUntil) await this.#expectBudget(counting, holdPico);
    const hold = await this.#wallet.reserve(terms).catch((error: unknown) => {
      if (error instanceof KeyLimitReached) this.#shortUntil = admittedAt + SHORT_MS;
      throw error;
    });
    await this.#stream(accountId, requestId, providerMs);
    const usage = { input: 900, output: 350, cachedInput: 512 };
    const outcome = { status: 'completed' as const, httpStatus: 200, usage, estimated: false, firstByteMs: 400 };
    const durationMs = Math.round(this.#time.now - admittedAt);
    const record = { requestId, accountId, ...request, ...outcome, durationMs };
    const settlement = await this.#wallet.settle({ hold, kind: 'charge', costPico, record });
    if (settlement.costPico !== costPico) throw new Error('the request was charged a different amount');
  }

  /** @throws KeyLimitReached when the budget has too little left */
  async #expectBudget(counting: Counting, holdPico: bigint): Promise<void> {
    const left = await this.#wallet.budget(counting);
    if (left && left.leftPico < holdPico) throw new KeyLimitReached({ kind: 'budget', ...left });
  }

  /** Checks for a cancellation while the provider responds. */
  async #stream(accountId: string, requestId: string, providerMs: number): Promise<void> {
    const endsAt = this.#time.now + providerMs;
    const key = cancellationKey(accountId, requestId);
    while (this.#time.now + CANCEL_LOOK_MS < endsAt) {
      await this.#time.sleep(CANCEL_LOOK_MS);
      await this.#store.get({ table: USAGE, key, consistent: false });
    }
    await this.#time.sleep(endsAt - this.#time.now);
  }
}
