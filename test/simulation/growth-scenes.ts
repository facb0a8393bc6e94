import { MINUTE_MS, SECOND_MS } from '../../lambdas/domain/clock';
import type { RequestAction, Resize } from './actions';
import type { Fault } from './faults';
import type { Step } from './lease-scenes';
import type { Plan } from './planned';
import { Random } from './random';
import { HUGE_HOLD_PICO, requestOf } from './scenes';

/** Growing leases draw from a separate generator, so that the rest of a plan does not change. */
const GROWTH_PART = 4_000_000;
/** Milliseconds from when a lease is taken until it is due. */
const LEASE_MS = 2 * MINUTE_MS;
/** All attempts of a call fail, and the first of them may be committed. */
const OUTAGES: readonly (readonly Fault[])[] = [
  ['lost reply', 'unreachable', 'unreachable', 'unreachable'],
  ['late', 'unreachable', 'unreachable', 'unreachable'],
  ['late', 'late', 'unreachable', 'unreachable'],
  ['lost reply'],
];

/** Adds scenes in which leases grow to some plans whose accounts draw on leases and whose holds roll. */
export function withGrowth(plan: Plan): Plan {
  const random = new Random(plan.seed).fork(GROWTH_PART);
  if (!plan.isHot || !random.chance(0.6)) return plan;
  const { payments, drifts } = plan;
  const paidAt = plan.operations.find(({ action }) => action.do === 'credit')?.at ?? 0;
  const beginning = paidAt + random.between(100, 300);
  const { account } = random.pick(payments);
  const process = random.between(0, drifts.length - 1);
  const operations = [...plan.operations];
  const scene = random.pick([
    growthUnknown,
    growthUnknown,
    growthUnknown,
    sweptWhileGrowing,
    sweptWhileGrowing,
    poor,
    dear,
  ]);
  for (const { action, afterMs, process: other } of scene(random, account, process, drifts.length)) {
    operations.push({
      index: 3 * plan.operations.length + operations.length,
      at: beginning + afterMs,
      process: other,
      action,
    });
  }
  return { ...plan, operations };
}

type GrowthScene = (random: Random, account: number, process: number, processes: number) => readonly Step[];

/** The caller learns nothing of a growth. It may arrive before or after the lease has passed to the next request. */
const growthUnknown: GrowthScene = (random, account, process) => {
  const grows = growth(random, { faults: random.pick(OUTAGES), afterMs: random.between(0, 20) });
  const thinkMs = random.pick([10, 40, 3 * SECOND_MS, 8 * SECOND_MS]);
  const again = random.chance(0.4) ? [growth(random, { afterMs: random.between(0, 50) })] : [];
  // It leaves something for the next request.
  const first = { ...leased(random, account, { resizes: [grows, ...again], thinkMs }), tokens: random.between(0, 2) };
  const nextMs = thinkMs + random.pick([60, 60, SECOND_MS, 20 * SECOND_MS]);
  const needs = { ...growth(random, { afterMs: 10 }), wantedPico: BigInt(random.between(1, 400)), leastPico: 1n };
  const next = leased(random, account, { resizes: [needs], thinkMs: random.pick([20, SECOND_MS]) });
  const last = leased(random, account, { resizes: [], thinkMs: 10 });
  return [
    { action: first, afterMs: 0, process },
    ...(random.chance(0.6) ? [{ action: next, afterMs: nextMs, process }] : []),
    // The process ends the lease, or the sweeper does.
    ...(random.chance(0.6) ? [{ action: last, afterMs: LEASE_MS + random.between(0, 200), process }] : []),
    { action: { do: 'sweep' }, afterMs: LEASE_MS + random.between(0, 400), process },
  ];
};

/** The sweeper meets a lease while it grows. Its request is overdue or has just ended. */
const sweptWhileGrowing: GrowthScene = (random, account, process, processes) => {
  const laterMs = Array.from({ length: 4 }, () => random.between(0, 8));
  const resizes = [LEASE_MS + random.between(-5, 20), ...laterMs].map((afterMs) => growth(random, { afterMs }));
  const request = leased(random, account, { resizes, thinkMs: LEASE_MS + random.pick([20, 40, 200, 200]) });
  const holdMs = random.pick([SECOND_MS, LEASE_MS]);
  const sweeper = random.chance(0.6) ? process : random.between(0, processes - 1);
  return [
    { action: { ...request, holdMs }, afterMs: 0, process },
    ...[0, 20, 40].map((ms): Step => {
      // The lease is taken some time after the beginning.
      const afterMs = LEASE_MS + ms + random.between(0, 40);
      return { action: { do: 'sweep' }, afterMs, process: sweeper };
    }),
  ];
};

/** Requests on leases want more than their drawer has, and more than the account has. */
const poor: GrowthScene = (random, account, process) => {
  const wanted = (): bigint => random.pick([HUGE_HOLD_PICO, BigInt(random.between(1_000, 100_000))]);
  const request = (): RequestAction => {
    const resizes = [0, 20].map((afterMs) => ({ ...growth(random, { afterMs }), wantedPico: wanted(), leastPico: 1n }));
    return leased(random, account, { resizes, thinkMs: random.pick([100, SECOND_MS]) });
  };
  return [
    { action: request(), afterMs: 0, process },
    { action: request(), afterMs: random.between(0, 60), process },
  ];
};

/** An account with drawers serves a request that costs more than it has, and is too large for a lease. */
const dear: GrowthScene = (random, account, process) => {
  const small = leased(random, account, { resizes: [], thinkMs: 10 });
  const large = leased(random, account, { resizes: [growth(random, { afterMs: 10 })], thinkMs: 100 });
  const costly: RequestAction = {
    ...large,
    holdPico: BigInt(random.between(500, 3_000)),
    tokens: 400_000,
    end: 'settle',
  };
  return [
    { action: small, afterMs: 0, process },
    { action: costly, afterMs: random.between(80, 200), process },
  ];
};

function growth(random: Random, resize: Pick<Resize, 'afterMs' | 'faults'>): Resize & { readonly do: 'extend' } {
  const wantedPico = BigInt(random.between(1, 2_000));
  return { do: 'extend', wantedPico, leastPico: random.pick([1n, wantedPico]), ...resize };
}

/** A request that counts on the rest of a small lease and may cost far more. */
function leased(
  random: Random,
  account: number,
  { resizes, thinkMs }: { readonly resizes: readonly Resize[]; readonly thinkMs: number },
): RequestAction {
  return {
    ...requestOf(random, account),
    holdPico: BigInt(random.between(1, 20)),
    holdMs: 16 * MINUTE_MS,
    thinkMs,
    tokens: random.pick([random.between(0, 10), random.between(0, 2_000)]),
    end: random.pick(['settle', 'settle', 'settle', 'release']),
    again: undefined,
    repeatMs: undefined,
    rolling: { ceilingPico: BigInt(random.pick([1_000, 10_000, 10 ** 9])), resizes, isEstimated: random.chance(0.2) },
  };
}
