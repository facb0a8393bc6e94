import fc from 'fast-check';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import type { Fault } from './faulty-store';
import { ACCOUNT, WalletStage } from './wallet-stage';

/** `hold` selects one of the holds so far, ended or not. Amounts are small, so that steps interfere. */
type Step =
  | { readonly do: 'credit'; readonly payment: number; readonly amount: bigint }
  | { readonly do: 'reserve'; readonly amount: bigint }
  | { readonly do: 'settle'; readonly hold: number; readonly amount: bigint }
  | { readonly do: 'release'; readonly hold: number }
  | { readonly do: 'sweep'; readonly afterMs: number };

const amount = fc.oneof(fc.constant(0n), fc.bigInt(1n, 400n), fc.bigInt(1n, 10n ** 15n));
const hold = fc.nat(40);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('credit' as const), payment: fc.nat(5), amount: fc.bigInt(1n, 1_000n) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reserve' as const), amount }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), hold, amount }) },
  fc.record({ do: fc.constant('release' as const), hold }),
  fc.record({ do: fc.constant('sweep' as const), afterMs: fc.constantFrom(0, 1, 30_000, 60_000, 700_000) }),
);
const fault = fc.constantFrom<Fault>('none', 'none', 'none', 'conflict', 'throttled', 'unreachable', 'lost reply');

/** The expected refusals; any other error fails the property. */
const REFUSALS = [
  'InsufficientFunds',
  'PaymentIdReused',
  'HoldAlreadySettled',
  'HoldAlreadyReleased',
  'WalletUnavailable',
];

async function take(stage: WalletStage, holds: Hold[], action: Step): Promise<void> {
  const chosen = 'hold' in action ? holds[action.hold % Math.max(1, holds.length)] : undefined;
  try {
    if (action.do === 'credit') {
      const paymentId = `pi_${action.payment}`;
      await stage.wallet.credit({ accountId: ACCOUNT, amountPico: action.amount, paymentId });
    }
    if (action.do === 'reserve') holds.push(await stage.reserve(action.amount));
    if (action.do === 'settle' && chosen) await stage.settle(chosen, action.amount);
    if (action.do === 'release' && chosen) await stage.release(chosen);
    if (action.do === 'sweep') {
      stage.now += action.afterMs;
      expect(await stage.wallet.expireDue()).toMatchObject({ failed: 0 });
    }
  } catch (error) {
    if (!(error instanceof Error) || !REFUSALS.includes(error.name)) throw error;
  }
}

async function expectInvariants(stage: WalletStage): Promise<void> {
  const balance = await stage.wallet.balance(ACCOUNT);
  if (!balance) throw new Error('the wallet is not open');
  const { availablePico, heldPico, spentPico, fundedPico, refundedPico } = balance;
  expect(availablePico + heldPico + spentPico + refundedPico).toBe(fundedPico);
  expect(availablePico).toBeGreaterThanOrEqual(0n);
  expect(await stage.verify()).toMatchObject({ accounts: 1, differences: [], unstable: [] });
}

test('promise-24 the ledger adds up and nothing is overdrawn after any concurrent steps in any order', async () => {
  const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 15 });
  const turns = fc.array(fc.nat(12), { minLength: 1, maxLength: 30 });
  // The amounts include too little and enough money for leases.
  const funded = fc.constantFrom(500n, 40_000n, 10n ** 9n);
  const manyFaults = fc.array(fault, { maxLength: 60 });
  const property = fc.asyncProperty(batches, manyFaults, turns, funded, async (plan, faults, pace, fundedPico) => {
    const stage = await WalletStage.funded(fundedPico);
    stage.store.plan(...faults);
    stage.store.interleave(pace);
    const holds: Hold[] = [];
    for (const batch of plan) {
      await Promise.all(batch.map((action) => take(stage, holds, action)));
      await expectInvariants(stage);
    }
    // Held money returns with the first sweep after the deadline, whatever was lost before.
    stage.store.clear();
    await stage.expire();
    // A lease is due two minutes after it was taken.
    await stage.expire();
    expect((await stage.amounts())[1]).toBe(0n);
    await expectInvariants(stage);
  });
  // The simulation plays many more such histories.
  await fc.assert(property, { numRuns: 150 });
});

/** A minimal model of the wallet. */
class Model {
  available = 500n;
  spent = 0n;
  readonly payments = new Set<number>();
  readonly holds: { held: bigint; deadline: number; state: 'held' | 'expired' | 'ended' }[] = [];

  held(): bigint {
    return this.holds.reduce((sum, one) => (one.state === 'held' ? sum + one.held : sum), 0n);
  }

  take(action: Step, now: number): void {
    const chosen = 'hold' in action ? this.holds[action.hold % Math.max(1, this.holds.length)] : undefined;
    if (action.do === 'credit' && !this.payments.has(action.payment)) {
      this.payments.add(action.payment);
      this.available += action.amount;
    }
    if (action.do === 'reserve' && action.amount <= this.available) {
      this.available -= action.amount;
      this.holds.push({ held: action.amount, deadline: now + 60_000, state: 'held' });
    }
    if (chosen && chosen.state !== 'ended') this.#end(chosen, action.do === 'settle' ? action.amount : 0n);
    if (action.do !== 'sweep') return;
    for (const one of this.holds) {
      if (one.state !== 'held' || one.deadline > now) continue;
      this.available += one.held;
      one.state = 'expired';
    }
  }

  #end(chosen: Model['holds'][number], cost: bigint): void {
    if (chosen.state === 'held') this.available += chosen.held;
    const covered = chosen.state === 'held' ? chosen.held : this.available;
    const charged = [cost, chosen.held, covered].reduce((least, one) => (one < least ? one : least));
    this.available -= charged;
    this.spent += charged;
    chosen.state = 'ended';
  }
}

test('sequential steps leave exactly the amounts that a minimal model predicts', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
    const stage = new WalletStage();
    const model = new Model();
    await stage.fund(500n);
    const holds: Hold[] = [];
    for (const action of steps) {
      await take(stage, holds, action);
      model.take(action, stage.now);
      expect(await stage.amounts()).toEqual([model.available, model.held(), model.spent]);
    }
  });
  await fc.assert(property, { numRuns: 250 });
});

test('concurrent requests get exactly as many holds as the wallet can afford', async () => {
  const property = fc.asyncProperty(
    fc.bigInt(0n, 5_000n),
    fc.bigInt(1n, 300n),
    fc.integer({ min: 1, max: 40 }),
    async (funded, each, requests) => {
      const stage = await WalletStage.funded(funded);
      const results = await Promise.allSettled(Array.from({ length: requests }, () => stage.reserve(each)));
      const affordable = funded / each < requests ? Number(funded / each) : requests;
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(affordable);
    },
  );
  await fc.assert(property, { numRuns: 100 });
});
