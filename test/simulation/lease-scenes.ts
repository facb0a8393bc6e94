import { MINUTE_MS, SECOND_MS } from '../../lambdas/domain/clock';
import type { Action, RequestAction } from './actions';
import { CLOCK_STEP_MS_MAX, PRICES } from './actions';
import type { Random } from './random';
import { HUGE_HOLD_PICO, requestOf } from './scenes';

/** From when a lease was taken until it is due. */
const LEASE_MS = 2 * MINUTE_MS;
/** Mostly enough to fill a drawer and take a lease from it. */
const TAKEN_MS = 60;

/** One step of somebody: which process takes it, and when. */
export interface Step {
  readonly action: Action;
  readonly afterMs: number;
  readonly process: number;
}

/** Who does it, and for whom. */
interface Cast {
  readonly account: number;
  readonly process: number;
  readonly processes: number;
  /** About what a request of the scene holds. */
  readonly holdPico: number;
}

/** Steps that meet in one lease, as chance alone would seldom let them. */
export function leaseScene(random: Random, account: number, processes: number): readonly Step[] {
  const cast: Cast = {
    account,
    process: random.between(0, processes - 1),
    processes,
    holdPico: random.pick([1, 10, random.between(1, 60), random.between(1, 60)]),
  };
  return random.pick([chain, chain, chain, dueWhileGivenOn, dueWhileSettled, poorWhileLeased])(random, cast);
}

/** One request after the other, so that a lease is given on; perhaps its process dies meanwhile. */
function chain(random: Random, cast: Cast): readonly Step[] {
  const gapMs = random.pick([10, TAKEN_MS, TAKEN_MS, SECOND_MS, 5 * SECOND_MS, 20 * SECOND_MS]);
  const steps = requestsInTurn(random, cast, random.between(2, 6), gapMs);
  const endMs = steps.at(-1)?.afterMs ?? 0;
  const { process } = cast;
  const crash: Step = { action: { do: 'crash' }, afterMs: random.between(0, endMs + 10), process };
  return random.chance(0.15) ? [...steps, crash] : steps;
}

/** The sweeper looks at a lease while it is given to one more request, by its own clock or by one that is ahead. */
function dueWhileGivenOn(random: Random, cast: Cast): readonly Step[] {
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

/** The sweeper looks at a lease, whose request should have ended, while that is settled at last. */
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

/** Another request wants all that the account has, while some of it lies in drawers and leases; one ends after that. */
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
  for (let place = 0; place < count; place += 1) {
    const thinkMs = random.pick([0, 0, 2, 10]);
    const request = leasedRequestOf(random, cast);
    // The first one takes a lease that most of the others fit into.
    const holdPico = place === 0 ? BigInt(cast.holdPico) : request.holdPico;
    steps.push({ action: { ...request, holdPico, thinkMs }, afterMs, process: cast.process });
    afterMs += thinkMs + gapMs + random.between(0, 10);
  }
  return steps;
}

/** One that mostly fits into a lease of its scene. */
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

/** Mostly of the process whose clock dates the lease. */
const sweepAt = (random: Random, cast: Cast, afterMs: number): Step => ({
  action: { do: 'sweep' },
  afterMs,
  process: random.chance(0.8) ? cast.process : other(random, cast),
});

const other = (random: Random, { processes }: Cast): number => random.between(0, processes - 1);
