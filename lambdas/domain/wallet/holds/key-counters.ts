import { z } from 'zod';
import { budgetCounterKey, minuteCounterKey, runningCounterKey } from '../../../contracts/storage/table-keys/keys';
import { EXPIRES_AT, KEYS } from '../../../contracts/storage/tables';
import type { Usage } from '../../../contracts/storage/units';
import { MINUTE_MS } from '../../clock';
import { larger, lesser } from '../../money/pico';
import type { GuardedWrite } from '../../table/commit';
import type { Condition } from '../../table/condition';
import { absent, all, any, compare } from '../../table/condition';
import type { TableStore, Update } from '../../table/table-store';
import type { Item } from '../../table/value';
import { beginShortage, mayRollAgain } from '../balance/may-roll';
import type { BudgetLeft, ReachedLimit } from '../wallet-errors';
import { KeyLimitReached, WorstCaseRequired } from '../wallet-errors';
import type { Counting } from './counting';

/** A minute's counter is useless after its minute, but it is kept longer because clocks differ. */
const MINUTE_KEPT_MS = 10 * MINUTE_MS;

/**
 * Counts a hold with one write for each limit of its key. A write is refused when its limit is reached.
 * @param rollsAt when the request was admitted, if its hold rolls
 */
export function countHold(
  { counterId, budget, minute, runningMax }: Counting,
  heldPico: bigint,
  rollsAt: number | undefined,
): readonly GuardedWrite<KeyLimitReached | WorstCaseRequired>[] {
  const counts: GuardedWrite<KeyLimitReached | WorstCaseRequired>[] = [];
  const count = (write: Update, limit: (counted: Item | undefined) => ReachedLimit): void => {
    counts.push({ write, otherwise: (counted) => new KeyLimitReached(limit(counted)) });
  };
  if (budget) {
    const within = addToBudgetWithin(counterId, budget, { countedPico: heldPico, heldPico });
    counts.push({
      write: rollsAt === undefined ? within : { ...within, when: all(within.when, mayRollAgain(rollsAt)) },
      otherwise: (counted) => {
        const rest = restOf(budget, counted);
        return rollsAt === undefined || rest.leftPico < heldPico
          ? new KeyLimitReached({ kind: 'budget', ...rest })
          : new WorstCaseRequired(numberOf(counted, 'cutUntil'));
      },
    });
  }
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
 * into the budget.
 */
export function endCount(
  { counterId, budget, minute, runningMax }: Counting,
  end: {
    readonly heldPico: bigint;
    readonly costPico: bigint;
    readonly usage: Usage;
    readonly now: number;
    /** Whether the request was ended because the budget could not pay for more. */
    readonly isShort: boolean;
  },
): readonly GuardedWrite<BudgetShort>[] {
  const { heldPico, costPico, usage, now, isShort } = end;
  const counts: Update[] = [];
  const addedPico = costPico - heldPico;
  const ended = { countedPico: addedPico, heldPico: -heldPico };
  if (budget && addedPico <= 0n) {
    const write = addToBudget(counterId, budget, ended);
    counts.push(isShort ? beginShortage(write, now) : write);
  }
  // No request reads the counter of a minute that is over.
  if (minute && now < minute.start + MINUTE_MS) {
    const usedTokens = Object.values(usage).reduce((sum, tokens) => sum + tokens, 0);
    counts.push(addToMinute(counterId, minute.start, { requests: 0, tokens: usedTokens - minute.tokens }));
  }
  if (runningMax !== undefined) counts.push(addToRunning(counterId, -1n));
  const unconditional = counts.map((write) => ({ write }));
  if (!budget || addedPico <= 0n) return unconditional;
  const growth = growBudgetCount(counterId, budget, ended);
  return [isShort ? { ...growth, write: beginShortage(growth.write, now) } : growth, ...unconditional];
}

/** The rest of a budget is too small for what should be counted in it. */
export class BudgetShort {
  readonly budget: BudgetLeft;
  constructor(budget: BudgetLeft) {
    this.budget = budget;
  }
}

const growBudgetCount = (
  counterId: string,
  budget: Budget,
  change: BudgetChange,
): GuardedWrite<BudgetShort> & { readonly write: Update } => ({
  write: addToBudgetWithin(counterId, budget, change),
  otherwise: (counted) => new BudgetShort(restOf(budget, counted)),
});

/** Counts a change of a hold's amount while its request runs. Only growth has to fit into the budget. */
export function countResize({ counterId, budget }: Counting, amountPico: bigint): readonly GuardedWrite<BudgetShort>[] {
  if (!budget) return [];
  const change = { countedPico: amountPico, heldPico: amountPico };
  return amountPico > 0n
    ? [growBudgetCount(counterId, budget, change)]
    : [{ write: addToBudget(counterId, budget, change) }];
}

/** Counts a charge made after its hold has expired, on the condition that the budget can pay it. */
export const countLate = ({ counterId, budget }: Counting, costPico: bigint): readonly Update[] =>
  budget && costPico > 0n ? [addToBudgetWithin(counterId, budget, { countedPico: costPico, heldPico: 0n })] : [];

/** The rest of the key's budget; undefined for a key without a budget. */
export async function readBudget(store: TableStore, { counterId, budget }: Counting): Promise<BudgetLeft | undefined> {
  if (!budget) return undefined;
  return restOf(budget, await store.get({ table: KEYS, key: budgetCounterKey(counterId, budget.window) }));
}

type Budget = NonNullable<Counting['budget']>;

/** The changes of a budget's counter, in pico-dollars. */
interface BudgetChange {
  /** The sum of the charges and holds of the window. */
  readonly countedPico: bigint;
  /** The held part of it. It decides which refusal a request gets and what people are told, and no money depends on it. */
  readonly heldPico: bigint;
}

const addToBudget = (counterId: string, { window }: Budget, { countedPico, heldPico }: BudgetChange): Update => ({
  table: KEYS,
  update: budgetCounterKey(counterId, window),
  change: { add: { countedPico, heldPico } },
});

const addToBudgetWithin = (counterId: string, budget: Budget, change: BudgetChange): Required<Update> => ({
  ...addToBudget(counterId, budget, change),
  when: atMost('countedPico', budget.limitPico - change.countedPico),
});

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

/** An absent counter counts as zero, so it exceeds only a negative limit. */
const atMost = (attribute: string, most: bigint): Condition => {
  const isBelow = compare(attribute, '<=', most);
  return most < 0n ? isBelow : any(absent(attribute), isBelow);
};

const restOf = ({ limitPico }: Budget, counted: Item | undefined): BudgetLeft => {
  const countedPico = z.bigint().parse(counted?.['countedPico'] ?? 0n);
  // The end of a hold that an earlier release has counted makes it negative.
  const heldPico = larger(0n, z.bigint().parse(counted?.['heldPico'] ?? 0n));
  return { leftPico: limitPico - lesser(countedPico, limitPico), heldPico };
};

const numberOf = (counted: Item | undefined, name: string): number => Number(counted?.[name] ?? 0n);
