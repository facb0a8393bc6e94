/** Below so much in an hour nothing is a jump: ten dollars. */
export const JUMP_FLOOR_PICO = 10_000_000_000_000n;
/** How many times what a key spends in an hour in which it is used. */
export const JUMP_FACTOR = 10n;
/** Of so many hours before, those count in which the key was used. */
export const PACE_HOURS = 168;
/** A key that was used in fewer hours has no pace yet: budgets are for those. */
export const PACE_HOURS_MIN = 24;

/**
 * Whether a key spends in this hour far more than it did in each hour of the last week in which it was used. Amounts
 * and hours decide, and nothing of what was asked or answered.
 *
 * @param before what was spent in each hour before, those with nothing left out
 */
export function isSpendJump(costPico: bigint, before: readonly bigint[]): boolean {
  const used = before.filter((spent) => spent > 0n);
  if (costPico <= JUMP_FLOOR_PICO || used.length < PACE_HOURS_MIN) return false;
  const sum = used.reduce((total, spent) => total + spent, 0n);
  return costPico * BigInt(used.length) > JUMP_FACTOR * sum;
}
