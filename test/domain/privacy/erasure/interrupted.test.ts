import type { ErasureInput } from '../../../../lambdas/contracts/storage/erasure';
import { AUDIT, OUTBOX, WALLET } from '../../../../lambdas/contracts/storage/tables';
import { findCertificate } from '../../../../lambdas/domain/privacy/erasure/find-certificate';
import type { TableStore } from '../../../../lambdas/domain/table/table-store';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { type Effect, WorkflowStage } from './workflow-stage';

/** Each execution takes half a second, so it is killed at every so many moments, and at the first of each step. */
const EVERY = 8;

/** A process that dies just before one of its effects, or just after; then none of its calls comes back. */
class MortalProcess {
  readonly #diesAt: number;
  #moments = 0;

  constructor(diesAt: number) {
    this.#diesAt = diesAt;
  }

  get isDead(): boolean {
    return this.#moments >= this.#diesAt;
  }

  get moments(): number {
    return this.#moments;
  }

  readonly effect: Effect = async (work) => {
    const result = await this.#call(async () => {
      this.#moments += 1;
      return this.#call(work);
    });
    this.#moments += 1;
    return this.#call(() => Promise.resolve(result));
  };

  store(inner: TableStore): TableStore {
    return {
      get: (get) => this.#call(() => inner.get(get)),
      query: (query) => this.#call(() => inner.query(query)),
      write: (write) => this.effect(() => inner.write(write)),
      transact: (writes, token) => this.effect(() => inner.transact(writes, token)),
    };
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.isDead) throw new Error('died');
    return work();
  }
}

const stages: WorkflowStage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.payments.close();
});

/** An account that bought credit and has an export and a webhook's mail, or its only other member. */
async function open(
  of: 'account' | 'person',
): Promise<{ readonly stage: WorkflowStage; readonly input: ErasureInput }> {
  const stage = await WorkflowStage.open({ graceDays: 0 });
  stages.push(stage);
  await stage.payments.buy(1_000n);
  await stage.payments.receive();
  const member = await stage.join('member');
  stage.files.set(of === 'account' ? ACCOUNT : member, 2);
  return { stage, input: await stage.request(of === 'account' ? ACCOUNT : member) };
}

/** Everything that an erasure leaves behind, without what differs between runs by chance. */
async function outcomeOf({ stage, input }: Awaited<ReturnType<typeof open>>) {
  const { certificate } = await findCertificate(stage.store, input.erasureId);
  const kinds = [...(await stage.whole.everything())].map(([name, item]) => {
    const isOf = (table: { readonly name: string }) => name.startsWith(`${table.name} `);
    if (isOf(AUDIT)) return `event ${JSON.stringify(item['action'])}`;
    if (isOf(WALLET) && typeof item['kind'] === 'string') return `entry ${item['kind']}`;
    return isOf(OUTBOX)
      ? `message ${JSON.stringify(item['kind'])}`
      : name.replace(/(\w+_)?[0-9A-Z]{26}|(evt|pi|in)_\w+|[0-9a-f]{40,}|\d{4}-.*/g, 'ID');
  });
  const balance = await stage.payments.wallet.wallet.balance(ACCOUNT);
  return {
    outcome: certificate.balanceOutcome,
    kinds: kinds.sort(),
    available: balance?.availablePico,
    refunded: balance?.refundedPico,
    users: stage.users.addresses.size,
    files: stage.files.size,
  };
}

test.each(['account', 'person'] as const)(
  'promise-09 an erasure (%s) whose process is killed in the middle of any step ends the same after a redrive',
  async (of) => {
    const undisturbed = await open(of);
    const alive = new MortalProcess(Infinity);
    const firstOf = new Map<string, number>();
    const noting: Effect = (work) => {
      const { state } = undisturbed.stage;
      if (!firstOf.has(state)) firstOf.set(state, alive.moments + 1);
      return alive.effect(work);
    };
    const inner = alive.store(undisturbed.stage.store);
    const store = {
      ...inner,
      write: (...call: Parameters<TableStore['write']>) => noting(() => undisturbed.stage.store.write(...call)),
      transact: (...call: Parameters<TableStore['transact']>) =>
        noting(() => undisturbed.stage.store.transact(...call)),
    };
    await undisturbed.stage.drive({ effect: noting, store });
    const expected = await outcomeOf(undisturbed);
    const sampled = Array.from({ length: Math.ceil(alive.moments / EVERY) }, (_, index) => index * EVERY);
    const killed = new Set<string>();
    for (const moment of new Set([...sampled, ...firstOf.values()])) {
      const run = await open(of);
      const mortal = new MortalProcess(moment);
      const dying = { effect: mortal.effect, store: mortal.store(run.stage.store) };
      await expect(run.stage.drive(dying)).rejects.toThrow();
      killed.add(run.stage.state);
      // Step Functions goes on at the state that failed. A local host begins again, which must make no difference.
      if (moment % 2 === 0) run.stage.restart(run.input);
      expect(await run.stage.drive()).toBe(true);
      expect([moment, await outcomeOf(run)]).toEqual([moment, expected]);
      for (const stage of stages.splice(0)) await stage.payments.close();
    }
    // Verify writes nothing if it ends within one call.
    expect([...killed].sort()).toEqual([...firstOf.keys()].sort());
    expect(killed.size).toBeGreaterThanOrEqual(9);
  },
  600_000,
);
