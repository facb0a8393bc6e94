import { absent, all, any, compare, type Condition } from '../../table/condition';

/** Money that a new hold leaves in `available`, so that the requests that are running can go on. */
export interface SparedMoney {
  /** In pico-dollars, for the least that can be running. @default 0 */
  readonly sparedPico?: bigint | undefined;
  /**
   * Whether the amount follows what is running: nothing is left for none, and up to four times as much for many.
   * @default false
   */
  readonly isByHeld?: boolean | undefined;
}

/**
 * While running requests hold at most so many times the amount, as many times of it are left for them. With less, most
 * streams of a crowd were cut before their end; with eight times, more were refused than the crowd could afford
 * (bench/AGENTS.md).
 */
const TIMES = [0n, 1n, 2n] as const;
const TIMES_MAX = 4n;

/** Leaves `leftPico` while running requests hold no more than `heldMaxPico`. */
interface Step {
  readonly heldMaxPico: bigint;
  readonly leftPico: bigint;
}

/** The steps of `spared` by what is held, and what is left above the last of them. */
function stepsOf({ sparedPico = 0n, isByHeld = false }: SparedMoney): { steps: readonly Step[]; mostPico: bigint } {
  if (!isByHeld) return { steps: [], mostPico: sparedPico };
  const steps = TIMES.map((times) => ({ heldMaxPico: times * sparedPico, leftPico: times * sparedPico }));
  return { steps, mostPico: TIMES_MAX * sparedPico };
}

/** How much has to be left if running requests hold `heldPico`. */
export function sparedFor(spared: SparedMoney, heldPico: bigint): bigint {
  const { steps, mostPico } = stepsOf(spared);
  return steps.find(({ heldMaxPico }) => heldPico <= heldMaxPico)?.leftPico ?? mostPico;
}

/**
 * The condition on a main balance that it affords the hold and leaves enough.
 * @param leasedPico what leases hold, which the main balance does not show. @default unknown, and thought to be much if
 * the account has drawers
 */
export function leavesSpared(holdPico: bigint, spared: SparedMoney, leasedPico: bigint | undefined): Condition {
  const { steps, mostPico } = stepsOf(spared);
  const leaves = (leftPico: bigint): Condition => compare('availablePico', '>=', holdPico + leftPico);
  const isHeld = (heldMaxPico: bigint): Condition =>
    leasedPico === undefined
      ? all(compare('heldPico', '<=', heldMaxPico), any(absent('hasDrawers'), compare('hasDrawers', '=', false)))
      : compare('heldPico', '<=', heldMaxPico - leasedPico);
  return any(leaves(mostPico), ...steps.map(({ heldMaxPico, leftPico }) => all(isHeld(heldMaxPico), leaves(leftPico))));
}
