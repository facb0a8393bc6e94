import { all, any, compare, type Condition } from '../../table/condition';

/** Money that a new hold leaves in `available`, so that the requests that are running can go on. */
export interface SparedMoney {
  /** In pico-dollars, for the least that can be running. @default 0 */
  readonly sparedPico?: bigint | undefined;
  /**
   * Whether the amount follows what is running: nothing is left for none, and up to four times as much for many.
   * @default true
   */
  readonly isByHeld?: boolean | undefined;
}

/**
 * While running requests hold at most so many times the amount, as many times of it are left for them. With less, most
 * streams of a crowd were cut before their end; with eight times, more were refused than the crowd could afford
 * (bench/AGENTS.md).
 */
const TIMES = [1n, 2n] as const;
const TIMES_MAX = 4n;

/** How much has to be left if running requests hold `heldPico`. */
export function sparedFor({ sparedPico = 0n, isByHeld = true }: SparedMoney, heldPico: bigint): bigint {
  if (!isByHeld) return sparedPico;
  if (heldPico === 0n) return 0n;
  return (TIMES.find((times) => heldPico <= times * sparedPico) ?? TIMES_MAX) * sparedPico;
}

/** The condition on a balance that it affords the hold and leaves enough. */
export function leavesSpared(holdPico: bigint, spared: SparedMoney): Condition {
  const { sparedPico = 0n, isByHeld = true } = spared;
  const leaves = (leftPico: bigint): Condition => compare('availablePico', '>=', holdPico + leftPico);
  if (sparedPico === 0n || !isByHeld) return leaves(sparedPico);
  const isHeld = (heldPico: bigint): Condition => compare('heldPico', '<=', heldPico);
  return any(
    leaves(TIMES_MAX * sparedPico),
    ...TIMES.map((times) => all(isHeld(times * sparedPico), leaves(times * sparedPico))),
    all(isHeld(0n), leaves(0n)),
  );
}
