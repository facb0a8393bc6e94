import { DAY_MS } from '../../clock';
import { type Due, DUE_STAGES, type DueStage } from './due-item';

/** When each stage begins, in days after the due date. */
const STEPS: readonly { readonly stage: DueStage; readonly days: number }[] = [
  { stage: 'reminded_before', days: -3 },
  { stage: 'reminded_on', days: 0 },
  { stage: 'reminded_after', days: 7 },
  { stage: 'suspended', days: 14 },
];

const rankOf = (stage: string): number => (DUE_STAGES as readonly string[]).indexOf(stage);

/**
 * The next stage of a due. If several have begun, it is the last of them: nobody needs two reminders at once.
 * @param now epoch milliseconds
 * @returns undefined if there is nothing to do now
 */
export function nextStage(
  { stage, dueAt }: Due,
  { now, isCovered }: { readonly now: number; readonly isCovered: boolean },
) {
  // A later release may know stages that this one does not.
  if (stage === 'paid' || rankOf(stage) < 0) return undefined;
  if (isCovered) return 'paid';
  const begun = STEPS.filter(({ days }) => Date.parse(dueAt) + days * DAY_MS <= now).at(-1);
  return begun !== undefined && rankOf(begun.stage) > rankOf(stage) ? begun.stage : undefined;
}
