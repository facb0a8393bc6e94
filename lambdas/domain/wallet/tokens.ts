import { randomBytes } from 'node:crypto';

const TOKEN_BYTES = 16;

/** The idempotency token of every attempt to reserve for a request, in whichever call: a request is held once. */
export const reserveToken = (requestId: string): string => `r-${requestId}`;

/**
 * A new idempotency token, for the attempts of one call to share. An attempt whose reply was lost is then acknowledged
 * as done, while another call fails the conditions and so learns what was recorded.
 */
export const callToken = (): string => randomBytes(TOKEN_BYTES).toString('hex');
