import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lambdas/domain/clock';
import type { Action } from './actions';
import { withGrowth } from './growth-scenes';
import { leaseScene } from './lease-scenes';
import { ACCOUNT_PLACE, type Operation, type Payment, type Plan } from './planned';
import { DRIFT_MS_MAX } from './processes';
import { Random } from './random';
import { withRolling } from './rolling-scenes';
import { sceneOf } from './scenes';

const DENSE = [0, 0, 1, 2, 5, 10];
const SPARSE = [...DENSE, 50, SECOND_MS, 61 * SECOND_MS, 11 * MINUTE_MS];
const FAULT_RATES = [0, 0.04, 0.04, 0.15, 0.4];
const LONG_MS = 25 * HOUR_MS;
/** The sweeper runs every minute, and once in this time it runs without faults. By then all leases are due. */
const SWEPT_AFTER_MS = 2 * HOUR_MS;

export function planOf(seed: number): Plan {
  const random = new Random(seed);
  const isLocal = random.chance(0.12);
  const accounts = random.pick([1, 1, 2]);
  const processes = isLocal ? 1 : random.between(1, 3);
  const drift = random.pick([0, SECOND_MS, DRIFT_MS_MAX]);
  const payments = Array.from({ length: random.between(1, 3) }, () => paymentOf(random, accounts));
  const gaps = random.pick([DENSE, SPARSE]);
  const operations: Operation[] = [];
  const undisturbed: number[] = [];
  let at = 0;
  const add = (action: Action, afterMs = 0): void => {
    const process = random.between(0, processes - 1);
    operations.push({ index: operations.length, at: at + afterMs, process, action });
  };
  const pass = (): void => {
    const isLong = random.chance(0.01);
    if (isLong) undisturbed.push(at + SWEPT_AFTER_MS);
    at += isLong ? LONG_MS : random.pick(gaps);
  };
  for (let account = 0; account < accounts; account += 1) add({ do: 'open', account });
  pass();
  payments.forEach((_, payment) => add({ do: 'credit', payment }));
  if (random.chance(0.15)) add({ do: 'create key', account: 0, lifeMs: Infinity });
  const length = random.between(2, 7);
  for (let count = 0; count < length; count += 1) {
    pass();
    for (const [action, afterMs] of sceneOf(random, accounts, payments.length)) add(action, afterMs);
  }
  const plan = {
    seed,
    isLocal,
    accounts,
    payments,
    operations,
    isHot: false,
    drawers: 16,
    limits: undefined,
    shared: [],
    drifts: Array.from({ length: processes }, () => random.between(-drift, drift)),
    faultRate: random.pick(FAULT_RATES),
  };
  for (const time of undisturbed) {
    operations.push({ index: operations.length, at: time, process: 0, action: { do: 'sweep', calm: true } });
  }
  return withShared(withGrowth(withRolling(withLimits(withLeases(plan)))));
}

/** Leases draw from a separate generator, so that the rest of a plan does not change. */
const LEASES_PART = 1_000_000;
/** A lease account needs sixteen drawers of eight leases of eight holds each. Some amounts fall just short of that. */
const RICH_PICO = [4_000, 20_000, 60_000, 300_000, 10 ** 15, 10 ** 15];

/** Gives the accounts of some plans enough money for leases, and scenes that use them. */
function withLeases(plan: Plan): Plan {
  const random = new Random(plan.seed).fork(LEASES_PART);
  if (!random.chance(0.3)) return plan;
  const { drifts } = plan;
  const isSetup = ({ do: what }: Action): boolean => what === 'open' || what === 'credit';
  const isCalm = (action: Action): boolean => action.do === 'sweep' && action.calm === true;
  // Drop some other operations, so that they do not disturb the scenes.
  const kept = plan.operations.filter(({ action }) => isSetup(action) || isCalm(action) || random.chance(0.5));
  const payments = plan.payments.map(({ account }) => ({ account, amountPico: BigInt(random.pick(RICH_PICO)) }));
  const isHot = random.chance(0.75);
  const paidAt = kept.find(({ action }) => action.do === 'credit')?.at ?? 0;
  const beginnings = kept.filter(({ at, action }) => at >= paidAt && !isCalm(action));
  const operations = [...kept];
  const scenes = random.between(1, 3);
  for (let count = 0; count < scenes; count += 1) {
    const beginning = random.pick(beginnings).at + random.between(0, 60);
    for (const { action, afterMs, process } of leaseScene(random, random.pick(payments).account, drifts.length)) {
      const index = plan.operations.length + operations.length;
      operations.push({ index, at: beginning + afterMs, process, action });
    }
  }
  return { ...plan, payments, isHot, drawers: random.pick([1, 3, 16]), operations };
}

/** Limits draw from a separate generator too. Its number was chosen so that no history of the corpus has limits. */
const LIMITS_PART = 2_000_026;

/** Gives some plans a key with limits, which some requests of their first account use. */
function withLimits(plan: Plan): Plan {
  const random = new Random(plan.seed).fork(LIMITS_PART);
  if (!random.chance(0.2)) return plan;
  const limits = { budgetPico: BigInt(random.pick([0, 50, 200, 500, 10 ** 15])), runningMax: random.pick([1, 2, 10]) };
  const operations = plan.operations.map((operation): Operation => {
    const { action } = operation;
    const isLimited = action.do === 'request' && action.account === 0 && random.chance(0.8);
    return isLimited ? { ...operation, action: { ...action, isLimited } } : operation;
  });
  return { ...plan, limits, operations };
}

/** Shared budgets draw from a separate generator too, whose number was chosen like the one before. */
const SHARED_PART = 3_001_375;
/** Leases need an ample budget, so some of these are just short of that. */
const ACCOUNT_BUDGETS_PICO = [200, 2_000, 20_000, 60_000, 300_000, 10 ** 15, 10 ** 15];

/** Gives some plans budgets in which the requests of the first account count: of a member, of labels or of the account. */
function withShared(plan: Plan): Plan {
  const random = new Random(plan.seed).fork(SHARED_PART);
  if (!random.chance(0.25)) return plan;
  const limitPico = (): bigint => BigInt(random.pick([50, 200, 500, 2_000, 10 ** 15]));
  const shared = [
    { of: 'member' as const, limitPico: limitPico() },
    { of: 'label' as const, limitPico: limitPico() },
    { of: 'label' as const, limitPico: limitPico() },
    { of: 'account' as const, limitPico: BigInt(random.pick(ACCOUNT_BUDGETS_PICO)) },
  ];
  const isOfAccountAlone = random.chance(0.6);
  const operations = plan.operations.map((operation): Operation => {
    const { action } = operation;
    // The rules of the account may change between two requests.
    if (action.do !== 'request' || action.account !== 0 || !random.chance(0.9)) return operation;
    const shares = isOfAccountAlone
      ? [ACCOUNT_PLACE]
      : shared.flatMap((_, place) => (random.chance(0.6) ? [place] : []));
    return { ...operation, action: { ...action, shares } };
  });
  return { ...plan, shared, operations };
}

const paymentOf = (random: Random, accounts: number): Payment => ({
  account: random.between(0, accounts - 1),
  amountPico: BigInt(random.pick([1, 100, 500, 500, 1_000, 10 ** 15])),
});
