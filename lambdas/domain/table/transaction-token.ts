import { randomUUID } from 'node:crypto';

/**
 * A new idempotency token, shared by all attempts at one transaction. An attempt whose reply was lost is then
 * acknowledged as committed, while a transaction with another token fails its conditions and so learns what is stored.
 */
export const newTransactionToken = (): string => randomUUID();
