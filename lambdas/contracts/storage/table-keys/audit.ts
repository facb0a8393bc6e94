import { type Key, ordinal } from './key-parts';

/** @param chain an account ID or `deployment` */
export const auditEventKey = (chain: string, sequence: number): Key => ({ pk: chain, sk: ordinal(sequence) });
