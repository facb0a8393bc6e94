import { MINUTE_MS, SECOND_MS } from '../../lambdas/domain/clock';
import type { Action, RequestAction, Resize, Rolling } from './actions';
import { PRICES } from './actions';
import type { Fault } from './faults';
import type { Operation, Plan } from './planned';
import { Random } from './random';
import { HUGE_HOLD_PICO, requestOf, type Scene } from './scenes';

/** Rolling holds draw from a separate generator. Its number was chosen so that no history that the corpus had before has any. */
const ROLLING_PART = 3_000_282;
/** Longer than the store remembers a token. */
const TOKEN_FORGOTTEN_MS = 12 * MINUTE_MS;

/** Lets the holds of some requests of some plans follow their requests, and adds scenes that use that. */
export function withRolling(plan: Plan): Plan {
  const random = new Random(plan.seed).fork(ROLLING_PART);
  if (!random.chance(0.35)) return plan;
  const { payments, limits, drifts } = plan;
  const isLimited = (account: number): boolean => limits !== undefined && account === 0 && random.chance(0.8);
  const operations = plan.operations.map((operation): Operation => {
    const { action } = operation;
    const rolls = action.do === 'request' && random.chance(0.6);
    return rolls ? { ...operation, action: { ...action, ...rollingOf(random, action) } } : operation;
  });
  const paidAt = operations.find(({ action }) => action.do === 'credit')?.at ?? 0;
  const beginnings = operations.filter(({ at, action }) => at >= paidAt && !(action.do === 'sweep' && action.calm));
  const scenes = random.between(1, 2);
  for (let count = 0; count < scenes; count += 1) {
    const beginning = random.pick(beginnings).at + random.between(0, 60);
    const { account } = random.pick(payments);
    const process = random.between(0, drifts.length - 1);
    for (const [action, afterMs] of rollingScene(random, account)) {
      const index = 2 * plan.operations.length + operations.length;
      const played = action.do === 'request' && isLimited(account) ? { ...action, isLimited: true } : action;
      operations.push({ index, at: beginning + afterMs, process, action: played });
    }
  }
  return { ...plan, operations };
}

/** Steps that interfere on one rolling hold, which chance alone would rarely produce. */
const rollingScene = (random: Random, account: number): Scene =>
  random.pick([expiring, expiring, poor, poor, forgotten, overtaken, suspended])(random, account);

/** The sweeper meets a hold while it changes, and the request ends after that. */
function expiring(random: Random, account: number): Scene {
  const holdMs = 50;
  const changes = Array.from({ length: random.between(1, 3) }, (_, index) => ({
    ...resizeOf(random),
    afterMs: index === 0 ? random.between(30, 55) : random.between(0, 5),
  }));
  const request = rollingRequestOf(random, account, changes);
  return [
    [{ ...request, holdMs, thinkMs: holdMs + random.between(-5, 200) }, 0],
    [{ do: 'sweep' }, holdMs + random.between(0, 20)],
  ];
}

/** Requests grow until the account has nothing left, while another one takes what it can. */
function poor(random: Random, account: number): Scene {
  const growing = (): RequestAction => {
    const changes = Array.from({ length: random.between(1, 3) }, () => ({
      ...extensionOf(random, random.pick([HUGE_HOLD_PICO, BigInt(random.between(1, 400))])),
      afterMs: random.between(0, 20),
    }));
    const request = rollingRequestOf(random, account, changes);
    return { ...request, thinkMs: random.between(0, 100), holdMs: 16 * MINUTE_MS };
  };
  const greedy = { ...requestOf(random, account), holdPico: HUGE_HOLD_PICO, capped: true, thinkMs: SECOND_MS };
  return [
    [growing(), 0],
    [growing(), random.between(0, 20)],
    ...(random.chance(0.4) ? [[greedy, random.between(0, 60)] as const] : []),
  ];
}

