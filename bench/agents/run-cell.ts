import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import type { HoldMode } from '../../lambdas/contracts/deployment/hold-mode';
import { Accounts } from '../../lambdas/domain/accounts/accounts';
import { Catalog } from '../../lambdas/domain/catalog/catalog';
import { priceAt } from '../../lambdas/domain/catalog/price';
import { PRICE_LIST } from '../../lambdas/domain/catalog/price-list';
import { Cancellations } from '../../lambdas/domain/data-plane/cancellations';
import { freeLimit } from '../../lambdas/domain/data-plane/free/serve-free';
import { Gateway } from '../../lambdas/domain/data-plane/gateway';
import { IdempotencyKeys } from '../../lambdas/domain/data-plane/idempotency/idempotency-keys';
import { byKey } from '../../lambdas/domain/data-plane/identify-caller';
import { KnownSpendingRules } from '../../lambdas/domain/keys/spending/known-spending-rules';
import { Keys } from '../../lambdas/domain/keys/keys';
import type { Log } from '../../lambdas/domain/log';
import { Receipts } from '../../lambdas/domain/receipts/receipts';
import { chargeFor } from '../../lambdas/domain/usage/charge';
import { UsageRecords } from '../../lambdas/domain/usage/records/usage-records';
import { movedInto } from '../../lambdas/domain/wallet/ledger/entry';
import { verifyLedger } from '../../lambdas/domain/wallet/verify/verify-ledger';
import { Wallet } from '../../lambdas/domain/wallet/wallet';
import { runAgent, type TurnResult } from './agent';
import { CountingStore } from './counting-store';
import { FakeAnthropic } from './fake-anthropic';
import { seeded } from './seeded';
import { type Turn, turnsOf } from './trace';
import { VirtualTime } from './virtual-time';

const ACCOUNT = 'acc_01JD0000000000000000000000';
const SECRET = 'sixteen bytes or more';
const USAGE_RETENTION_DAYS = 90;

export interface CellOptions {
  readonly seed: number;
  readonly agents: number;
  readonly turnsPerAgent: number;
  readonly holds: HoldMode;
  /** The size of the wallet in pico-dollars. Whenever less than half of it is left, it is filled up again. */
  readonly walletPico: bigint;
}

/** The results of the agents of one wallet. */
export interface Cell extends Pick<CellOptions, 'holds' | 'walletPico'> {
  readonly results: readonly TurnResult[];
  readonly store: Pick<CountingStore, 'writeUnits' | 'extensions' | 'shrinks' | 'refusedResizes' | 'firstHolds'>;
  /** How often prompts were counted. */
  readonly counts: number;
  readonly spentPico: bigint;
  readonly operatorLossPico: bigint;
  /** The least that was ever available, in pico-dollars. */
  readonly leastAvailablePico: bigint;
  /** The mismatches that a replay of the ledger found. */
  readonly differences: readonly unknown[];
  /** The codes of the errors in the log. */
  readonly errors: readonly string[];
}

/** Plays the trace with one wallet, in virtual time. */
export async function runCell(options: CellOptions): Promise<Cell> {
  const time = new VirtualTime();
  return time.run(seeded(options.seed).next, () => play(time, options));
}

