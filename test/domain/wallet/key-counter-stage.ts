import type { Counting } from '../../../lambdas/domain/wallet/holds/counting';
import {
  budgetCounterKey,
  minuteCounterKey,
  runningCounterKey,
} from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import type { Key } from '../../../lambdas/domain/table/value';
import { KeyLimitReached } from '../../../lambdas/domain/wallet/wallet-errors';
import { WalletStage } from './wallet-stage';

export const COUNTER_ID = '01JD0000000000000000000007';
export const WINDOW = 'day#UTC#2026-11-20';
/** The stage's initial time, which is the start of a minute. */
export const START = Date.parse('2026-11-20T10:00:00.000Z');

export const budgetOf = (limitPico: bigint): Counting => ({
  counterId: COUNTER_ID,
  budget: { window: WINDOW, limitPico },
});
export const runningOf = (runningMax: number): Counting => ({ counterId: COUNTER_ID, runningMax });
export const minuteOf = (minute: Partial<NonNullable<Counting['minute']>>): Counting => ({
  counterId: COUNTER_ID,
  minute: { start: START, tokens: 0, ...minute },
});

/** A wallet whose requests all belong to one key, with access to that key's counters. */
export class KeyCounterStage extends WalletStage {
  static override async funded(amountPico = 1_000_000n): Promise<KeyCounterStage> {
    const stage = new KeyCounterStage();
    await stage.fund(amountPico);
    return stage;
  }

  async counter(key: Key): Promise<{ readonly [name: string]: unknown } | undefined> {
    const { pk: _pk, sk: _sk, ...counted } = (await this.engine.get({ table: KEYS, key })) ?? {};
    return Object.keys(counted).length > 0 ? counted : undefined;
  }

  async countedPico(): Promise<unknown> {
    return (await this.counter(budgetCounterKey(COUNTER_ID, WINDOW)))?.['countedPico'];
  }

  async running(): Promise<unknown> {
    return (await this.counter(runningCounterKey(COUNTER_ID)))?.['running'];
  }

  minute(): Promise<unknown> {
    return this.counter(minuteCounterKey(COUNTER_ID, START));
  }
}

/** The limit that refused the hold; otherwise whatever the reserve threw. */
export async function limitOf(reserving: Promise<unknown>): Promise<unknown> {
  const error: unknown = await reserving.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof KeyLimitReached ? error.limit : error;
}
