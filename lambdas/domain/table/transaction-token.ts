import { randomBytes } from 'node:crypto';

const TOKEN_BYTES = 16;

/** Shared by all attempts at one transaction, so that it is committed once even where an answer was lost. */
export const newTransactionToken = (): string => randomBytes(TOKEN_BYTES).toString('hex');
