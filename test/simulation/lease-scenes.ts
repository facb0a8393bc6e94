import { MINUTE_MS, SECOND_MS } from '../../lambdas/domain/clock';
import type { Action, RequestAction } from './actions';
import { CLOCK_STEP_MS_MAX, PRICES } from './actions';
import type { Random } from './random';
import { HUGE_HOLD_PICO, requestOf } from './scenes';

/** Milliseconds from when a lease is taken until it is due. */
const LEASE_MS = 2 * MINUTE_MS;
/** Milliseconds that mostly suffice to fill a drawer and take a lease from it. */
const TAKEN_MS = 60;

/** One action of a scene, with its process and its time. */
export interface Step {
  readonly action: Action;
  readonly afterMs: number;
  readonly process: number;
}

/** The account and the processes of a scene. */
interface Cast {
  readonly account: number;
  readonly process: number;
  readonly processes: number;
  /** The approximate hold of a request in the scene. */
  readonly holdPico: number;
}

/** Steps that interfere on one lease, which chance alone would rarely produce. */
export function leaseScene(random: Random, account: number, processes: number): readonly Step[] {
  const cast: Cast = {
    account,
    process: random.between(0, processes - 1),
    processes,
    holdPico: random.pick([1, 10, random.between(1, 60), random.between(1, 60)]),
  };
  return random.pick([chain, chain, chain, dueWhilePassedOn, dueWhileSettled, poorWhileLeased])(random, cast);
}

/** Consecutive requests, so that a lease is passed on. Its process may die in between. */
function chain(random: Random, cast: Cast): readonly Step[] {
  const gapMs = random.pick([10, TAKEN_MS, TAKEN_MS, SECOND_MS, 5 * SECOND_MS, 20 * SECOND_MS]);
  const steps = requestsInTurn(random, cast, random.between(2, 6), gapMs);
  const endMs = steps.at(-1)?.afterMs ?? 0;
  const { process } = cast;
  const crash: Step = { action: { do: 'crash' }, afterMs: random.between(0, endMs + 10), process };
  return random.chance(0.15) ? [...steps, crash] : steps;
}

/** The sweeper sees a lease while it is passed to another request. The sweeper's clock may be ahead. */
function dueWhilePassedOn(random: Random, cast: Cast): readonly Step[] {
  const sweeper = random.chance(0.7) ? other(random, cast) : cast.process;
  const aheadMs = sweeper === cast.process ? 0 : CLOCK_STEP_MS_MAX;
  const lateMs = LEASE_MS - aheadMs + (aheadMs > 0 ? random.between(-6, 24) : random.between(-12, 0));
  const late = { ...leasedRequestOf(random, cast), thinkMs: random.pick([0, 5, SECOND_MS]) };
  return [
    { action: { do: 'turn clock', byMs: aheadMs }, afterMs: 0, process: sweeper },
    ...requestsInTurn(random, cast, random.between(1, 3), TAKEN_MS),
    { action: late, afterMs: lateMs, process: cast.process },
    { action: { do: 'sweep' }, afterMs: LEASE_MS - aheadMs + random.between(-6, 12), process: sweeper },
  ];
}

/** The sweeper sees a lease whose request is overdue, just while that request is settled. */
function dueWhileSettled(random: Random, cast: Cast): readonly Step[] {
  const earlier = random.chance(0.5) ? requestsInTurn(random, cast, 1, TAKEN_MS) : [];
  const startMs = earlier.length > 0 ? TAKEN_MS : 0;
  const holdMs = random.pick([SECOND_MS, LEASE_MS - startMs]);
  const thinkMs = LEASE_MS - startMs - random.between(-12, 20);
  return [
    ...earlier,
    { action: { ...leasedRequestOf(random, cast), holdMs, thinkMs }, afterMs: startMs, process: cast.process },
    sweepAt(random, cast, LEASE_MS + random.between(-4, 12)),
    sweepAt(random, cast, LEASE_MS + random.between(12, 60)),
  ];
}

/** A request wants all the account's money while some is in drawers and leases. A leased request ends after that. */
function poorWhileLeased(random: Random, cast: Cast): readonly Step[] {
  const { account, process } = cast;
  const greedy = { ...requestOf(random, account), holdPico: HUGE_HOLD_PICO, capped: true, thinkMs: 5 * SECOND_MS };
  const holdMs = 50;
  const thinkMs = LEASE_MS + random.between(20, 100);
  const late: RequestAction = { ...leasedRequestOf(random, cast), holdMs, thinkMs, end: 'settle' };
  const greedyMs = random.pick([random.between(0, 60), LEASE_MS + random.between(-10, 100)]);
  return [
    ...requestsInTurn(random, cast, random.between(0, 2), 10),
    { action: late, afterMs: TAKEN_MS, process },
    { action: greedy, afterMs: greedyMs, process: other(random, cast) },
    sweepAt(random, cast, LEASE_MS + TAKEN_MS + random.between(-10, 30)),
  ];
}

function requestsInTurn(random: Random, cast: Cast, count: number, gapMs: number): readonly Step[] {
  const steps: Step[] = [];
  let afterMs = 0;
  for (let index = 0; index < count; index += 1) {
    const thinkMs = random.pick([0, 0, 2, 10]);
    const request = leasedRequestOf(random, cast);
    // The first request takes a lease that most of the others fit into.
    const holdPico = index === 0 ? BigInt(cast.holdPico) : request.holdPico;
    steps.push({ action: { ...request, holdPico, thinkMs }, afterMs, process: cast.process });
    afterMs += thinkMs + gapMs + random.between(0, 10);
  }
  return steps;
}

/** A request that mostly fits into a lease of its scene. */
function leasedRequestOf(random: Random, { account, holdPico: basePico }: Cast): RequestAction {
  const less = random.between(0, basePico);
  const holdPico = random.pick([basePico, basePico, less, less, random.between(1, 12 * basePico)]);
  const priceVersion = random.pick([...PRICES.keys()]);
  const price = Number(PRICES.get(priceVersion) ?? 1n);
  return {
    ...requestOf(random, account),
    holdPico: BigInt(holdPico),
    priceVersion,
    holdMs: random.pick([50, SECOND_MS, MINUTE_MS, 3 * MINUTE_MS]),
    tokens: random.between(0, Math.ceil((1.2 * holdPico) / price)),
    end: random.pick(['settle', 'settle', 'settle', 'settle', 'settle', 'settle', 'release', 'vanish']),
  };
}

/** A sweep, mostly by the process whose clock dates the lease. */
const sweepAt = (random: Random, cast: Cast, afterMs: number): Step => ({
  action: { do: 'sweep' },
  afterMs,
  process: random.chance(0.8) ? cast.process : other(random, cast),
});

const other = (random: Random, { processes }: Cast): number => random.between(0, processes - 1);
