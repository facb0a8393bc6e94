/** Why a key was suspended. The list is closed because free text could contain personal data. */
export const KEY_SUSPENSION_REASONS = ['spend_jump'] as const;
export type KeySuspensionReason = (typeof KEY_SUSPENSION_REASONS)[number];
