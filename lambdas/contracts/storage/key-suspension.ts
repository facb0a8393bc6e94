/** Why a key is suspended. A closed list: a free text would hold what does not belong there. */
export const KEY_SUSPENSION_REASONS = ['spend_jump'] as const;
export type KeySuspensionReason = (typeof KEY_SUSPENSION_REASONS)[number];
