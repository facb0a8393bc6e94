import { z } from 'zod';

/**
 * How much money a request holds while it runs.
 * - `rolling`: its prompt and a first part of its output, and more as it goes on.
 * - `worst-case`: the most that it can cost.
 */
export const HOLD_MODES = ['rolling', 'worst-case'] as const;
export type HoldMode = (typeof HOLD_MODES)[number];
export const HOLD_MODE_DEFAULT: HoldMode = 'rolling';

export const holdModeSchema = z.enum(HOLD_MODES, `must be ${HOLD_MODES.join(' or ')}`);
