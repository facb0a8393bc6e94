import { MINUTE_MS, SECOND_MS } from '../../lambdas/domain/clock';
import type { Action, RequestAction } from './actions';
import { CLOCK_STEP_MS_MAX, PRICES } from './actions';
import type { Random } from './random';

/** More than any wallet has, so that a capped request takes all of it. */
export const HUGE_HOLD_PICO = 10n ** 16n;

export type Scene = readonly (readonly [action: Action, afterMs: number])[];

/** Steps that belong together, which chance alone would rarely produce. */
export function sceneOf(random: Random, accounts: number, payments: number): Scene {
  if (random.chance(0.07)) return poorScene(random, random.between(0, accounts - 1));
  const action = actionOf(random, accounts, payments);
  if (action.do === 'revoke key' && random.chance(0.7)) {
    return [
      [action, 0],
      [{ do: 'use key', key: action.key, guessed: false }, random.between(0, 30)],
    ];
  }
  // The sweeper races the settlement.
  const isLate = action.do === 'request' && action.thinkMs >= action.holdMs && random.chance(0.7);
  return isLate
    ? [
        [action, 0],
        [{ do: 'sweep' }, action.holdMs + random.between(0, 20)],
      ]
    : [[action, 0]];
}

/** A request settles after its hold has expired, while another one takes all the money in the wallet. */
function poorScene(random: Random, account: number): Scene {
  const holdMs = 50;
  const late = requestOf(random, account);
  const thinkMs = holdMs + 200;
  const greedy = { ...requestOf(random, account), holdPico: HUGE_HOLD_PICO, capped: true, thinkMs: SECOND_MS };
  return [
    [{ ...late, holdMs, thinkMs, holdPico: BigInt(random.between(50, 400)), end: 'settle' }, 0],
    [{ do: 'sweep' }, holdMs + random.between(0, 20)],
    [greedy, thinkMs + random.between(-20, 40)],
  ];
}

function actionOf(random: Random, accounts: number, payments: number): Action {
  const account = random.between(0, accounts - 1);
  const draw = random.fraction();
  if (draw < 0.5) return requestOf(random, account);
  if (draw < 0.6) return { do: 'credit', payment: random.between(0, payments - 1) };
  if (draw < 0.7) return { do: 'sweep' };
  if (draw < 0.73) return { do: 'create key', account, lifeMs: random.pick([Infinity, Infinity, 0, MINUTE_MS]) };
  if (draw < 0.82) return { do: 'use key', key: random.between(0, 3), guessed: random.chance(0.2) };
  if (draw < 0.86) return { do: 'revoke key', key: random.between(0, 3) };
  if (draw < 0.91) return { do: 'crash' };
  if (draw < 0.96) return { do: 'pause', forMs: random.pick([100, 3 * SECOND_MS, 61 * SECOND_MS, 12 * MINUTE_MS]) };
  if (draw < 0.98) return { do: 'turn clock', byMs: random.between(-CLOCK_STEP_MS_MAX, CLOCK_STEP_MS_MAX) };
  return random.chance(0.5) ? { do: 'remove expired' } : { do: 'open', account };
}

export function requestOf(random: Random, account: number): RequestAction {
  const holdMs = random.pick([5, 50, SECOND_MS, MINUTE_MS, 16 * MINUTE_MS]);
  const afterMs = random.pick([0, 0, 3, 50, 11 * MINUTE_MS]);
  return {
    do: 'request',
    account,
    holdMs,
    holdPico: random.chance(0.04)
      ? HUGE_HOLD_PICO
      : BigInt(random.pick([0, random.between(1, 60), random.between(1, 400)])),
    thinkMs: random.pick([0, 2, 10, SECOND_MS, holdMs, holdMs + random.between(0, 200), random.between(0, 2 * holdMs)]),
    priceVersion: random.pick([...PRICES.keys()]),
    tokens: random.pick([0, random.between(0, 20), random.between(0, 150)]),
    end: random.pick(['settle', 'settle', 'settle', 'settle', 'release', 'vanish']),
    again: random.chance(0.25) ? { as: random.pick(['same', 'same', 'dearer', 'release']), afterMs } : undefined,
    repeatMs: random.chance(0.1) ? random.pick([0, 5, SECOND_MS, 4 * MINUTE_MS, 11 * MINUTE_MS]) : undefined,
    capped: random.chance(0.5),
  };
}