/** A process freezes while a hold changes, and goes on when the store has forgotten the token of the change. */
function forgotten(random: Random, account: number): Scene {
  const [first, later] = [resizeOf(random), resizeOf(random)];
  const faults = random.pick<readonly Fault[]>([['lost reply'], ['lost reply', 'lost reply'], ['late'], []]);
  const changes = [
    { ...first, afterMs: 20, repeatMs: random.pick([0, TOKEN_FORGOTTEN_MS]), faults },
    { ...later, afterMs: 0 },
  ];
  const thinkMs = TOKEN_FORGOTTEN_MS + random.pick([0, 3_000, 2 * MINUTE_MS]);
  const pause: Action = { do: 'pause', forMs: TOKEN_FORGOTTEN_MS };
  return [
    [{ ...rollingRequestOf(random, account, changes), holdMs: 16 * MINUTE_MS, thinkMs }, 0],
    [pause, random.pick([random.between(20, 60), random.between(800, 3_000)])],
  ];
}

/** A change arrives only after its caller was refused or gave up, when another request has returned its money. */
function overtaken(random: Random, account: number): Scene {
  const change = (): Resize => ({
    ...(random.chance(0.2) ? resizeOf(random) : extensionOf(random, BigInt(random.between(1, 300)))),
    afterMs: random.between(0, 3_000),
    ...(random.chance(0.6) && { faults: ['late'] }),
  });
  const greedy = { ...requestOf(random, account), holdPico: HUGE_HOLD_PICO, capped: true, end: 'release' as const };
  const request = rollingRequestOf(random, account, [change(), change(), change()]);
  return [
    [{ ...request, holdMs: 16 * MINUTE_MS, thinkMs: random.pick([4, 8, 20]) * SECOND_MS }, 0],
    [{ ...greedy, holdMs: MINUTE_MS, thinkMs: random.between(500, 3_000) }, random.between(0, 1_500)],
  ];
}

/** The account is suspended while a hold changes, and is mostly resumed later. */
function suspended(random: Random, account: number): Scene {
  const changes = [resizeOf(random), resizeOf(random), resizeOf(random)].map((resize) => ({ ...resize, afterMs: 15 }));
  return [
    [{ ...rollingRequestOf(random, account, changes), thinkMs: random.between(20, 100), holdMs: SECOND_MS }, 0],
    [{ do: 'suspend', account }, random.between(0, 50)],
    ...(random.chance(0.8) ? [[{ do: 'resume', account } as const, random.between(20, 90)] as const] : []),
  ];
}

const rollingRequestOf = (random: Random, account: number, resizes: readonly Resize[]): RequestAction => {
  const holdPico = BigInt(random.between(1, 100));
  const request = { ...requestOf(random, account), holdPico };
  return { ...request, ...rollingOf(random, request, resizes) };
};

/** Makes the hold of a request follow it. Its cost may be anything from nothing to above its ceiling. */
function rollingOf(
  random: Random,
  { holdPico, priceVersion, tokens, thinkMs }: RequestAction,
  resizes = resizesOf(random, thinkMs),
): { readonly rolling: Rolling; readonly tokens: number } {
  const ceilingPico = holdPico + random.pick([0n, BigInt(random.between(1, 600)), HUGE_HOLD_PICO]);
  const price = Number(PRICES.get(priceVersion) ?? 1n);
  const fewTokens = Math.floor(random.between(0, 600) / price);
  const costly = random.chance(0.05) ? Number(2n * HUGE_HOLD_PICO) / 10 : fewTokens;
  return {
    rolling: { ceilingPico, resizes, isEstimated: random.chance(0.3) },
    tokens: random.pick([tokens, costly, costly]),
  };
}

/** Changes that mostly happen while the request runs. */
const resizesOf = (random: Random, thinkMs: number): readonly Resize[] =>
  Array.from({ length: random.between(0, 4) }, () => ({
    ...resizeOf(random),
    afterMs: random.pick([0, random.between(0, 10), Math.floor(thinkMs / 2)]),
  }));

function resizeOf(random: Random): Resize {
  const repeat = random.chance(0.2) ? {} : { repeatMs: random.pick([0, 50, SECOND_MS, TOKEN_FORGOTTEN_MS]) };
  const isShrink = random.chance(0.3);
  return isShrink
    ? { do: 'shrink', tenths: random.between(1, 10), afterMs: 0, ...repeat }
    : { ...extensionOf(random, random.chance(0.1) ? HUGE_HOLD_PICO : BigInt(random.between(1, 300))), ...repeat };
}

const extensionOf = (random: Random, wantedPico: bigint): Resize => ({
  do: 'extend',
  wantedPico,
  leastPico: random.pick([1n, wantedPico, (wantedPico + 1n) / 2n]),
  afterMs: 0,
});
