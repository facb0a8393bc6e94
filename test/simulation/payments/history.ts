import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { autoTopUpKey, customerKey } from '../../../lambdas/contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../../lambdas/contracts/storage/tables';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../lambdas/domain/clock';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import type { ProcessedPayment } from '../../../lambdas/domain/payments/processor';
import { reconcile } from '../../../lambdas/domain/payments/reconcile';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import { Random } from '../random';
import { Scheduler } from '../scheduler';
import { DEPLOYMENT, FakeProcessor, type SimulatedEvent } from './fake-processor';
import { checkEnd, Watch } from './invariants';
import { Network } from './network';
import { Payments } from './payments-process';
import { ACCOUNTS_PLAYED, type PaymentsSabotage } from './played';

export const THRESHOLD_CENTS = 300n;
const TOP_UP_CENTS = 500n;

/** The outcome of one history. */
export interface Played {
  readonly steps: number;
  readonly met: ReadonlyMap<string, number>;
}

/**
 * Plays one history: customers pay, spend, dispute and are refunded, events come in any order, and every call may fail
 * or be the last of its process. At the end nothing fails any more, the scheduled jobs run, and the ledger must agree
 * with the processor.
 * @throws Error naming the invariant that does not hold
 */
export async function playPayments(seed: number, sabotage: PaymentsSabotage = {}): Promise<Played> {
  const random = new Random(seed);
  const scheduler = new Scheduler();
  const engine = EmbeddedStore.memory({ clock: () => scheduler.now });
  let isChanged = false;
  const changing: EmbeddedStore = new Proxy(engine, {
    get(target, name) {
      if (name === 'write' || name === 'transact') isChanged = true;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  const processor = new FakeProcessor(random.fork(1), () => scheduler.now);
  const rate = random.pick([0, 0.02, 0.05, 0.12]);
  const rates = { unreachable: rate / 4, lostReply: rate / 2, late: rate / 4, crash: rate / 2 };
  const network = new Network(scheduler, random.fork(2), rates);
  const watch = new Watch(engine, ACCOUNTS_PLAYED, picoOfCents(THRESHOLD_CENTS));
  const begin = (): Payments => new Payments({ scheduler, network, engine: changing, processor, random, sabotage });
  const runAll = async (): Promise<void> => {
    let pending: Promise<void> = Promise.resolve();
    await scheduler.run(() => {
      if (!isChanged) return;
      isChanged = false;
      pending = pending.then(() => watch.look());
    });
    await pending;
  };
  await setUp(engine, () => scheduler.now);
  const delivered: SimulatedEvent[] = [];
  const operations = random.between(15, 45);
  for (let operation = 0; operation < operations; operation += 1) {
    const at = random.between(0, 10 * MINUTE_MS);
    scheduler.later(at, random, () => begin().run(random, delivered));
  }
  await runAll();
  network.rates = { unreachable: 0, lostReply: 0, late: 0, crash: 0 };
  // All calls that were on their way have arrived, and all holds and grants are due.
  scheduler.now += 40 * DAY_MS;
  for (let round = 0; round < 2; round += 1) {
    let recovery: Promise<void> = Promise.resolve();
    // The scheduler must not wait for it, because it needs the scheduler.
    scheduler.later(0, random, () => {
      recovery = begin().recover();
      recovery.catch(() => undefined);
    });
    await runAll();
    await recovery;
    scheduler.now += HOUR_MS;
  }
  // It only reads: whatever was not booked before is a difference.
  const converge = async (id: string): Promise<ProcessedPayment | undefined> => {
    const payment = await processor.payment(id);
    return payment?.deployment === DEPLOYMENT ? payment : undefined;
  };
  const { differences } = await reconcile({ store: engine, processor, converge }, { from: 0, to: Infinity });
  await checkEnd({ engine, processor, watch, differences, accounts: ACCOUNTS_PLAYED });
  return { steps: scheduler.steps, met: new Map([...network.met, ...watch.met, ...processor.met]) };
}

async function setUp(engine: EmbeddedStore, clock: () => number): Promise<void> {
  const wallet = new Wallet({ store: engine, clock, usageRetentionDays: 90 });
  for (const accountId of ACCOUNTS_PLAYED) {
    await wallet.open(accountId);
    await engine.write({ table: ACCOUNTS, put: { ...customerKey(accountId), customerId: `cus_${accountId}` } });
    await engine.write({
      table: ACCOUNTS,
      put: {
        ...autoTopUpKey(accountId),
        isOn: true,
        thresholdPico: picoOfCents(THRESHOLD_CENTS),
        amountCents: TOP_UP_CENTS,
        monthMaxCents: 5_000n,
        isCharging: false,
        chargeCents: 0n,
        chargedAt: 0,
        attempt: 0,
        generation: 'first',
        declines: 0,
        waitsUntil: 0,
        month: '',
        monthCents: 0n,
        revision: 0n,
      },
    });
  }
}