async function play(time: VirtualTime, options: CellOptions): Promise<Cell> {
  const { seed, agents, turnsPerAgent, holds, walletPico } = options;
  const traces = Array.from({ length: agents }, (_, agent) => turnsOf(seed, agent, turnsPerAgent));
  const provider = new FakeAnthropic(time, traces.flat());
  const stage = await openStage(time, options, provider);
  const { owner, engine, store, gateway, errors } = stage;
  let payments = 0;
  let leastAvailablePico = walletPico;
  const running = new Map<number, bigint>();
  const owned = async (): Promise<bigint> => {
    const { availablePico = 0n, heldPico = 0n } = (await owner.balance(ACCOUNT)) ?? {};
    if (availablePico < leastAvailablePico) leastAvailablePico = availablePico;
    return availablePico + heldPico;
  };
  const fill = async (): Promise<void> => {
    const leftPico = await owned();
    if (2n * leftPico >= walletPico) return;
    payments += 1;
    await owner.credit({ accountId: ACCOUNT, amountPico: walletPico - leftPico, paymentId: `pi_${payments}` });
  };
  await fill();
  leastAvailablePico = walletPico;
  const results: TurnResult[] = [];
  const world = {
    time,
    apiKey: stage.apiKey,
    handle: (exchange: Parameters<Gateway['handle']>[0]) => gateway.handle(exchange),
    // A request is affordable if the account's money covers what it costs and all that the requests cost that run.
    arrives: async (turn: Turn) => {
      const costPico = stage.costOf(turn);
      const runningPico = [...running.values()].reduce((sum, pico) => sum + pico, 0n);
      const isAffordable = costPico + runningPico <= (await owned());
      running.set(turn.id, costPico);
      return isAffordable;
    },
    ended: async ({ id }: Turn) => {
      running.delete(id);
      await fill();
    },
    sentAt: ({ id }: Turn) => provider.sentAt.get(id),
  };
  await Promise.all(traces.map((turns) => runAgent(world, turns, (_, result) => results.push(result))));
  await gateway.stop();
  const { writeUnits, extensions, shrinks, refusedResizes, firstHolds } = store;
  let operatorLossPico = 0n;
  for await (const entry of owner.entries(ACCOUNT)) operatorLossPico += movedInto('overrun', entry);
  const { differences } = await verifyLedger({ store: engine, accounts: [ACCOUNT] });
  return {
    holds,
    walletPico,
    results,
    store: { writeUnits, extensions, shrinks, refusedResizes, firstHolds },
    counts: provider.counts,
    spentPico: (await owner.balance(ACCOUNT))?.spentPico ?? 0n,
    operatorLossPico,
    leastAvailablePico,
    differences,
    errors,
  };
}

async function openStage(time: VirtualTime, { holds }: CellOptions, providers: FakeAnthropic) {
  const clock = time.now;
  const engine = EmbeddedStore.memory({ clock });
  const store = new CountingStore(engine);
  const ofWallet = { clock, usageRetentionDays: USAGE_RETENTION_DAYS };
  // Credits and the bench's own reads are not counted.
  const owner = new Wallet({ store: engine, ...ofWallet });
  const keys = new Keys({ store: engine, pepper: SECRET, clock });
  await new Accounts({ store: engine, clock }).create({ accountId: ACCOUNT });
  await owner.open(ACCOUNT);
  const { key: apiKey } = await keys.create({ accountId: ACCOUNT });
  const errors: string[] = [];
  const log: Log = { info: () => undefined, warn: () => undefined, error: (code) => void errors.push(code) };
  const catalog = new Catalog(PRICE_LIST, [
    { id: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' },
  ]);
  const gateway = new Gateway({
    wallet: new Wallet({ store, ...ofWallet }),
    identify: byKey(keys),
    spending: new KnownSpendingRules({ store }),
    usage: new UsageRecords({ store: engine }),
    catalog,
    providers,
    clock,
    log,
    holds,
    cancellations: new Cancellations({ store: engine, clock }),
    idempotency: new IdempotencyKeys({
      store: engine,
      clock,
      secret: Buffer.from(SECRET),
      timing: { clock, random: Math.random, sleep: time.sleep },
    }),
    freeLimit: freeLimit({ store: engine, clock }),
    receipts: new Receipts({ store: engine, clock }),
  });
  const costOf = (turn: Turn): bigint => {
    const [target] = catalog.targets(turn.model, 'messages');
    if (target === undefined) throw new Error(`${turn.model} has no price`);
    return chargeFor(providers.usageOf(turn), priceAt(target.model, clock())).costPico;
  };
  return { owner, engine, store, gateway, apiKey, errors, costOf };
}
