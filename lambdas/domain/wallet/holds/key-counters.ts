import { minuteCounterKey, runningCounterKey } from '../../../contracts/storage/table-keys/keys';
import { EXPIRES_AT, KEYS } from '../../../contracts/storage/tables';
import type { Usage } from '../../../contracts/storage/units';
import { MINUTE_MS } from '../../clock';
import type { GuardedWrite } from '../../table/commit';
import { all } from '../../table/condition';
import type { Update } from '../../table/table-store';
import type { Item } from '../../table/value';
import type { ReachedLimit } from '../wallet-errors';
import { KeyLimitReached, type WorstCaseRequired } from '../wallet-errors';
import { type BudgetShort, countInBudgets, endInBudgets } from './budget-counters';
import { atMost } from './counter-conditions';
import type { Counting } from './counting';

/** A minute's counter is useless after its minute, but it is kept longer because clocks differ. */
const MINUTE_KEPT_MS = 10 * MINUTE_MS;

/**
 * Counts a hold with one write for each limit of its key and each budget that it shares. A write is refused when its
 * limit is reached.
 * @param rollsAt when the request was admitted, if its hold rolls
 */
export function countHold(
  counting: Counting,
  heldPico: bigint,
  rollsAt: number | undefined,
): readonly GuardedWrite<KeyLimitReached | WorstCaseRequired>[] {
  const { counterId, minute, runningMax } = counting;
  const counts = [...countInBudgets(counting, heldPico, rollsAt)];
  const count = (write: Update, limit: (counted: Item | undefined) => ReachedLimit): void => {
    counts.push({ write, otherwise: (counted) => new KeyLimitReached(limit(counted)) });
  };
  if (minute) {
    const { start, tokens, requestsMax, tokensMax } = minute;
    const hasRoom = [
      ...(requestsMax === undefined ? [] : [atMost('requests', BigInt(requestsMax - 1))]),
      ...(tokensMax === undefined ? [] : [atMost('tokens', BigInt(tokensMax - tokens))]),
    ];
    const write = { ...addToMinute(counterId, start, { requests: 1, tokens }), when: all(...hasRoom) };
    count(write, (counted) => {
      const [requestsCounted, tokensCounted] = [numberOf(counted, 'requests'), numberOf(counted, 'tokens')];
      return { kind: 'minute', minute, requestsCounted, tokensCounted };
    });
  }
  if (runningMax !== undefined) {
    const write = { ...addToRunning(counterId, 1n), when: atMost('running', BigInt(runningMax - 1)) };
    count(write, () => ({ kind: 'running', runningMax }));
  }
  return counts;
}

/**
 * Subtracts what the hold did not use. The writes are unconditional, because the hold's own condition ensures that it
 * ends only once, and a change to the key must not keep its holds from ending. Only a charge above the hold has to fit
 * into the budgets.
 */
export function endCount(
  counting: Counting,
  end: {
    readonly heldPico: bigint;
    readonly costPico: bigint;
    readonly usage: Usage;
    readonly now: number;
    /** Whether the request was ended because a budget could not pay for more. */
    readonly isShort: boolean;
  },
): readonly GuardedWrite<BudgetShort>[] {
  const { counterId, minute, runningMax } = counting;
  const { usage, now } = end;
  const counts: Update[] = [];
  // No request reads the counter of a minute that is over.
  if (minute && now < minute.start + MINUTE_MS) {
    const usedTokens = Object.values(usage).reduce((sum, tokens) => sum + tokens, 0);
    counts.push(addToMinute(counterId, minute.start, { requests: 0, tokens: usedTokens - minute.tokens }));
  }
  if (runningMax !== undefined) counts.push(addToRunning(counterId, -1n));
  return [...endInBudgets(counting, end), ...counts.map((write) => ({ write }))];
}

const addToMinute = (
  counterId: string,
  start: number,
  { requests, tokens }: { readonly requests: number; readonly tokens: number },
): Update => ({
  table: KEYS,
  update: minuteCounterKey(counterId, start),
  change: {
    add: { requests: BigInt(requests), tokens: BigInt(tokens) },
    set: { [EXPIRES_AT]: BigInt(start + MINUTE_KEPT_MS) / 1_000n },
  },
});

const addToRunning = (counterId: string, requests: bigint): Update => ({
  table: KEYS,
  update: runningCounterKey(counterId),
  change: { add: { running: requests } },
});

const numberOf = (counted: Item | undefined, name: string): number => Number(counted?.[name] ?? 0n);
