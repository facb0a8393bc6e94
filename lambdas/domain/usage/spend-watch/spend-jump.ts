/** Ten dollars. An hour with less spend is never a jump. */
export const JUMP_FLOOR_PICO = 10_000_000_000_000n;
/** A jump is more than this many times the average spend of the active hours in the baseline. */
export const JUMP_FACTOR = 10n;
/** The baseline consists of the hours in the last week in which the key was used. */
export const BASELINE_HOURS = 168;
/** A key with fewer active hours has no baseline yet. Budgets protect such keys. */
export const BASELINE_HOURS_MIN = 24;

/**
 * Whether a key spends far more in this hour than in an average active hour of the last week. The decision depends only
 * on amounts and hours, never on content.
 *
 * @param costPico the spend in this hour
 * @param baselinePico the spend in each earlier hour; hours without spend are ignored
 * @param limits @default JUMP_FLOOR_PICO and JUMP_FACTOR
 */
export function isSpendJump(
  costPico: bigint,
  baselinePico: readonly bigint[],
  { floorPico, factor } = { floorPico: JUMP_FLOOR_PICO, factor: JUMP_FACTOR },
): boolean {
  const active = baselinePico.filter((spentPico) => spentPico > 0n);
  if (costPico <= floorPico || active.length < BASELINE_HOURS_MIN) return false;
  const sumPico = active.reduce((total, spentPico) => total + spentPico, 0n);
  return costPico * BigInt(active.length) > factor * sumPico;
}
