import { DAY_MS } from '../../lambdas/domain/clock';
import { verifyLedger } from '../../lambdas/domain/wallet/verify/verify-ledger';
import { Actor } from './actor';
import { USAGE_RETENTION_DAYS } from './retention';
import { pico } from './fields';
import type { Landmark } from './landmarks';
import { createKey, revokeKey, useKey } from './key-actors';
import type { Operation, Plan } from './planned';
import { DRIFT_MS_MAX, Process } from './processes';
import { Random } from './random';
import { request, spendAll } from './request-actor';
import { expectKept } from './violation';
import { credit, open, resume, suspend, sweep } from './wallet-actors';
import type { Sabotage } from './world';
import { World } from './world';

/** Longer than any hold of a plan plus the drift of the clock that set its deadline. */
const HOLDS_ARE_DUE_MS = 16 * 60_000 + 2 * DRIFT_MS_MAX;
/** One history in this many is also checked with the product's own ledger verifier. */
const VERIFIED_EVERY = 8;

export interface HistoryOptions {
  /** Takes one line per step. */
  readonly trace?: string[];
  readonly sabotage?: Sabotage | undefined;
}

/** The result of a history. */
export interface Played {
  readonly steps: number;
  readonly met: ReadonlySet<Landmark>;
}

/**
 * Plays a plan to its end, and then what must follow every history: outages end, every payment is reported once more,
 * the deadlines pass and one sweep runs. After that, all the money that is left can be spent.
 * @throws Violation, or any other error that a step causes
 */
export async function play(plan: Plan, options: HistoryOptions = {}): Promise<Played> {
  const world = new World(plan, options);
  for (const operation of plan.operations) {
    const random = new Random(plan.seed).fork(operation.index);
    const begin = (): void => world.watch(perform(new Actor(world, operation), operation));
    world.processes[operation.process]?.begin(operation.at, random, begin);
  }
  await run(world);
  await settleDown(world);
  return { steps: world.scheduler.steps, met: world.met };
}

async function perform(actor: Actor, { action }: Operation): Promise<void> {
  const { world, process } = actor;
  actor.note(() => `begins ${describe(action)}`);
  switch (action.do) {
    case 'open':
      return open(actor, action.account);
    case 'credit':
      return credit(actor, action.payment);
    case 'request':
      return request(actor, action);
    case 'sweep':
      return sweep(actor);
    case 'create key':
      return createKey(actor, action.account, action.lifeMs);
    case 'use key':
      return useKey(actor, action.key, action.guessed);
    case 'revoke key':
      return revokeKey(actor, action.key);
    case 'suspend':
      return suspend(actor, action.account);
    case 'resume':
      return resume(actor, action.account);
    case 'crash':
      return world.crash(process, actor.random);
    case 'pause':
      process.pause(action.forMs);
      return;
    case 'turn clock':
      process.turnClock(action.byMs);
      return;
    case 'remove expired':
      await world.removeExpired();
  }
}

async function settleDown(world: World): Promise<void> {
  const { plan, scheduler } = world;
  world.calm();
  const process = new Process('afterwards', scheduler, 0);
  const afterwards = (index: number): Actor =>
    new Actor(world, { index, at: 0, process: 0, action: { do: 'sweep' } }, process);
  const works = [
    ...world.accountIds.map((_, account) => (actor: Actor) => open(actor, account)),
    ...plan.payments.map((_, payment) => (actor: Actor) => credit(actor, payment)),
    sweep,
    ...world.accountIds.map((_, account) => (actor: Actor) => spendAll(actor, account)),
  ];
  scheduler.now += HOLDS_ARE_DUE_MS;
  for (const [index, work] of works.entries()) {
    const actor = afterwards(plan.operations.length + 1_000 + index);
    process.begin(0, actor.random, () => world.watch(work(actor)));
    await run(world);
  }
  const { balances, drawers, holds, leases } = world.stored;
  for (const [name, balance] of [...balances, ...drawers]) {
    expectKept('invariant 9', pico(balance, 'heldPico') === 0n, `${name} still holds money`);
  }
  expectKept('invariant 9', holds.size + leases.size === 0, 'a hold is left after its deadline and a sweep');
  await world.expectDurable();
  // In a history that lasts days, usage records have expired, at times that the entries do not tell exactly.
  const isLong = plan.operations.some(({ at }) => at > DAY_MS / 2);
  await world.expectRollUps(isLong);
  if (plan.seed % VERIFIED_EVERY === 0) await agreeWithVerifier(world, isLong);
}

async function agreeWithVerifier({ engine, accountIds, scheduler }: World, isLong: boolean): Promise<void> {
  const usageWindow = { clock: () => scheduler.now, usageRetentionDays: USAGE_RETENTION_DAYS };
  const { differences } = await verifyLedger({
    store: engine,
    accounts: accountIds,
    ...(!isLong && { usageWindow }),
  });
  const found = differences.map(({ kind, id }) => `${kind} ${id ?? ''}`).join(', ');
  expectKept('invariant 7', differences.length === 0, `the ledger's verifier finds ${found}`);
}

const run = (world: World): Promise<void> => world.scheduler.run(() => world.throwFailure());

const describe = (action: object): string =>
  JSON.stringify(action, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
